"""Frames that no telephone network would send, found by coverage: ``python -m scripts.line.frames --seconds 60``.

Each input is a whole connection: its lines are received in order by one ``MediaStreamProtocol``. Only the documented
errors may come out, and the state must stay usable. Needs atheris (the extra ``fuzz``); ends with 3 without it.
Starts from the recorded frames in ``audio_fixtures/wire``. An input that breaks it is kept in ``out/frames``.
"""

from __future__ import annotations

import argparse
import resource
import sys
from pathlib import Path

from core.errors import LoanlineError

_WIRE = Path("audio_fixtures") / "wire"
_KEPT = Path("out") / "frames"
_MOST_GROWTH_MB = 50


def one_connection(data: bytes) -> None:
    """Receive every line of ``data``; raises whatever is not documented."""
    from ivr.twilio.protocol import MediaStreamProtocol  # noqa: PLC0415  # after atheris has instrumented it

    protocol = MediaStreamProtocol()
    for number, line in enumerate(data.split(b"\n")):
        try:
            protocol.receive(line if number % 2 else line.decode("utf-8", "replace"))
        except LoanlineError:
            continue
    protocol.take_counts()
    assert protocol.outstanding == 0, "marks came out of nowhere"


def _grown_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=60)
    seconds = parser.parse_args().seconds
    try:
        import atheris  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415  # an extra
    except ImportError:
        sys.stderr.write("frames: atheris is not installed; run '.venv/bin/pip install atheris' for this check\n")
        return 3
    with atheris.instrument_imports(include=["ivr.twilio", "json", "base64"]):
        import ivr.twilio.protocol  # noqa: F401, PLC0415  # so that it is instrumented
    corpus = _KEPT / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for path in _WIRE.glob("*.jsonl"):
        (corpus / path.stem).write_bytes(b"\n".join(path.read_bytes().splitlines()[:12]))
    for _ in range(2000):  # what the recorded frames need is no growth
        one_connection((corpus / "clean").read_bytes())
    before = _grown_mb()

    def watched(data: bytes) -> None:
        one_connection(data)
        assert _grown_mb() - before < _MOST_GROWTH_MB, "the parser keeps what it is given"

    limits = [f"-max_total_time={seconds}", "-max_len=8192", "-rss_limit_mb=0", f"-artifact_prefix={_KEPT}/"]
    atheris.Setup([sys.argv[0], *limits, str(corpus)], watched)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
