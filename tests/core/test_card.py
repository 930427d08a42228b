"""A card is closed and vouches for its model."""

import json
from pathlib import Path

import pytest

from src.core.calibration import Calibration
from src.core.card import CardError, load_card, sha256_of, write_card
from src.core.formats.compile import compile_formats
from tests.countries import country, registry


def write(folder: Path, **changes: object) -> Path:
    (folder / "model.onnx").write_bytes(b"model")
    stated = {
        "name": "n",
        "task": "ocr",
        "input_size": [32, 128],
        "architecture": {},
        "trained_on": {"own": 3},
        "metrics": {"read": 0.5},
        "commit": "abc",
        "created": "2025-01-01",
        "sha256": sha256_of(folder / "model.onnx"),
    }
    (folder / "card.json").write_text(json.dumps(stated | changes))
    return folder


def test_a_card_is_read(tmp_path: Path) -> None:
    card = load_card(write(tmp_path, alphabet="AB"))
    assert (card.input_size, card.alphabet, card.colour_order) == ((32, 128), "AB", "RGB")


def test_sha256_of_known_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a").startswith("ba7816bf8f01cfea")


@pytest.mark.parametrize("name", ["card.json", "model.onnx"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (write(tmp_path) / name).unlink()
    with pytest.raises(CardError, match=f"no {name}"):
        load_card(tmp_path)


def test_an_altered_model_is_refused(tmp_path: Path) -> None:
    (write(tmp_path) / "model.onnx").write_bytes(b"Model")
    with pytest.raises(CardError, match="does not match the sha256"):
        load_card(tmp_path)


@pytest.mark.parametrize(
    ("key", "value"),
    [("colour_order", "BGR"), ("task", "segment"), ("sha256", "0"), ("surprise", 1), ("input_size", [1])],
)
def test_a_fault_in_the_card_names_file_and_key(tmp_path: Path, key: str, value: object) -> None:
    with pytest.raises(CardError, match=rf"card\.json: {key}"):
        load_card(write(tmp_path, **{key: value}))


def test_a_stride_divides_the_largest_canvas(tmp_path: Path) -> None:
    assert load_card(write(tmp_path)).stride is None
    assert load_card(write(tmp_path, stride=32)).stride == 32
    for stride, fault in ((0, "stride: "), (48, "stride: 48 does not divide")):
        with pytest.raises(CardError, match=rf"card\.json: .*{fault}"):
            load_card(write(tmp_path, stride=stride))


def test_a_card_that_is_no_json_is_named(tmp_path: Path) -> None:
    for content in (b"{", b"[]", b"\xff\xfe"):
        (write(tmp_path) / "card.json").write_bytes(content)
        with pytest.raises(CardError, match=r"card\.json: file: "):
            load_card(tmp_path)


def test_a_card_is_utf8_whatever_the_machine(tmp_path: Path) -> None:
    card = (write(tmp_path, alphabet="京") / "card.json").read_text().replace("\\u4eac", "京")
    (tmp_path / "card.json").write_bytes(card.encode())
    assert load_card(tmp_path).alphabet == "京"


CALIBRATION = Calibration(scale=1.25, fitted_on={"gate": 40, "synthetic": 60}, ece_before=0.04, ece_held_out=0.02)


def test_a_calibration_is_written_and_nothing_else_changes(tmp_path: Path) -> None:
    before = load_card(write(tmp_path, alphabet="京"))
    assert before.calibration is None
    write_card(before.model_copy(update={"calibration": CALIBRATION}), tmp_path)
    after = load_card(tmp_path)
    assert after.calibration == CALIBRATION
    assert after.model_copy(update={"calibration": None}) == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["card.json", "model.onnx"]


def test_a_fault_in_the_calibration_names_its_key(tmp_path: Path) -> None:
    for key, value in (("scale", 0), ("bias", 0.1)):
        stated = CALIBRATION.model_dump() | {key: value}
        with pytest.raises(CardError, match=rf"card\.json: calibration\.{key}"):
            load_card(write(tmp_path, calibration=stated))


def test_formats_are_written_and_a_card_without_them_is_read(tmp_path: Path) -> None:
    before = load_card(write(tmp_path, alphabet="A1"))
    assert before.formats is None
    formats = compile_formats(registry(country("AA", "A", car="ld{1,2}")))
    write_card(before.model_copy(update={"formats": formats}), tmp_path)
    assert load_card(tmp_path).formats == formats


def test_a_fault_in_the_formats_names_its_key(tmp_path: Path) -> None:
    stated = compile_formats(registry(country("AA", "A", car="ld"))).model_dump()
    for key, value in (("starts", "A"), ("surprise", 1)):
        with pytest.raises(CardError, match=r"card\.json: formats"):
            load_card(write(tmp_path, formats=stated | {key: value}))
