import numpy as np

from src.core.ctc import NO_LABEL
from src.data.loaders.char_alignment import align_characters, unknown_alignment


def test_columns_hold_the_middle_of_each_character() -> None:
    chars = np.array([[0, 0, 40, 32], [60, 0, 100, 32]], np.float32)  # of a crop 128 wide: 10 columns each
    upper, lower = align_characters(chars, [0, 0], 128, 32)
    assert upper[:10].tolist() == [0, 1, 1, 1, 1, 1, 1, 1, 1, 0]
    assert upper[9:16].tolist() == [0] * 7  # the blank that CTC needs between equal neighbours
    assert upper[26:].tolist() == [0] * 6
    assert lower.tolist() == [0] * 32


def test_a_narrow_character_still_gets_a_column() -> None:
    upper, _ = align_characters(np.array([[65, 0, 66, 32]], np.float32), [0], 128, 32)
    assert np.flatnonzero(upper).tolist() == [16]


def test_each_line_has_its_own_columns() -> None:
    chars = np.array([[0, 0, 128, 16], [0, 16, 128, 32]], np.float32)
    upper, lower = align_characters(chars, [0, 1], 128, 32)
    assert set(upper[8:24]) == {1}
    assert set(lower[8:24]) == {2}


def test_unknown_columns_are_all_unlabelled() -> None:
    assert np.array_equal(unknown_alignment(3), np.full((2, 3), NO_LABEL))
