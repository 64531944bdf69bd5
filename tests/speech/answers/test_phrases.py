"""Templates are written out in full; tables find the longest phrase."""

from speech.answers.data import load
from speech.answers.phrases import PhraseTable, expand


def test_groups_multiply_and_empty_alternatives_make_a_group_optional() -> None:
    assert expand("(talk|speak) to (a|) person") == (
        "talk to a person",
        "talk to person",
        "speak to a person",
        "speak to person",
    )


def test_the_longest_phrase_wins_where_phrases_touch() -> None:
    table = PhraseTable([("medical school", "education"), ("school", "education"), ("medical", "medical")])
    matches = table.find(["for", "medical", "school", "fees"])
    assert [(match.start, match.end, match.labels) for match in matches] == [(1, 3, ("education",))]


def test_a_phrase_under_two_labels_keeps_both() -> None:
    table = PhraseTable([("on unemployment", "benefits"), ("on unemployment", "unemployed")])
    assert table.whole(["on", "unemployment"]) == ("benefits", "unemployed")


def test_nothing_is_found_beyond_the_end() -> None:
    table = PhraseTable([("a b", 1)])
    assert table.at(["a"], 0) is None
    assert table.at(["a"], 1) is None


def _texts(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        return [text for value in node.values() for text in _texts(value)]
    return [text for value in node for text in _texts(value)] if isinstance(node, list) else []


def test_no_phrase_of_the_data_files_keeps_a_bracket_or_bar() -> None:
    files = [("en", "commands"), ("en", "yes_no"), ("en", "choices"), ("en", "wording"), ("zh", "phrases")]
    phrases = [phrase for file in files for text in _texts(load(*file)) for phrase in expand(text)]
    assert len(phrases) > 5000
    assert not [phrase for phrase in phrases if set(phrase) & set("()|")]
