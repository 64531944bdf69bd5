"""Time-stamps of audit heads by an authority (RFC 3161): proof that a head was there at a time, from somebody else.

Optional: the package ``rfc3161-client`` (extra ``timestamps``) builds and checks the messages. A stamp is one file; it
holds a hash of the head's statement and nothing of the log.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import httpx

from core.errors import EnvironmentProblem, InvalidInput, ProviderError, StorageError, Tampered
from core.security.audit import Head
from core.security.private_file import write_private

__all__ = ["check_stamp", "stamp_head"]

_LARGEST = 64 * 1024
_TYPE = "application/timestamp-query"
_MISSING = "Time-stamps need the package rfc3161-client; install loanline with the extra timestamps."


def stamp_head(head: Head, authority: str, target: Path, *, transport: httpx.BaseTransport | None = None) -> datetime:
    """Ask ``authority`` (its address) to stamp ``head``, keep the answer in the new file ``target``; returns its time.

    The answer is checked for its status and that it stamps this head; ``check_stamp`` checks who signed it. Raises
    ``EnvironmentProblem`` without the package, ``ProviderError``, ``InvalidInput`` when the file exists.
    """
    try:
        from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response  # noqa: PLC0415 - an optional part of the installation
    except ImportError:
        raise EnvironmentProblem(_MISSING) from None
    if not authority.startswith(("https://", "http://")):
        raise InvalidInput("tsa", "give the address of the authority, with https:// or http://")
    request = TimestampRequestBuilder().data(head.statement()).nonce(nonce=True).cert_request(cert_request=True).build()
    try:
        with httpx.Client(timeout=10.0, transport=transport) as http:
            answer = http.post(authority, content=request.as_bytes(), headers={"Content-Type": _TYPE})
        if answer.status_code != 200 or len(answer.content) > _LARGEST:
            raise ProviderError("The time-stamp authority refused; try later or ask another one.")
        response = decode_timestamp_response(answer.content)
        info = response.tst_info
        if response.status != 0 or info.message_imprint.message != request.message_imprint.message:
            raise ProviderError("The time-stamp authority stamped something else; ask another one.")
        if info.nonce != request.nonce:
            raise ProviderError("The time-stamp authority answered an older question; try again.")
    except httpx.HTTPError:
        raise ProviderError("The time-stamp authority cannot be reached; try later or ask another one.") from None
    except ValueError:
        raise ProviderError("The time-stamp authority sent something else than a stamp; ask another one.") from None
    try:
        write_private(target, answer.content, replace=False)
    except FileExistsError:
        raise InvalidInput("stamp", "that file exists already; this head is stamped") from None
    except OSError as error:
        raise StorageError(f"The stamp cannot be written ({error.strerror}); check the folder.") from None
    return info.gen_time


def check_stamp(head: Head, stamp: bytes, roots: bytes) -> datetime:
    """When an authority under ``roots`` (certificates in PEM) stamped ``head``. Raises ``Tampered`` when it
    did not, ``InvalidInput`` for what is no certificate, ``EnvironmentProblem``."""
    try:
        from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - as the next line
        from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # noqa: PLC0415 - as above
    except ImportError:
        raise EnvironmentProblem(_MISSING) from None
    try:
        certificates = load_pem_x509_certificates(roots)
    except ValueError:
        raise InvalidInput("roots", "give the authority's root certificates in PEM") from None
    builder = VerifierBuilder()
    for certificate in certificates:
        builder = builder.add_root_certificate(certificate)
    try:
        response = decode_timestamp_response(stamp)
        builder.build().verify_message(response, head.statement())
    except (VerificationError, ValueError):
        raise Tampered(
            "The stamp is not one of this head by this authority; compare it with an outside copy."
        ) from None
    return response.tst_info.gen_time
