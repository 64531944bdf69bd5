"""Names said and spelled; purposes and employment by meaning."""

import pytest

from core.applicant import PersonName
from core.catalogue import Employment, Purpose
from speech.answers.data import load
from speech.answers.parsing import parse


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("john carter", "John Carter"),
        ("my name is john carter", "John Carter"),
        ("hello good morning this is john carter calling about a loan", "John Carter"),
        ("uh john um carter", "John Carter"),
        ("john carter speaking", "John Carter"),
        ("mr john carter", "John Carter"),
        ("my first name is john and my last name is carter", "John Carter"),
        ("last name carter first name john", "John Carter"),
        ("carter comma john", "John Carter"),
        ("john p carter", "John P Carter"),
        ("j o h n", "John"),
        ("C-A-R-T-E-R", "Carter"),
        ("john carter c a r t e r", "John Carter"),
        ("john carter that's c a r t e r", "John Carter"),
        ("john carter j o h n c a r t e r", "John Carter"),
        ("john smith s m y t h", "John Smyth"),
        ("john spelled j o n carter", "Jon Carter"),
        ("j o h n space c a r t e r", "John Carter"),
        ("b as in boy o as in oscar b as in bravo", "Bob"),
        ("b like boy r like robert a like apple d like dog", "Brad"),
        ("juliet oscar hotel november", "John"),
        ("m i double l e r", "Miller"),
        ("w i double l", "Will"),
        ("double u i l l", "Will"),
        ("see a are tea e are", "Carter"),
        ("bee oh bee", "Bob"),
        ("capital j o h n", "John"),
        ("tim o brien", "Tim O'Brien"),
        ("sean o'brien", "Sean O'Brien"),
        ("o b r i e n", "O'Brien"),
        ("ronald mcdonald", "Ronald McDonald"),
        ("ronald mc donald", "Ronald McDonald"),
        ("mary smith-jones", "Mary Smith-Jones"),
        ("mary smith hyphen jones", "Mary Smith-Jones"),
        ("catherine with a k", "Katherine"),
        ("robert downey junior", "Robert Downey Jr"),
        ("jay carter", "Jay Carter"),
        ("mike oscar", "Mike Oscar"),
        ("José García", "José García"),
        ("maria de la cruz", "Maria De La Cruz"),
    ],
)
def test_names(words: str, name: str) -> None:
    assert parse("name", words).value == name
    if " " in name:
        assert PersonName(name).value == name


@pytest.mark.parametrize(
    "words", ["", "one two three", "john 3", "what do you need my name for", "i want a loan", "<>!", "a"]
)
def test_what_is_no_name(words: str) -> None:
    assert parse("name", words).readings == ()


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("to fix my car", "car"),
        ("pay off my credit cards", "repay_debt"),
        ("my daughter's wedding", "family_event"),
        ("hospital bills", "medical"),
        ("medical school", "education"),
        ("a new roof", "home"),
        ("starting a small business", "business"),
        ("a trip to mexico", "travel"),
        ("a new washing machine", "household"),
        ("something else", "other"),
        ("furnitur", "household"),
        ("a wedding and a honeymoon", "family_event travel"),
        ("buy a laptop for school", "household education"),
        ("banana", ""),
        ("i need a loan", ""),
        ("none of your business", ""),
    ],
)
def test_purposes(words: str, codes: str) -> None:
    assert [reading.value for reading in parse("purpose", words).readings] == codes.split()


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("i work full time", "full_time"),
        ("part-time", "part_time"),
        ("i run my own business", "self_employed"),
        ("i'm retired", "retired"),
        ("i'm a full time student", "student"),
        ("on disability", "benefits"),
        ("i was laid off", "unemployed"),
        ("not working", "unemployed"),
        ("i'm not a student i work full time", "full_time"),
        ("i'm a nurse", "full_time part_time"),
        ("retired but i work part time", "retired part_time"),
        ("on unemployment", "benefits unemployed"),
        ("banana", ""),
    ],
)
def test_employment(words: str, codes: str) -> None:
    assert [reading.value for reading in parse("employment", words).readings] == codes.split()


@pytest.mark.parametrize(("kind", "catalogue"), [("purpose", Purpose), ("employment", Employment)])
def test_every_entry_of_the_catalogue_can_be_said(kind: str, catalogue: type[Purpose] | type[Employment]) -> None:
    for language in ("en", "zh"):
        entries = load(language, "choices" if language == "en" else "phrases")[kind]
        assert set(entries) == {entry.value for entry in catalogue}
    for code, entry in load("en", "choices")[kind].items():
        for phrase in entry["grammar"]:
            assert code in {reading.value for reading in parse(kind, phrase).readings}, phrase
