"""A pack takes effect only when two different people stand behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.errors import PackError
from core.jurisdiction.pack import Pack

__all__ = ["Activation"]


@dataclass(frozen=True, slots=True)
class Activation:
    """Who proposed and who approved the pack with this hash, and when (aware UTC)."""

    digest: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str
    approved_at: datetime

    def check(self, pack: Pack) -> None:
        """Raise ``PackError`` unless two different people activated exactly this pack, one after the other."""
        proposer, approver = self.proposed_by.strip().casefold(), self.approved_by.strip().casefold()
        if not proposer or not approver:
            raise PackError("An activation needs a proposer and an approver; name both.")
        if proposer == approver:
            raise PackError("The same person proposed and approved this pack; let another person approve it.")
        if self.digest != pack.digest:
            raise PackError("This activation is for another version of the pack; approve the present one.")
        if self.approved_at < self.proposed_at:
            raise PackError("The approval is older than the proposal; approve the pack again.")
