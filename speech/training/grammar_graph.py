"""The language model as Vosk's ``Gr.fst``: an acceptor of words, with back-off arcs and the table of words inside."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from speech.training.language import END, START, BackOff, History
from speech.training.openfst import piped

__all__ = ["write_grammar_graph"]


def write_grammar_graph(folder: Path, model: BackOff, number: Mapping[str, int]) -> None:
    """Write ``Gr.fst``; ``number`` comes from the lexicon's graph.

    Raises:
        EnvironmentProblem: OpenFst is missing.
    """
    states = {history: at for at, history in enumerate(sorted(model.words, key=lambda history: history != (START,)))}

    def after(history: History, word: str) -> int:
        longer = (*history, word)[-2:]
        while longer not in states:
            longer = model.shorter(longer)
        return states[longer]

    lines, finals = [], []
    for history, state in states.items():
        for word, share in model.words[history].items():
            cost = -math.log(max(share, 1e-12))
            if word == END:
                finals.append(f"{state} {cost:.5f}\n")
            else:
                lines.append(f"{state} {after(history, word)} {number[word]} {number[word]} {cost:.5f}\n")
        if history:
            back = model.shorter(history)
            while back not in states:
                back = model.shorter(back)
            lines.append(f"{state} {states[back]} {number['#0']} 0 {-math.log(model.factor[history]):.5f}\n")
    grammar, symbols = folder / "g.txt", folder / "words"
    grammar.write_text("".join(lines) + "".join(finals), encoding="ascii")
    symbols.write_text("".join(f"{word} {at}\n" for word, at in number.items()), encoding="utf-8")
    piped(
        [
            ["fstcompile", str(grammar)], ["fstconnect"], ["fstarcsort", "--sort_type=ilabel"],
            ["fstsymbols", f"--isymbols={symbols}", f"--osymbols={symbols}"], ["fstconvert", "--fst_type=const"],
        ],
        folder / "Gr.fst",
    )  # fmt: skip
    grammar.unlink()
    symbols.unlink()
