"""What a library logs of an error names its kind and its place, and nobody."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from core.errors import EnvironmentProblem, StorageError
from ivr.telemetry import configure_logging

NAME = "Zebulon Quattlebaum"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """As on the line, where the server's loggers hand on what they are told; a server that another test started in this
    process may have kept them to itself."""
    before = logging.getLogger().handlers[:]
    own = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error", "asyncio")]
    kept = [(logger, logger.propagate, logger.disabled, logger.level) for logger in own]
    for logger in own:
        logger.propagate, logger.disabled = True, False
        logger.setLevel(logging.NOTSET)
    stream = io.StringIO()
    configure_logging("info", stream)
    yield stream
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before
    for logger, propagate, disabled, level in kept:
        logger.propagate, logger.disabled = propagate, disabled
        logger.setLevel(level)


def events(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_servers_traceback_becomes_one_line_without_values(written: io.StringIO) -> None:
    try:
        int(NAME)
    except ValueError as error:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n", exc_info=error)
    (event,) = events(written)
    assert event["event"] == "library_log"
    assert (event["level"], event["logger"], event["kind"]) == ("error", "uvicorn.error", "ValueError")
    assert event["text"] == "Exception in ASGI application"
    assert event["where"][-1].startswith("ivr/test_foreign_log.py:")
    assert NAME not in written.getvalue()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            EnvironmentProblem("Set TWILIO_AUTH_TOKEN."),
            {"kind": "core.errors.EnvironmentProblem", "detail": "Set TWILIO_AUTH_TOKEN."},
        ),
        (ValueError(NAME), {"kind": "ValueError"}),
    ],
)
def test_why_a_server_did_not_start_is_told_when_we_say_it(
    written: io.StringIO, error: Exception, told: dict[str, str]
) -> None:
    """A server writes the traceback out as its message; our own sentence is the reason an operator needs."""
    text = "Traceback (most recent call last):\n" + "".join(traceback.format_exception_only(error))
    logging.getLogger("uvicorn.error").error(text)
    (event,) = events(written)
    assert {name: event[name] for name in ("kind", "detail") if name in event} == told
    assert NAME not in written.getvalue()


def test_our_own_errors_are_kept_whole(written: io.StringIO) -> None:
    error = StorageError("The disk is full; free some space, nothing was stored.")
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)
    (event,) = events(written)
    assert event["detail"] == str(error)


async def test_a_task_that_nobody_asked_names_nobody(written: io.StringIO) -> None:
    async def fails() -> None:
        raise RuntimeError(NAME)

    task = asyncio.ensure_future(fails())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
    assert [event["kind"] for event in events(written)] == ["RuntimeError"]
    assert NAME not in written.getvalue()


def test_values_are_left_out_and_small_talk_is_not_kept(written: io.StringIO) -> None:
    logging.getLogger("some.library").warning("refused %s", NAME)
    logging.getLogger("some.library").info("all is well")
    configure_logging("info", written)
    logging.getLogger("some.library").error("gave up")
    assert [event["text"] for event in events(written)] == ["refused %s", "gave up"]
