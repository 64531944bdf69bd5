"""The phones of the English model, and their numbers in training, in the graph and in Kaldi's transition model.

Training knows 41 phones without context: silence and the forty of CMUdict with its stress marks removed, where an
unstressed AH is written AX. In the graph each phone but silence has four forms for its place in a word (Kaldi's word
position dependence); all four share the two outputs of their phone: its first frame and its further frames.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "FORMS",
    "FORM_ID",
    "PHONES",
    "PHONE_COUNT",
    "PHONE_ID",
    "SILENCE",
    "in_word",
    "outputs_of",
    "transition",
]

PHONES = (
    "AA", "AE", "AH", "AO", "AW", "AX", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH",
    "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
#: 0 stands for the edge of an utterance.
SILENCE = 1
PHONE_ID = {phone: at for at, phone in enumerate(PHONES, 2)}
PHONE_COUNT = len(PHONES) + 1

#: Every form of the graph by its number; 0 is no phone, 1 silence; ``B`` begins a word, ``E`` ends it, ``I`` is inside,
#: ``S`` is a word of its own.
FORMS = ("<eps>", "SIL", *(f"{phone}_{place}" for phone in PHONES for place in "BEIS"))
FORM_ID = {form: at for at, form in enumerate(FORMS)}


def outputs_of(form: int) -> tuple[int, int]:
    """The network's outputs for the first and for the further frames of a form."""
    phone = SILENCE if form == 1 else PHONE_ID[FORMS[form].rsplit("_", 1)[0]]
    return 2 * (phone - 1), 2 * (phone - 1) + 1


def transition(form: int) -> tuple[int, int]:
    """Kaldi's transition numbers of a form: staying in it, leaving it."""
    return 2 * form - 1, 2 * form


def in_word(phones: Sequence[str]) -> tuple[int, ...]:
    """The forms of a word's phones."""
    if len(phones) == 1:
        return (FORM_ID[f"{phones[0]}_S"],)
    inside = [FORM_ID[f"{phone}_I"] for phone in phones[1:-1]]
    return (FORM_ID[f"{phones[0]}_B"], *inside, FORM_ID[f"{phones[-1]}_E"])
