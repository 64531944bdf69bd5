"""Is this password among those that leaked and that guessers therefore try (OWASP ASVS 5.0, 6.2.4 and 6.2.12)?

The thirty thousand most common ones come with the program (zxcvbn's list, MIT). An operator may name a larger set: a
text file of upper-case SHA-1 hashes in order, one at the start of each line, as Have I Been Pwned gives it. It is
searched in place, however large it is; no password and no hash leaves this machine.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import IO

from core.errors import EnvironmentProblem

__all__ = ["PACKAGED", "LeakedPasswords"]

_DIGITS = 40


@cache
def _packaged() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - large, and needed only where one is chosen

    return frozenset(FREQUENCY_LISTS["passwords"])


class LeakedPasswords:
    """``file`` is the operator's set, beside the one that comes with the program."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def has(self, password: str) -> bool:
        """Whether it leaked as it is, in small letters, or without the figures and signs at its end.

        Raises ``EnvironmentProblem`` when the operator's file cannot be read: then nobody knows.
        """
        small = password.casefold()
        forms = {password, small, small.rstrip("0123456789!.?-_#*@$ ")}
        return bool(forms & _packaged()) or (self._file is not None and any(map(self._in_file, (password, small))))

    def _in_file(self, password: str) -> bool:
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        assert self._file is not None
        try:
            with self._file.open("rb") as lines:
                return _found(lines, wanted)
        except OSError:
            raise EnvironmentProblem(
                "The list of leaked passwords cannot be read; check LOANLINE_LEAKED_PASSWORDS_FILE."
            ) from None


def _found(lines: IO[bytes], wanted: bytes) -> bool:
    """Binary search by place in the file: the line that begins at or after the middle decides."""
    low, high = 0, lines.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        _, line = _line_at(lines, middle)
        if not line or line >= wanted:
            high = middle
        else:
            low = middle + 1
    return _line_at(lines, low)[1] == wanted


def _line_at(lines: IO[bytes], place: int) -> tuple[int, bytes]:
    """The first line that begins at ``place`` or after it: where, and its hash; an empty one at the end."""
    lines.seek(max(0, place - 1))
    if place:
        lines.readline()
    begins = lines.tell()
    return begins, lines.readline()[:_DIGITS].strip().upper()


#: What comes with the program.
PACKAGED = LeakedPasswords()
