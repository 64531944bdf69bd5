import numpy as np

from speech.training.trigram import phone_trigram


def test_what_follows_sums_to_one_everywhere() -> None:
    found = phone_trigram([[1, 2, 3], [2, 3, 1], [3]], 5)
    assert found.shape == (6, 6, 6)
    assert np.allclose(found.sum(-1), 1.0, atol=1e-5)
    assert (found > 0).all()


def test_what_was_seen_is_likelier() -> None:
    found = phone_trigram([[1, 2, 3]] * 50, 5)
    assert found[1, 2, 3] > 0.9
    assert found[0, 0, 1] > 0.9
    assert found[2, 3, 0] > 0.9
