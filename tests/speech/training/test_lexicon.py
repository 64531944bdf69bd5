from pathlib import Path

from speech.training.lexicon import Lexicon, own_words
from speech.training.phones import PHONES


def test_stress_goes_and_an_unstressed_ah_becomes_a_schwa(lexicon: Lexicon) -> None:
    assert lexicon.known("about") == [("AX", "B", "AW", "T")]


def test_our_own_list_comes_before_the_dictionary() -> None:
    assert Lexicon({"no": [("N", "AO")]}, {"no": [["N", "OW1"]]}).known("no") == [("N", "AO")]


def test_a_possessive_ends_as_its_noun_asks(lexicon: Lexicon) -> None:
    assert lexicon.known("five's") == [("F", "AY", "V", "Z")]
    assert lexicon.known("boss's")[0] == ("B", "AA", "S", "IH", "Z")
    assert lexicon.known("about's") == [("AX", "B", "AW", "T", "S")]


def test_only_words_that_no_list_holds_are_guessed() -> None:
    asked = []

    def guess(word: str) -> tuple[str, ...] | None:
        asked.append(word)
        return ("K", "AA") if word == "kaa" else None

    lexicon = Lexicon({}, {"no": [["N", "OW1"]]}, guess)
    assert lexicon.of("no") == [("N", "OW")]
    assert lexicon.of("kaa") == lexicon.of("kaa") == [("K", "AA")]
    assert lexicon.of("xyz") == []
    assert asked == ["kaa", "xyz"]


def test_no_more_than_the_wanted_number_of_ways(lexicon: Lexicon) -> None:
    assert len(lexicon.known("boss")) == 2
    assert len(Lexicon({}, {"boss": [["B"], ["AA1"], ["S"]]}, most=2).known("boss")) == 2


def test_every_phone_of_our_own_list_exists(tmp_path: Path) -> None:
    assert {phone for listed in own_words().values() for said in listed for phone in said} <= set(PHONES)
    file = tmp_path / "list.txt"
    file.write_text("tomato T AX M EY T OW\ntomato T AX M AA T OW\n")
    assert own_words(file) == {"tomato": [("T", "AX", "M", "EY", "T", "OW"), ("T", "AX", "M", "AA", "T", "OW")]}
