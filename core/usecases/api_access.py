"""Keys for partners: made once, shown once, stored as a hash, bound to scopes, taken back at any time."""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

from core.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from core.ports import ApiKey, Clock, Ids, Storage

__all__ = ["Partner", "Scope", "authenticate", "make_key", "revoke_key"]

_PARTNER = re.compile(r"[a-z][a-z0-9-]{1,19}")
_SECRET_FORM = re.compile(r"(key_[A-Za-z0-9_-]{8,64})\.([A-Za-z0-9_-]{20,128})")
_REFUSED = "The API key is missing or wrong; send it as a bearer token."


class Scope(StrEnum):
    """What a key may do. ``ATTEST`` lets the partner say that it verified the owner and checked for fraud."""

    SUBMIT = "applications.submit"
    READ = "applications.read"
    ACCEPT = "offers.accept"
    ATTEST = "applications.attest"


class Partner:
    """A caller of the API whose key was good. Cases carry the partner's name, so nobody reads another's."""

    def __init__(self, name: str, scopes: frozenset[str]) -> None:
        self.name = name
        self._scopes = scopes

    def may(self, scope: Scope) -> bool:
        return scope.value in self._scopes

    def require(self, scope: Scope) -> None:
        """Raises ``Forbidden``."""
        if not self.may(scope):
            raise Forbidden(f"This API key lacks the scope {scope.value}; ask for one that has it.")

    def case_id(self, delivery: str) -> str:
        """The case of one delivery key: the same for every repetition, unlike anybody else's."""
        digest = hashlib.sha256(f"{self.name}\x1f{delivery}".encode()).hexdigest()
        return f"api.{self.name}.{digest[:32]}"

    def owns(self, case_id: str) -> bool:
        return case_id.startswith(f"api.{self.name}.")


def make_key(
    storage: Storage, clock: Clock, ids: Ids, partner: str, scopes: frozenset[Scope], operator: str
) -> tuple[str, str]:
    """A new key: its id, and the whole token, which is shown now and never again. Raises ``InvalidInput``."""
    if not _PARTNER.fullmatch(partner):
        raise InvalidInput("partner", "use 2 to 20 small letters, digits and hyphens, a letter first")
    if not scopes:
        raise InvalidInput("scope", f"give at least one of {', '.join(Scope)}")
    key_id, secret = ids.new("key"), ids.token()
    key = ApiKey(key_id, partner, _digest(secret), frozenset(scope.value for scope in scopes), clock.now())
    with storage.begin() as work:
        work.api_keys.add(key)
        work.audit.append(operator, "api_key.made", key_id, {"partner": partner, "scopes": sorted(key.scopes)})
        work.commit()
    return key_id, f"{key_id}.{secret}"


def revoke_key(storage: Storage, clock: Clock, key_id: str, operator: str) -> None:
    """From now on the key opens nothing. Raises ``NotFound`` for one that is not in use."""
    with storage.begin() as work:
        if not work.api_keys.revoke(key_id, clock.now()):
            raise NotFound("There is no such key in use; loanline api-keys list shows them.")
        work.audit.append(operator, "api_key.revoked", key_id)
        work.commit()


def authenticate(storage: Storage, token: str) -> Partner:
    """Who holds this token. Raises ``Unauthenticated``, with one message for every reason."""
    form = _SECRET_FORM.fullmatch(token)
    if form is None:
        raise Unauthenticated(_REFUSED)
    with storage.begin() as work:
        key = work.api_keys.get(form[1])
        right = key is not None and work.api_keys.fits(key, _digest(form[2]))
    if key is None or key.revoked_at is not None or not right:
        raise Unauthenticated(_REFUSED)
    return Partner(key.partner, key.scopes)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
