from speech.training.phones import FORM_ID, FORMS, PHONE_COUNT, PHONE_ID, in_word, outputs_of, transition


def test_the_four_forms_of_a_phone_share_its_outputs() -> None:
    assert {outputs_of(FORM_ID[f"N_{place}"]) for place in "BEIS"} == {
        (2 * (PHONE_ID["N"] - 1), 2 * (PHONE_ID["N"] - 1) + 1)
    }
    assert outputs_of(FORM_ID["SIL"]) == (0, 1)


def test_every_output_belongs_to_one_phone() -> None:
    pairs = {outputs_of(form) for form in range(1, len(FORMS))}
    assert sorted(output for pair in pairs for output in pair) == list(range(2 * PHONE_COUNT))


def test_transitions_count_from_one_without_a_gap() -> None:
    numbers = [number for form in range(1, len(FORMS)) for number in transition(form)]
    assert numbers == list(range(1, 2 * (len(FORMS) - 1) + 1))


def test_phones_know_their_place_in_a_word() -> None:
    assert [FORMS[form] for form in in_word(("N", "AY", "N"))] == ["N_B", "AY_I", "N_E"]
    assert [FORMS[form] for form in in_word(("OW",))] == ["OW_S"]
