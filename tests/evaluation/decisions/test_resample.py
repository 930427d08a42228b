"""Lists that are drawn, and what they make of plates."""

import numpy as np
import pytest

from src.core.matching import UNSURE_FROM
from src.core.types import Candidate
from src.evaluation.decisions.lists import FLEET, draw_lists, drawn_like, fleet_mates, near_plates
from src.evaluation.decisions.readings import ReadPlate
from src.evaluation.decisions.resample import NEAR, calibration, denied, errors, face, gains


def read(text: str, *candidates: tuple[str, float]) -> ReadPlate:
    found = tuple(Candidate(said, None, share) for said, share in candidates)
    return ReadPlate(split="val", set="gate", image=f"{text}.jpg", text=text, candidates=found)


SURE = read("A128BC77", ("A128BC77", 0.999))
DOUBTFUL = read("AB01BC77", ("A801BC77", 0.6), ("AB01BC77", 0.38))
WRONG = read("A127BC77", ("A125BC77", 0.9), ("A126BC77", 0.05))
UNREADABLE = read("X001XX77", ("Y777YY77", 0.1))
NOBODY = [frozenset({"X1"})]


def test_plates_are_drawn_like_others() -> None:
    random = np.random.default_rng(0)
    drawn = {drawn_like("京A12-B", random) for _ in range(20)}
    assert len(drawn) > 15
    for text in drawn:
        assert (text[0], text[1].isalpha(), text[2:4].isdigit(), text[4], text[5].isalpha()) == (
            "京",
            True,
            True,
            "-",
            True,
        )


@pytest.mark.parametrize("size", [10, 1000])
def test_lists_have_their_size_and_half_of_them_are_fleets(size: int) -> None:
    for listed in draw_lists(["A123BC77", "B456CD99"], size, 3, seed=1):
        assert 0.95 * size <= len(listed) <= size
        in_fleets = [text for text in listed if sum(mate in listed for mate in fleet_mates(text)) >= FLEET - 3]
        assert len(in_fleets) == pytest.approx(size / 2, abs=0.1 * size + 5)


def test_a_fleet_has_consecutive_numbers() -> None:
    assert fleet_mates("A128BC77") == {f"A12{n}BC77" for n in range(10) if n != 8}
    assert fleet_mates("AB0007") == {f"AB000{n}" for n in range(10) if n != 7}
    assert fleet_mates("ABCD") == set()


def test_a_near_plate_differs_in_one_look_alike() -> None:
    near = near_plates("A8")
    assert near >= {"AB", "48", "A3"}
    assert all(sum(a != b for a, b in zip(text, "A8", strict=True)) == 1 for text in near)


def test_a_doubtful_8_lets_a_resident_in_where_equal_texts_do_not() -> None:
    plates = face([SURE, DOUBTFUL], NOBODY)
    by_probability = errors(plates, "val", 1, 0.9, UNSURE_FROM)
    by_text = errors(plates, "val", 1, None, UNSURE_FROM)
    assert (by_probability.residents_in.value, by_text.residents_in.value) == (1, 0.5)
    assert by_text.residents_away.value == 0.5


def test_a_stranger_is_let_in_where_he_is_read_as_a_listed_neighbour() -> None:
    made = errors(face([SURE, WRONG], NOBODY), "val", 1, 0.9, UNSURE_FROM)
    assert (made.neighbours_in.value, made.look_alikes_in.value) == (0.5, 0)
    assert made.strangers_in.value == pytest.approx(NEAR / 2)
    assert made.strangers_asked.value == 0


def test_a_stranger_whose_reading_is_on_the_list_by_chance_counts() -> None:
    made = errors(face([WRONG], [frozenset({"A125BC77"}), frozenset()]), "val", 1, 0.9, UNSURE_FROM)
    assert made.strangers_in.value == pytest.approx((1 - NEAR) / 2 + NEAR)


def test_what_hardly_can_be_read_is_asked_again() -> None:
    made = errors(face([UNREADABLE], NOBODY), "val", 1, 0.9, UNSURE_FROM)
    assert (made.residents_in.value, made.residents_asked.value, made.strangers_asked.value) == (0, 1, 1)


def test_intervals_are_over_plates_and_not_over_pairs() -> None:
    """The same plate in two pictures is drawn together: there is nothing to be drawn anew."""
    one = errors(face([SURE, read("A128BC77", ("A120BC77", 0.99))], NOBODY), "val", 1, 0.9, UNSURE_FROM).residents_in
    two = errors(face([SURE, read("B128BC77", ("B120BC77", 0.99))], NOBODY), "val", 1, 0.9, UNSURE_FROM).residents_in
    assert (one.low, one.high) == (0.75, 0.75)
    assert two.low < two.high


def test_a_deny_list_stops_what_may_be_on_it() -> None:
    made = denied(face([SURE, DOUBTFUL, WRONG], NOBODY), "val", 1, 0.5, UNSURE_FROM)
    assert made.denied.value + made.unsure.value + made.passed.value == pytest.approx(1)
    assert made.denied.value == pytest.approx((1 + 1 + 0.5) / 3)  # WRONG is told as another one of the fleet
    assert made.strangers_denied.value == pytest.approx(NEAR / 3)


def test_plates_that_were_not_found_are_left_out() -> None:
    missed = ReadPlate(split="val", set="gate", image="a.jpg", text="A1", candidates=None)
    assert len(face([missed, SURE], NOBODY)) == 1


def test_second_thoughts_are_counted_by_their_probability() -> None:
    rows = {(row.least, row.most): (row.candidates, row.right) for row in calibration([SURE, DOUBTFUL, WRONG], "val")}
    assert rows[0.2, 0.5] == (1, 1)
    assert rows[0.05, 0.1] == (1, 0)
    assert sum(candidates for candidates, _ in rows.values()) == 2


def test_the_best_gain_is_the_lower_the_more_strangers_are_misread() -> None:
    def best(*plates: ReadPlate) -> float:
        return min(gains(plates, 100), key=lambda row: row.log_loss).gain

    misread = read("A123BC77", ("A123BC77", 0.9), ("A124BC77", 0.09))
    assert best(misread, *[WRONG] * 3) < best(misread, DOUBTFUL, SURE)
