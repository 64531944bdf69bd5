"""A graph of a tiny vocabulary, built with OpenFst's tools and run by Vosk."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import vosk

from speech.training.directory import finish, write_configuration
from speech.training.graph import General, GraphPlan, build, language_model, vocabulary
from speech.training.lexicon import Lexicon
from speech.training.openfst import have_tools
from speech.training.shape import Shape, fresh_weights

needs_openfst = pytest.mark.skipif(
    importlib.util.find_spec("kaldifst") is None or not have_tools(),
    reason="building a graph needs PyPI kaldifst and Debian's libfst-tools",
)


def test_needed_words_come_whatever_they_cost_and_ranked_ones_while_there_is_room(lexicon: Lexicon) -> None:
    found = vocabulary(["no", "no", "zzz"], ["yes", "x1", "q", "nine", "five"], lexicon, 3)
    assert list(found) == ["no", "yes", "nine"]


def test_a_first_name_that_is_another_word_more_often_is_no_name_to_the_model() -> None:
    own = [["boss", "nine"], ["boss", "five"], ["no"]] * 5
    words = frozenset({"boss", "no", "nine", "five", "know"})
    general = General(dict.fromkeys(words, 1.0), {"first": {"boss": 1.0, "no": 1.0}}, [["no", "know", "no"]] * 9)
    model = language_model(GraphPlan(own_least=(1, 1), chat_share=0.5), own, words, general)
    assert model.kinds == {"boss": "{first}"}


@needs_openfst
@pytest.mark.slow
def test_a_tiny_graph_runs_with_and_without_a_grammar(lexicon: Lexicon, tmp_path: Path) -> None:
    general = General({"yes": 3.0, "no": 2.0, "know": 1.0}, {}, [["yes", "no"], ["no", "about", "nine"]] * 3)
    plan = GraphPlan(words=12, sentences=30, own_least=(1, 1), chat_least=(1, 1))
    assert build(tmp_path / "graph", plan, lexicon, general) == 8
    write_configuration(tmp_path, 12.0, 5.0)
    finish(tmp_path, fresh_weights(Shape(width=32, bottleneck=8), np.random.default_rng(1)), 0.0, "A card.\n")
    vosk.SetLogLevel(-2)
    model = vosk.Model(str(tmp_path))
    assert model.vosk_model_find_word("about") >= 0
    assert model.vosk_model_find_word("zebra") < 0
    sound = np.random.default_rng(2).normal(0, 900, 8000).astype(np.int16).tobytes()
    for grammar in ((), ('["no", "nine", "[unk]"]',)):
        recognizer = vosk.KaldiRecognizer(model, 8000, *grammar)
        recognizer.AcceptWaveform(sound)
        said = set(json.loads(recognizer.FinalResult())["text"].split())
        assert said <= (
            {"no", "nine", "[unk]"}
            if grammar
            else {"[unk]", "okay", "yes", "no", "nine", "five", "about", "know", "boss"}
        )
