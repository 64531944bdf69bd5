"""Write the voices of well-known synthesisers as a list to compare with: machines are better known again than unmasked.

    python -m scripts.antifraud.stock_voices --spoken data/bench/spoken --network data/models/vosk-model-spk-0.4

No person's voice is in it. Reserved voices are left out.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

from scripts.antifraud.sounds import Samples, mulaw  # sets thread limits

# isort: split
import numpy as np
import soundfile

from antifraud.voiceprint import SpeakerNetwork, VoiceSpace
from scripts.antifraud.speak import RESERVED

_SECONDS = 40


def stock_speech(spoken: Path, reserved: bool = False) -> dict[str, Samples]:
    """Up to forty seconds of each voice, through mu-law."""
    found: dict[str, list[Samples]] = {}
    for folder in sorted(path for path in spoken.iterdir() if (path / "index.tsv").is_file()):
        if (folder.name in RESERVED) is not reserved:
            continue
        with (folder / "index.tsv").open(encoding="utf-8") as table:
            for row in csv.DictReader(table, delimiter="\t"):
                pieces = found.setdefault(f"{folder.name}:{row['voice']}", [])
                if sum(piece.size for piece in pieces) < _SECONDS * 8000:
                    samples, _ = soundfile.read(folder / row["file"], dtype="int16")
                    pieces.append(mulaw(samples))
    return {name: np.concatenate(pieces) for name, pieces in found.items()}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--spoken", type=Path, default=Path("data/bench/spoken"))
    arguments.add_argument("--network", type=Path, default=Path("data/models/vosk-model-spk-0.4"))
    options = arguments.parse_args()
    network = SpeakerNetwork(options.network, VoiceSpace.of_the_house())
    prints = {name: network.voiceprint(samples) for name, samples in stock_speech(options.spoken).items()}
    kept = {name: one for name, one in prints.items() if one is not None}
    rows = np.array([np.frombuffer(one.pack(), dtype="<f4") for one in kept.values()])
    np.savez_compressed("antifraud/data/stock_voices.npz", names=np.array(list(kept)), rows=rows)
    sys.stderr.write(f"{len(kept)} voices\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
