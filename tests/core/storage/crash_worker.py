"""Processes that store a call, take in its application and its answer, and die at one commit; run by ``test_crash``.

Arguments: folder, ``before`` or ``after``. Child number n works in a sub-folder of that name and dies at its nth
commit; the first child that lives to the end is the last. Prints how many died.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from core.usecases.intake import submit
from core.usecases.offer import accept
from tests.core.decision.builders import US
from tests.core.storage.people import HandClock, application, decision, heard, opened, risk, store_call

EXIT = 137


def die_at(when: str, number: int) -> None:
    """Hook every engine's commit; the product has no such hook."""
    seen = 0

    @event.listens_for(Engine, "commit")
    def _commit(connection: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            if when == "after":
                connection.connection.dbapi_connection.commit()
            os._exit(EXIT)


def work_in(folder: Path) -> None:
    clock = HandClock()
    storage = opened(folder, clock)
    store_call(storage)
    submit(storage, clock, application(), risk(), lambda *_: decision())
    accept(storage, clock, US, "case_1", 0, heard("yes"))
    storage.close()


def main() -> None:
    folder, when = Path(sys.argv[1]), sys.argv[2]
    number = 0
    while True:
        number += 1
        child = os.fork()
        if child == 0:
            die_at(when, number)
            work_in(folder / str(number))
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status != EXIT:
            sys.stdout.write(str(number - 1))
            sys.exit(status)


if __name__ == "__main__":
    main()
