import pytest

from speech.training.language import END, START, BackOff, Text, mixed

WORDS = frozenset({"yes", "no", "please", "seven"})
FREQUENCIES = {"yes": 4.0, "no": 4.0, "please": 2.0, "seven": 1.0}


@pytest.fixture
def model() -> BackOff:
    own = Text(0.7, (1, 1)).add([["yes", "please"], ["yes", "please"], ["no"], ["no", "please"]] * 5, WORDS)
    chats = Text(0.3, (2, 2)).add([["no", "no", "unheard", "yes"], ["please", "yes"]] * 3, WORDS)
    return mixed([own, chats], FREQUENCIES)


@pytest.mark.parametrize("history", [(), (START,), ("yes",), ("no",), (START, "yes"), ("no", "no"), ("seven", "yes")])
def test_what_may_follow_sums_to_one(model: BackOff, history: tuple[str, ...]) -> None:
    assert sum(model.of(word, history) for word in (*WORDS, END)) == pytest.approx(1.0, abs=1e-6)


def test_what_was_said_is_likelier_than_what_was_not(model: BackOff) -> None:
    assert model.of("please", (START, "yes")) > 5 * model.of("seven", (START, "yes")) > 0
    assert model.of("no", ("no",)) > model.of("seven", ("no",))


def test_nothing_is_counted_across_an_unknown_word() -> None:
    text = Text(1.0, (1, 1)).add([["no", "unheard", "yes"]], WORDS)
    assert ("no", "yes") not in text.two
    assert text.two[START, "no"] == 1


def test_pairs_of_a_larger_text_leave_room_for_the_rest() -> None:
    pairs = Text(1.0, (1, 1))
    pairs.two["yes", "please"] = 30
    pairs.one["please"] = 30
    pairs.whole = {"yes": 100}
    model = mixed([pairs], FREQUENCIES)
    assert model.of("please", ("yes",)) < 0.9
    assert sum(model.of(word, ("yes",)) for word in (*WORDS, END)) == pytest.approx(1.0, abs=1e-6)


def test_any_last_name_may_follow_any_first_name() -> None:
    said = [["ann", "lee"], ["ann", "lee"], ["ann", "lee"], ["bob", "ray"], ["bob", "ray"], ["bob", "kim"], ["yes"]] * 4
    words = frozenset(word for sentence in said for word in sentence) | {"zoe"}
    frequencies = dict.fromkeys(words, 1.0)
    plain = mixed([Text(1.0, (1, 1)).add(said, words)], frequencies)
    kinds = {"ann": "{first}", "bob": "{first}", "zoe": "{first}"}
    model = mixed([Text(1.0, (1, 1), kinds=kinds).add(said, words)], frequencies)
    assert model.of("ray", ("ann",)) > 2 * plain.of("ray", ("ann",))
    assert model.of("lee", ("zoe",)) > 2 * plain.of("lee", ("zoe",)), "nobody said this first name"
    for history in (("ann",), ("zoe",), ("{first}",), (START, "ann")):
        assert sum(model.of(word, history) for word in (*words, END)) == pytest.approx(1.0, abs=1e-6)
