"""The lexicon as a transducer: transition numbers in, words out, prepared for look-ahead composition with a grammar.

Phones of a word stand in a row, with symbols that keep homophones apart; silence may stand before and after each word.
``[unk]`` is any string of two or more phones, scored by which phones follow each other in words, so that speech outside
a grammar has somewhere to go.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import EnvironmentProblem
from speech.training.lexicon import Pronunciation
from speech.training.openfst import piped
from speech.training.phones import FORM_ID, FORMS, PHONES, in_word, transition

__all__ = ["Unknown", "write_lexicon_graph"]

Arc = tuple[int, int, int, int, float]
_EDGE = (-math.log(0.2), -math.log(0.8))
_PAUSE = -math.log(0.5)
#: States: where an utterance begins, between words, before a silence.
_START, _LOOP, _SILENCE = 0, 1, 2
_FORM_COUNT = len(FORMS) - 1
_FIRST_MARK = _FORM_COUNT + 1


@dataclass(frozen=True, slots=True)
class Unknown:
    """What ``[unk]`` costs: on entering, and as a part of its phones' improbability."""

    enter: float = 2.0
    scale: float = 0.8


def write_lexicon_graph(
    folder: Path,
    pronunciations: Mapping[str, Sequence[Pronunciation]],
    frequencies: Mapping[str, float],
    unknown: Unknown,
) -> dict[str, int]:
    """Write ``HCLr.fst`` and its tables into ``folder``; the words' numbers, as the grammar has to use them.

    Raises:
        EnvironmentProblem: OpenFst or PyPI ``kaldifst`` is missing.
    """
    words = ["<eps>", "[unk]", *sorted(pronunciations), "#0", "<s>", "</s>"]
    number = {word: at for at, word in enumerate(words)}
    arcs, marks = _lexicon(pronunciations, number)
    _add_unknown(arcs, marks - 1, number["[unk]"], _followers(pronunciations, frequencies), unknown)
    folder.mkdir(parents=True, exist_ok=True)
    _write_tables(folder, marks)
    text = folder / "hcl.txt"
    text.write_text(_with_transitions(_determinized(arcs)), encoding="ascii")
    plain, pairs = folder / "hcl.fst", folder / "relabel"
    piped([["fstcompile", str(text)], ["fstarcsort", "--sort_type=olabel"]], plain)
    convert = ["fstconvert", "--fst_type=olabel_lookahead", f"--save_relabel_opairs={pairs}"]
    piped([[*convert, str(plain), str(folder / "HCLr.fst")]])
    labels = {int(old): int(new) for old, new in (line.split() for line in pairs.read_text().splitlines())}
    for file in (text, plain, pairs):
        file.unlink()
    free = max(*labels.values(), len(words)) + 1
    for at in range(1, len(words)):
        if at not in labels:
            labels[at], free = free, free + 1
    return {word: labels.get(at, 0) for word, at in number.items()}


def _lexicon(pronunciations: Mapping[str, Sequence[Pronunciation]], number: Mapping[str, int]) -> tuple[list[Arc], int]:
    """All words' arcs, and how many marks there are, with those for silence and ``[unk]`` last."""
    entries = sorted({(word, in_word(said)) for word, listed in pronunciations.items() for said in listed})
    alike = Counter(said for _, said in entries)
    beginnings = {said[:length] for _, said in entries for length in range(1, len(said))}
    used: Counter[tuple[int, ...]] = Counter()
    arcs: list[Arc] = [(_LOOP, _LOOP, _FIRST_MARK, number["#0"], 0.0)]
    states, most = 3, 0
    for word, said in entries:
        marked = list(said)
        if alike[said] > 1 or said in beginnings:
            used[said] += 1
            most = max(most, used[said])
            marked.append(_FIRST_MARK + used[said])
        ways = len(pronunciations[word])
        cost = 0.5 * math.log(min(3, ways)) if ways > 1 else 0.0
        state = _LOOP
        for at, label in enumerate(marked):
            out, weight = (number[word], cost) if at == 0 else (0, 0.0)
            if at == len(marked) - 1:
                arcs += [(state, end, label, out, weight + _PAUSE) for end in (_LOOP, _SILENCE)]
            else:
                arcs.append((state, states, label, out, weight))
                state, states = states, states + 1
    silence_mark = _FIRST_MARK + most + 1
    arcs += [
        (_START, _LOOP, 0, 0, _EDGE[0]), (_START, _SILENCE, 0, 0, _EDGE[1]),
        (_SILENCE, states, FORM_ID["SIL"], 0, 0.0), (states, _LOOP, silence_mark, 0, 0.0),
    ]  # fmt: skip
    return arcs, most + 3


def _followers(
    pronunciations: Mapping[str, Sequence[Pronunciation]], frequencies: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """How often phones follow each other in words; "" is a word's edge."""
    symbols = ("", *PHONES)
    counts = {first: dict.fromkeys(symbols, 0.3) for first in symbols}
    words = sorted(pronunciations)
    weights = [max(frequencies.get(word, 1e-8), 1e-8) ** 0.5 for word in words]
    for word in random.Random(5).choices(words, weights, k=20_000):  # noqa: S311 - nothing secret: a sample
        row = ("", *pronunciations[word][0], "")
        for first, second in itertools.pairwise(row):
            counts[first][second] += 1
    return {first: {second: n / sum(row.values()) for second, n in row.items()} for first, row in counts.items()}


def _add_unknown(
    arcs: list[Arc], mark: int, word: int, follows: Mapping[str, Mapping[str, float]], unknown: Unknown
) -> None:
    state = max(arc[1] for arc in arcs) + 1
    place = {phone: state + at for at, phone in enumerate(PHONES, 1)}
    arcs.append((_LOOP, state, _FIRST_MARK + mark, word, unknown.enter))
    for first in PHONES:
        arcs.append((state, place[first], FORM_ID[f"{first}_B"], 0, -unknown.scale * math.log(follows[""][first])))
        for second in PHONES:
            cost = -unknown.scale * math.log(follows[first][second])
            arcs.append((place[first], place[second], FORM_ID[f"{second}_I"], 0, cost))
            ended = cost - unknown.scale * math.log(follows[second][""]) + _PAUSE
            arcs += [(place[first], end, FORM_ID[f"{second}_E"], 0, ended) for end in (_LOOP, _SILENCE)]


def _determinized(arcs: Sequence[Arc]) -> Any:
    try:
        import kaldifst  # noqa: PLC0415 - a package of the optional extra
    except ModuleNotFoundError as error:
        raise EnvironmentProblem("Install the extra train-ear: it brings kaldifst.") from error
    rows = sorted(arcs, key=lambda arc: arc[0])
    text = (
        "".join(f"{start} {end} {label} {out} {cost:.6f}\n" for start, end, label, out, cost in rows) + f"{_LOOP} 0\n"
    )
    graph = kaldifst.compile(text, acceptor=False)
    kaldifst.determinize_star(graph, use_log=True)
    kaldifst.minimize_encoded(graph)
    return graph


def _with_transitions(graph: Any) -> str:
    """The graph over forms as one over transition numbers, each form with its own loop."""
    import kaldifst  # noqa: PLC0415 - as above

    first_mark = 2 * _FORM_COUNT + 1
    numbers: dict[tuple[int, int], int] = defaultdict(lambda: len(numbers))
    waiting = [(graph.start, 0)]
    _ = numbers[waiting[0]]
    lines: list[list[str]] = []
    finals = []
    while waiting:
        state, form = waiting.pop()
        here = numbers[state, form]
        own = [f"{here} {here} {transition(form)[0]} 0 0\n"] if form else []
        for arc in kaldifst.ArcIterator(graph, state):
            inside = arc.ilabel <= _FORM_COUNT
            key = (arc.nextstate, arc.ilabel if inside else 0)
            if key not in numbers:
                waiting.append(key)
            label = transition(arc.ilabel)[1] if inside else first_mark + arc.ilabel - _FIRST_MARK
            own.append(f"{here} {numbers[key]} {label} {arc.olabel} {arc.weight.value:.6f}\n")
        final = graph.final(state).value
        if not math.isinf(final):
            finals.append(f"{here} {final:.6f}\n")
        lines.append(own)
    return "".join(line for own in lines for line in own) + "".join(finals)


def _write_tables(folder: Path, marks: int) -> None:
    names = (*FORMS, *(f"#{at}" for at in range(marks)))
    (folder / "phones.txt").write_text("".join(f"{name} {at}\n" for at, name in enumerate(names)), encoding="ascii")
    places = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}
    rows = (f"{at} {'nonword' if at == 1 else places[FORMS[at][-1]]}\n" for at in range(1, _FORM_COUNT + 1))
    (folder / "phones").mkdir(exist_ok=True)
    (folder / "phones" / "word_boundary.int").write_text("".join(rows), encoding="ascii")
    first = 2 * _FORM_COUNT + 1
    (folder / "disambig_tid.int").write_text("".join(f"{first + at}\n" for at in range(marks)), encoding="ascii")
