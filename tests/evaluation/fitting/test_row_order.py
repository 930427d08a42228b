"""A drawn plate whose text is not registered row by row, from the crop to what counts as right."""

import numpy as np
import pytest

from src.core.alphabet import Alphabet
from src.core.ctc import ctc_decode
from src.core.formats.compile import compile_formats
from src.core.formats.compiled import FormatParameters
from src.core.formats.reader import FormatReader
from src.core.formats.registry import REGISTRY, load_country
from src.data.synthesis import CropSynthesiser
from src.evaluation.datasets.synthetic import SIZE, record_of
from src.evaluation.fitting.format_fit import loss, readings, weighable
from src.evaluation.fitting.raw_readings import Seen, by_source
from tests.countries import seen
from tests.fonts import FONTS

FACE = FONTS / "DejaVuSans.ttf"
EVERY = Alphabet("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.mark.parametrize(
    ("code", "kind"),
    [("UA", "two lines"), ("KZ", "private, two lines"), ("KZ", "company, two lines"), ("KZ", "foreign, two lines")],
)
def test_a_plate_drawn_in_rows_is_right_in_the_order_of_registration(code: str, kind: str) -> None:
    synthesise = CropSynthesiser([FACE], SIZE, {code: 1.0}, generic=0.0, pens=())
    rng = np.random.default_rng(3)
    plate = next(plate for _ in range(2000) if (plate := synthesise.plate(rng)).type == kind)
    crop = synthesise.draw(plate, rng)
    record = record_of(crop, "a.png", "drawn")
    assert record.text != crop.text  # what the network reads, row by row
    by = FormatReader(compile_formats({code: load_country(REGISTRY / f"{code.lower()}.yaml")}), EVERY)
    read = seen(*crop.text, alphabet=EVERY)
    reading = by.read(read, None, ctc_decode(read, EVERY))
    assert (reading.text, reading.format) == (record.text, kind)
    here = Seen("drawn", "a.png", record.text or "", code, read, None)
    evidence = weighable(by, [here])
    counted = by_source([here], readings(by, evidence, by.parameters))
    assert counted["drawn"].right.tolist() == [1.0]
    assert loss(by, evidence, FormatParameters()) < 0.2  # that text is held to be probable
