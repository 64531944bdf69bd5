"""A Vosk directory from its parts: acoustic model, graph, configuration, card, and the manifest that is checked."""

from __future__ import annotations

from pathlib import Path

from speech.models import verify, write_manifest
from speech.training.export import write_acoustic_model
from speech.training.phones import FORMS
from speech.training.shape import Weights

__all__ = ["finish", "write_configuration"]

_MFCC = """\
--sample-frequency=8000
--use-energy=false
--num-mel-bins=30
--num-ceps=30
--low-freq=20
--high-freq=3872
--dither=0
--allow-upsample=true
--allow-downsample=true
"""
#: The line ends answers itself; Vosk's own end rules only bound what it keeps. At the end of a silence the best path
#: has always just entered a word, so forms that begin words count as silence for them.
_MODEL = """\
--min-active=200
--max-active=5000
--beam={beam}
--lattice-beam={lattice_beam}
--acoustic-scale=1.0
--frame-subsampling-factor=3
--endpoint.silence-phones={silences}
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=1.0
--endpoint.rule4.min-trailing-silence=2.0
"""


def write_configuration(model: Path, beam: float, lattice_beam: float) -> None:
    """``conf`` of a model directory."""
    folder = model / "conf"
    folder.mkdir(parents=True, exist_ok=True)
    silences = ":".join(str(at) for at, form in enumerate(FORMS) if form == "SIL" or form.endswith("_B"))
    (folder / "mfcc.conf").write_text(_MFCC, encoding="ascii")
    text = _MODEL.format(beam=beam, lattice_beam=lattice_beam, silences=silences)
    (folder / "model.conf").write_text(text, encoding="ascii")


def finish(model: Path, weights: Weights, silence_penalty: float, card: str) -> int:
    """Add the acoustic model, the card and the manifest to a directory that holds ``graph`` and ``conf``, and verify
    it; how many files it has.

    Raises:
        InvalidInput: the weights are not the network's.
        ModelCorrupt: what was written cannot be read again.
    """
    (model / "am").mkdir(exist_ok=True)
    write_acoustic_model(model / "am" / "final.mdl", weights, silence_penalty)
    (model / "README").write_text(card, encoding="utf-8")
    write_manifest(model)
    return verify(model)
