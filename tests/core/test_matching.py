"""How sure it is that a plate is a listed one."""

import pytest

from src.core.matching import GAIN, Guess, believe, guesses
from src.core.types import Candidate


def of(*said: tuple[str, str | None, float]) -> list[Guess]:
    return guesses([Candidate(*each) for each in said])


def test_spellings_that_differ_by_look_alikes_are_one_guess_of_each_country() -> None:
    found = of(("AO1", "RU", 0.2), ("AB2", "RU", 0.3), ("A01", "RU", 0.25), ("AOI", "KZ", 0.1))
    assert [(guess.text, guess.region, guess.spellings) for guess in found] == [
        ("A01", "RU", ("AO1", "A01")),
        ("AB2", "RU", ("AB2",)),
        ("A01", "KZ", ("AOI",)),
    ]
    assert found[0].probability == pytest.approx(0.45)


def test_a_doubtful_reading_is_the_listed_plate_rather_than_any_other() -> None:
    """Where a resident has the second best text, the first one would be a stranger whose plate is just so near."""
    doubtful = of(("A801", "RU", 0.6), ("AB01", "RU", 0.35))
    belief = believe(doubtful, [False, True])
    assert belief.of_guesses[0] == 0
    assert belief.of_guesses[1] == pytest.approx(GAIN * 0.35 / (0.6 + GAIN * 0.35 + 2 * 0.05), rel=1e-6)
    assert belief.of_guesses[1] > 0.9


def test_a_sure_reading_of_a_stranger_is_no_neighbour_of_his() -> None:
    assert believe(of(("A801", "RU", 0.999), ("AB01", "RU", 0.0001)), [False, True]).of_guesses[1] < 0.05


def test_two_listed_plates_gain_alike() -> None:
    belief = believe(of(("A801", "RU", 0.6), ("AB01", "RU", 0.3)), [True, True])
    assert belief.of_guesses[0] == pytest.approx(2 * belief.of_guesses[1])
    assert sum(belief.of_guesses) > 0.99


def test_what_the_reader_does_not_name_is_listed_as_often_as_any_plate() -> None:
    assert believe(of(("A801", "RU", 0.0)), [False], share=0.3).elsewhere == pytest.approx(0.3)
    assert believe(of(("A801", "RU", 1.0)), [False], share=0.3).elsewhere == 0


def test_the_rarer_listed_plates_are_the_less_they_gain() -> None:
    doubtful = of(("A801", "RU", 0.6), ("AB01", "RU", 0.05))
    likely = [believe(doubtful, [False, True], share).of_guesses[1] for share in (0.9, 0.5, 0.01)]
    assert likely == sorted(likely, reverse=True)
    assert likely[-1] < 0.1 < 0.7 < likely[0]


def test_a_plate_of_which_nothing_is_known_is_no_fault() -> None:
    assert believe([], []).of_guesses == ()
    assert believe(of(("A801", "RU", 1.0)), [True]).of_guesses == (1.0,)
