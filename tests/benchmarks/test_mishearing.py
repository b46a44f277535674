"""The errors of a recogniser, learnt from pairs and drawn again."""

import random

from benchmarks.mishearing import ErrorModel, aligned, misheard_at, stretches

SAID = "jeg går til avisen med det her i morgen og så er det slut"


def test_the_cheapest_way_keeps_what_is_alike() -> None:
    assert aligned("abc", "axc") == [(0, 0), (1, 1), (2, 2)]
    assert aligned("ac", "abc") == [(0, 0), (None, 1), (1, 2)]


def test_a_stretch_holds_the_words_that_differ_together() -> None:
    said = ["stortingets", "møte", "er", "satt"]
    heard = ["stortinget", "smøter", "er", "satt"]
    assert stretches(said, heard) == [(["stortingets", "møte"], ["stortinget", "smøter"])]
    assert stretches(["a", "b"], ["a"]) == [(["b"], [])]
    assert stretches(["a"], ["a", "b"]) == [([], ["b"])]


def test_what_was_learnt_comes_back_at_the_wanted_rate() -> None:
    model = ErrorModel()
    model.learn("det er godt", "de er gott")
    assert model.word_error_rate == 2 / 3
    heard, rate = misheard_at(model, [SAID] * 40, 0.3, seed=1)
    assert 0.25 < rate < 0.35
    assert set("".join(heard)) <= set(SAID), "only letters that were learnt change"
    assert heard == misheard_at(model, [SAID] * 40, 0.3, seed=1)[0], (
        "the same seed, the same errors"
    )


def test_without_anything_learnt_nothing_is_misheard() -> None:
    assert ErrorModel().mishear(SAID, 0.9, random.Random(1)) == SAID
