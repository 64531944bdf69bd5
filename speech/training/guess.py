"""How a word that no list holds is probably said: eSpeak NG reads it, and its phonemes are put into our phones."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable

from core.errors import EnvironmentProblem
from speech.synthesis.worker import load_espeak
from speech.training.lexicon import Pronunciation

__all__ = ["from_espeak", "phones_of"]

#: eSpeak's American phonemes in IPA; longer names are looked for first.
_IPA = {
    "aɪə": "AY AX", "aɪɚ": "AY ER", "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "əʊ": "OW", "ɔɪ": "OY", "tʃ": "CH",
    "dʒ": "JH", "iə": "IY AX", "ɑːɹ": "AA R", "ɔːɹ": "AO R", "oːɹ": "AO R", "ɛɹ": "EH R", "ɪɹ": "IH R", "ʊɹ": "UH R",
    "ɜː": "ER", "ɚ": "ER", "əl": "AX L", "iː": "IY", "uː": "UW", "ɑː": "AA", "ɔː": "AO", "oː": "AO", "n̩": "AX N",
    "m̩": "AX M", "ʌ": "AH", "ɐ": "AX", "ə": "AX", "ᵻ": "IH", "ɪ": "IH", "i": "IY", "u": "UW", "ʊ": "UH", "ɛ": "EH",
    "e": "EY", "æ": "AE", "a": "AE", "ɑ": "AA", "ɔ": "AO", "o": "OW", "ɒ": "AA", "ɾ": "T", "b": "B", "d": "D",
    "ð": "DH", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y", "k": "K", "l": "L", "m": "M", "n": "N", "ŋ": "NG",
    "p": "P", "ɹ": "R", "r": "R", "s": "S", "ʃ": "SH", "t": "T", "θ": "TH", "v": "V", "w": "W", "z": "Z", "ʒ": "ZH",
    "x": "K", "ç": "HH", "ʔ": "T", "ɬ": "L", "ʲ": "",
}  # fmt: skip
_LONGEST = max(map(len, _IPA))
_IGNORED = frozenset("ˈˌː̩̃ʰ-_ ")


def phones_of(ipa: str) -> Pronunciation | None:
    """The phones of a transcription; none where it holds a sound that English has not."""
    phones: list[str] = []
    at = 0
    while at < len(ipa):
        if ipa[at] in _IGNORED:
            at += 1
            continue
        length = next((n for n in range(_LONGEST, 0, -1) if ipa[at : at + n] in _IPA), None)
        if length is None:
            return None
        phones += _IPA[ipa[at : at + length]].split()
        at += length
    return tuple(phones) or None


def from_espeak() -> Callable[[str], Pronunciation | None]:
    """A function that guesses a word's phones.

    Raises:
        EnvironmentProblem: eSpeak NG cannot be used.
    """
    load_espeak()
    library = ctypes.CDLL("libespeak-ng.so.1") if _system() else ctypes.CDLL(_bundled())
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    # 2: the sound is fetched, none is played.
    if library.espeak_Initialize(2, 0, _data().encode() if _data() else None, 0) < 0:
        raise EnvironmentProblem("eSpeak NG has no data: install espeakng-loader anew.")
    library.espeak_SetVoiceByName(b"en-us")

    @functools.cache
    def guess(word: str) -> Pronunciation | None:
        text = ctypes.c_char_p(word.encode())
        # 1: UTF-8; 2: the answer in IPA.
        ipa = library.espeak_TextToPhonemes(ctypes.byref(text), 1, 2)
        return phones_of(ipa.decode()) if ipa else None

    return guess


def _system() -> bool:
    try:
        ctypes.CDLL("libespeak-ng.so.1")
    except OSError:
        return False
    return True


def _bundled() -> str:
    import espeakng_loader  # noqa: PLC0415 - not needed where the system has the library

    return str(espeakng_loader.get_library_path())


def _data() -> str:
    if _system():
        return ""
    import espeakng_loader  # noqa: PLC0415 - as above

    return str(espeakng_loader.get_data_path())
