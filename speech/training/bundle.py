"""All recordings with their words and pronunciations in one packed file: what a training machine needs, and no more.

Sounds are brought to full level, the silence around single words is cut, and each sample becomes one mu-law step; the
steps are written as differences and packed by how often each occurs. Training needs only this file, numpy and torch.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import InvalidInput
from speech.audio import decode_mulaw, encode_mulaw
from speech.training.corpora import Recording, Source, source_of
from speech.training.phones import PHONE_ID

__all__ = ["Bundle", "Clip", "joined", "pack", "unpack"]

_MAGIC = b"loanline-ear-1\n"
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Clip:
    source: str
    speaker: str
    words: tuple[str, ...]
    dev: bool
    samples: npt.NDArray[np.int16] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """``lexicon`` holds each word's pronunciations as phone numbers."""

    sources: dict[str, Source]
    lexicon: dict[str, list[list[int]]]
    clips: list[Clip]


def trimmed(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """Without the silence around a single word, with 75 ms left on both sides."""
    loudness = np.convolve(np.abs(samples.astype(np.float32)), np.ones(200) / 200, "same")
    loud = np.flatnonzero(loudness > 0.08 * loudness.max())
    return samples[max(0, int(loud[0]) - 600) : int(loud[-1]) + 600] if loud.size else samples


def _full_level(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    peak = max(1, int(np.abs(samples.astype(np.int32)).max()))
    return np.round(samples.astype(np.float32) * (28000 / peak)).astype(np.int16)


def pack(
    path: Path,
    sources: Mapping[str, Source],
    found: Iterable[Recording],
    lexicon: Mapping[str, Sequence[Sequence[str]]],
) -> int:
    """Write the bundle whole or not at all; the number of recordings. Those with a word that ``lexicon`` lacks are left
    out.

    Raises:
        InvalidInput: the bundle would be too large to carry.
    """
    clips, sounds = [], []
    words: set[str] = set()
    for one in found:
        if not all(lexicon.get(word) for word in one.words):
            continue
        samples = _full_level(trimmed(one.samples) if sources[one.source].single else one.samples)
        clips.append([one.source, one.speaker, " ".join(one.words), one.dev, len(samples)])
        sounds.append(np.frombuffer(encode_mulaw(samples), np.uint8))
        words.update(one.words)
    known = {word: [[PHONE_ID[phone] for phone in said] for said in lexicon[word]] for word in sorted(words)}
    head = {"sources": [asdict(source) for source in sources.values()], "lexicon": known, "clips": clips}
    steps = _in_order(np.concatenate(sounds)) if sounds else np.zeros(0, np.uint8)
    packing = zlib.compressobj(9, zlib.DEFLATED, 15, 9, zlib.Z_HUFFMAN_ONLY)
    body = packing.compress(np.diff(steps, prepend=np.uint8(0)).tobytes()) + packing.flush()
    packed = _MAGIC + zlib.compress(json.dumps(head).encode()) + body
    if len(packed) > _MOST_BYTES:
        raise InvalidInput("sources", "Take fewer recordings (`every` in sources.toml): the bundle passes 64 MB.")
    part = path.with_suffix(".part")
    part.write_bytes(packed)
    part.replace(path)
    return len(clips)


def unpack(path: Path) -> Bundle:
    """Raises ``InvalidInput`` where the file is no bundle."""
    packed = path.read_bytes()
    if not packed.startswith(_MAGIC):
        raise InvalidInput("bundle", f"Give a bundle that `prepare` wrote; {path.name} is none.")
    opened = zlib.decompressobj()
    head = json.loads(opened.decompress(packed[len(_MAGIC) :]))
    steps = np.cumsum(np.frombuffer(zlib.decompress(opened.unused_data), np.uint8), dtype=np.uint8)
    sound = np.frombuffer(decode_mulaw(_in_order(steps).tobytes()), np.int16)
    clips, at = [], 0
    for source, speaker, words, dev, size in head["clips"]:
        clips.append(Clip(source, speaker, tuple(words.split()), dev, sound[at : at + size]))
        at += size
    return Bundle({fields["name"]: source_of(fields) for fields in head["sources"]}, head["lexicon"], clips)


def joined(bundles: Sequence[Bundle]) -> Bundle:
    """Several bundles as one."""
    sources = {name: source for one in bundles for name, source in one.sources.items()}
    lexicon = {word: said for one in bundles for word, said in one.lexicon.items()}
    return Bundle(sources, lexicon, [clip for one in bundles for clip in one.clips])


def _in_order(steps: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Between mu-law's codes and steps that grow with the sound; its own inverse. Neighbours then differ little."""
    return np.where(steps < 128, steps, steps ^ 0x7F).astype(np.uint8)
