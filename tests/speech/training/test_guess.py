from speech.training.guess import from_espeak, phones_of
from speech.training.phones import PHONES


def test_longer_names_of_sounds_win() -> None:
    assert phones_of("tʃˈaɪld") == ("CH", "AY", "L", "D")


def test_a_sound_that_english_has_not_gives_no_guess() -> None:
    assert phones_of("ʘa") is None
    assert phones_of("") is None


def test_espeak_reads_names_nobody_listed() -> None:
    guess = from_espeak()
    assert guess("lopez") == ("L", "OW", "P", "EH", "Z")
    said = [guess(word) for word in ("basingstoke", "oconnor", "nguyen", "keseberg")]
    assert all(said)
    assert {phone for word in said if word for phone in word} <= set(PHONES)
