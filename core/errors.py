"""Every error this system raises on purpose, in one tree.

::

    LoanlineError
    ├── InvalidInput            a value from outside does not fit; names the field
    │   ├── InvalidMoney        not an amount of that currency
    │   ├── InvalidIdentity     not a phone number, national id or name
    │   └── InvalidFixture      a fixture file is malformed
    ├── WireError               the telephone line sent something undocumented
    │   ├── MalformedMessage    not JSON, not an object, a field missing or of the wrong type
    │   ├── OutOfOrder          a message where the protocol allows none
    │   └── TooLarge            a frame above the limit
    ├── AccessError
    │   ├── Unauthenticated     no, or a wrong, signature, token, code or password
    │   └── Forbidden           known, but not allowed
    ├── NotFound
    ├── Conflict                the state does not allow it
    │   ├── IllegalTransition   an application cannot go from here to there
    │   └── IdempotencyMismatch the same key came with other content
    ├── StorageError            nothing was stored; the caller may try again
    ├── CryptoError
    │   ├── WrongKey            the keyring cannot open this
    │   ├── Tampered            a ciphertext is not the one that was written here
    │   └── Shredded            the key was destroyed on purpose
    ├── PackError               a jurisdiction pack is malformed or not in force
    ├── ProviderError           a bureau, bank or message service failed
    │   └── ProviderTimeout
    ├── SpeechError
    │   ├── ModelMissing        no speech model; the message says what to run
    │   ├── ModelCorrupt        a model's files are not the ones declared
    │   ├── RecognizerFailed    an answer could not be decoded
    │   ├── RecognizerBusy      no capacity for another call
    │   └── SynthesisFailed     a prompt could not be spoken
    └── EnvironmentProblem      this machine lacks something; the message says what to do

Each message is one sentence that tells the reader what to do next, and holds no personal data.
"""

from __future__ import annotations

__all__ = [
    "AccessError",
    "Conflict",
    "CryptoError",
    "EnvironmentProblem",
    "Forbidden",
    "IdempotencyMismatch",
    "IllegalTransition",
    "InvalidFixture",
    "InvalidIdentity",
    "InvalidInput",
    "InvalidMoney",
    "LoanlineError",
    "MalformedMessage",
    "ModelCorrupt",
    "ModelMissing",
    "NotFound",
    "OutOfOrder",
    "PackError",
    "ProviderError",
    "ProviderTimeout",
    "RecognizerBusy",
    "RecognizerFailed",
    "Shredded",
    "SpeechError",
    "StorageError",
    "SynthesisFailed",
    "Tampered",
    "TooLarge",
    "Unauthenticated",
    "WireError",
    "WrongKey",
]


class LoanlineError(Exception):
    """Base of the tree. ``code`` is stable and may be shown, counted and matched on."""

    code = "loanline_error"


class InvalidInput(LoanlineError):
    """A value from outside does not fit. ``field`` names it, in dotted form."""

    code = "invalid_input"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field


class InvalidMoney(InvalidInput):
    code = "invalid_money"


class InvalidIdentity(InvalidInput):
    code = "invalid_identity"


class InvalidFixture(InvalidInput):
    code = "invalid_fixture"


class WireError(LoanlineError):
    code = "wire_error"


class MalformedMessage(WireError):
    code = "malformed_message"


class OutOfOrder(WireError):
    code = "out_of_order"


class TooLarge(WireError):
    code = "too_large"


class AccessError(LoanlineError):
    code = "access_error"


class Unauthenticated(AccessError):
    code = "unauthenticated"


class Forbidden(AccessError):
    code = "forbidden"


class NotFound(LoanlineError):
    code = "not_found"


class Conflict(LoanlineError):
    code = "conflict"


class IllegalTransition(Conflict):
    code = "illegal_transition"


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"


class StorageError(LoanlineError):
    code = "storage_error"


class CryptoError(LoanlineError):
    code = "crypto_error"


class WrongKey(CryptoError):
    code = "wrong_key"


class Tampered(CryptoError):
    code = "tampered"


class Shredded(CryptoError):
    code = "shredded"


class PackError(LoanlineError):
    code = "pack_error"


class ProviderError(LoanlineError):
    code = "provider_error"


class ProviderTimeout(ProviderError):
    code = "provider_timeout"


class SpeechError(LoanlineError):
    code = "speech_error"


class ModelMissing(SpeechError):
    code = "model_missing"


class ModelCorrupt(SpeechError):
    code = "model_corrupt"


class RecognizerFailed(SpeechError):
    code = "recognizer_failed"


class RecognizerBusy(SpeechError):
    code = "recognizer_busy"


class SynthesisFailed(SpeechError):
    code = "synthesis_failed"


class EnvironmentProblem(LoanlineError):
    code = "environment_problem"
