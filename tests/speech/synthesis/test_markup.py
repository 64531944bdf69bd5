"""Pauses in prompts."""

import pytest

from speech.synthesis.markup import segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hello.", ("Hello.",)),
        ("five five<pause 300>oh one", ("five five", 300, "oh one")),
        ("one … two", ("one", 250, "two")),
        ("<pause 300>…", (550,)),
        ("a<pause 9000>b", ("a", 5000, "b")),
        ("<pause 4000><pause 4000>", (5000,)),
        ("say < and > aloud", ("say and aloud",)),
        ("tab\tand\nline\x00", ("tab and line",)),
        ("…", (250,)),
        (". , !", ()),
        ("", ()),
        ("<pause x>hm", ("pause x hm",)),
        ("你好…再见", ("你好", 250, "再见")),
    ],
)
def test_a_text_is_cut_at_its_pauses(text, parts):
    assert segments(text) == parts
