"""The command: reads two sources with the fake OCR, fits, and writes the card."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.calibrate import main
from src.core.card import load_card, write_card
from src.core.formats.compiled import FormatParameters
from src.data.annotations.manifest import PlateLabel, Record
from src.evaluation.datasets.hard.photographs import Made
from src.evaluation.datasets.sets import default_sets
from src.evaluation.fitting.raw_readings import by_source, photographed, seen
from src.runtime.plate_reader import PlateReader
from tests.conftest import ALPHABET, CROP, fake_ocr, with_formats, with_whole, write_model

WriteData = Callable[..., Path]


@pytest.fixture
def write_data(tmp_path: Path) -> WriteData:
    """Data with ``count`` red crops for each source, from dim to full red, which the fake OCR reads as AB01.

    ``wrong``: of how many, the dimmest, the label says something else.
    """

    def make(sources: tuple[str, ...] = ("gate", "street"), count: int = 40, wrong: int = 4, **changes: object) -> Path:
        folder = tmp_path / "data" / "ocr"
        folder.mkdir(parents=True)
        lines = []
        for source in sources:
            for i, red in enumerate(np.linspace(70, 255, count).round()):
                name = f"{source}-{i}.png"
                Image.new("RGB", (24, 8), (int(red), 0, 0)).save(folder / name)
                text = "B0B0" if i < wrong else "AB01"
                lines.append({"image": name, "text": text, "source": source, "split": "val"} | changes)
        (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return tmp_path / "data"

    return make


def run(models: Path, data: Path, *flags: str) -> int:
    return main(["--models", str(models), "--data", str(data), "--fonts", str(data / "no-fonts"), *flags])


def test_the_fit_goes_into_the_card_and_nothing_else_changes(
    models: Path, write_data: WriteData, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load_card(models / "ocr")
    assert run(models, write_data()) == 0
    after = load_card(models / "ocr")
    assert after.calibration is not None
    assert after.calibration.fitted_on == {"gate": 40, "street": 40}
    assert after.calibration.ece_held_out < after.calibration.ece_before
    assert after.model_copy(update={"calibration": None}) == before
    out, err = capsys.readouterr()
    assert all(word in out for word in ("gate", "street", "photographs", "all", f"scale {after.calibration.scale}"))
    assert err.count("\n") == 1
    assert "no drawn plates: " in err


def test_calibrating_again_changes_nothing(models: Path, write_data: WriteData) -> None:
    """What is fitted is the network's own confidence, not the calibrated one."""
    data = write_data()
    assert run(models, data) == 0
    first = (models / "ocr" / "card.json").read_bytes()
    assert run(models, data) == 0
    assert (models / "ocr" / "card.json").read_bytes() == first


def test_the_networks_own_readings_are_kept_by_source(models: Path, write_data: WriteData) -> None:
    reader = PlateReader(models / "ocr", 1)
    plates = seen(reader, photographed(reader, default_sets(write_data(), "val")))
    plain = [reader.plain(plate.log_probs) for plate in plates]
    sources = by_source(plates, [(r.text, r.confidence) for r in plain])
    assert {name: readings.right.tolist() for name, readings in sources.items()} == dict.fromkeys(
        ("gate", "street"), [0.0] * 4 + [1.0] * 36
    )
    assert (np.diff(sources["gate"].confidence) > 0).all()
    full_red = reader.read_whole(np.full((8, 24, 3), (255, 0, 0), np.uint8))
    assert sources["gate"].confidence[-1] == full_red.confidence


@pytest.mark.parametrize("regions", [(), ("AT", "CN")])
def test_formats_are_fitted_where_the_card_has_some(
    models: Path, write_data: WriteData, capsys: pytest.CaptureFixture[str], regions: tuple[str, ...]
) -> None:
    before = load_card(with_formats(models, *regions) / "ocr")
    assert run(models, write_data(region="AT")) == 0
    after = load_card(models / "ocr")
    assert after.formats is not None
    fitted = after.formats.parameters
    assert fitted.calibration is not None
    assert fitted.calibration.fitted_on == {"gate": 40, "street": 40}
    untouched = {"calibration": None, "formats": before.formats}
    assert after.model_copy(update=untouched) == before
    assert after.formats.model_copy(update={"parameters": FormatParameters()}) == before.formats
    out = capsys.readouterr().out
    assert f"formats: unlisted {fitted.unlisted:g}, weight {fitted.weight:g}" in out
    assert out.index("without formats: scale") < out.index("with formats: scale", out.index("without formats") + 20)


def test_confidences_are_fitted_on_what_another_model_reads_of_sources_that_it_never_saw(
    models: Path, tmp_path: Path, write_data: WriteData, capsys: pytest.CaptureFixture[str]
) -> None:
    with_formats(models, "AT", "CN")
    earlier = Path(shutil.copytree(models / "ocr", tmp_path / "earlier"))
    write_card(load_card(earlier).model_copy(update={"trained_on": {"gate": 40}}), earlier)
    data = write_data(("gate", "street", "yard"), region="AT")
    assert run(models, data, "--unseen", str(earlier)) == 0
    after = load_card(models / "ocr")
    assert after.calibration is not None
    assert after.formats is not None
    assert after.formats.parameters.calibration is not None
    assert after.acceptance is not None
    sha = load_card(earlier).sha256
    for fitted in (after.calibration, after.formats.parameters.calibration):
        assert fitted.fitted_on == {"street": 40, "yard": 40}
        assert fitted.read_by == sha
    promise = after.acceptance
    assert (promise.measured_on, promise.promised, promise.read_by) == ({"street": 40, "yard": 40}, 0.98, sha)
    reader = PlateReader(models / "ocr", 1)
    least = reader.read_whole(np.full((8, 24, 3), (70, 0, 0), np.uint8)).confidence  # of a wrong one
    assert least < promise.threshold < reader.read_whole(np.full((8, 24, 3), (255, 0, 0), np.uint8)).confidence
    assert promise.right.value >= 0.98
    assert 0.8 < promise.kept.value <= 0.925
    out = capsys.readouterr().out
    assert f"accepted from {promise.threshold:.4f} on: right" in out


def test_a_calibration_without_unseen_sources_promises_nothing(models: Path, write_data: WriteData) -> None:
    data = write_data()
    write_card(load_card(models / "ocr").model_copy(update={"trained_on": {"other": 1}}), models / "ocr")
    assert run(models, data, "--unseen", str(models / "ocr")) == 0
    assert load_card(models / "ocr").acceptance is not None
    assert run(models, data) == 0
    assert load_card(models / "ocr").acceptance is None  # it held for another calibration


def test_a_model_that_has_seen_everything_is_named(
    models: Path, write_data: WriteData, capsys: pytest.CaptureFixture[str]
) -> None:
    write_card(load_card(models / "ocr").model_copy(update={"trained_on": {"gate": 1, "street": 1}}), models / "ocr")
    assert run(models, write_data(), "--unseen", str(models / "ocr")) == 2
    assert "has seen all sources: gate, street" in capsys.readouterr().err
    assert load_card(models / "ocr").calibration is None


def test_texts_that_nobody_verified_are_left_out(
    models: Path, write_data: WriteData, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(models, write_data(verified=False)) == 2
    assert "0 source(s)" in capsys.readouterr().err


def test_one_source_cannot_be_tested(models: Path, write_data: WriteData, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(models, write_data(("gate",))) == 2
    assert "1 source(s), and at least two are needed" in capsys.readouterr().err
    assert load_card(models / "ocr").calibration is None


def test_a_missing_picture_is_named_and_the_card_stays(
    models: Path, write_data: WriteData, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_data()
    (data / "ocr" / "gate-3.png").unlink()
    assert run(models, data) == 1
    assert f"{data / 'ocr' / 'gate-3.png'}: no such file" in capsys.readouterr().err
    assert load_card(models / "ocr").calibration is None


@pytest.mark.parametrize(
    "flags", [["--synthetic", "-1"], ["--synthetic", "many"], ["--data", "nowhere"], ["--models", "nowhere"]]
)
def test_wrong_usage_is_one_line(models: Path, write_data: WriteData, flags: list[str]) -> None:
    command = [sys.executable, "-m", "src.calibrate", "--models", str(models), "--data", str(write_data()), *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert flags[1] in done.stderr


def test_calibrating_needs_no_torch() -> None:
    heavy = "{'torch', 'hydra', 'pytorch_lightning', 'ultralytics'}"
    code = f"import sys, src.calibrate; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_reader_that_tells_whole_plates_gets_a_fit_of_that(
    models: Path, write_data: WriteData, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cut plate and a wall are blue, of which the fake OCR says that they are not whole."""
    write_model(models / "ocr", with_whole(fake_ocr()), task="ocr", input_size=CROP, alphabet=ALPHABET)
    blue = np.full((20, 60, 3), (0, 0, 255), np.uint8)
    cut = Record(image="cut", source="gate", plates=(PlateLabel(box=(0, 0, 40, 12), whole=False),))
    wall = Record(image="wall", source="gate", plates=())
    groups = {"cut": [Made(cut, blue)] * 5, "wall": [Made(wall, blue)] * 3}
    monkeypatch.setattr("src.calibrate.not_whole", lambda data, split: groups)
    assert run(models, write_data()) == 0
    told = load_card(models / "ocr").whole
    assert told is not None
    assert told.fitted_on == {"gate": 36, "street": 36, "cut": 5, "wall": 3}  # of 40 each, four are misread
    assert told.log_loss_after < told.log_loss_before
    assert "whole: scale" in capsys.readouterr().out
    red, other = PlateReader(models / "ocr", 1).read_crops(
        [np.full((8, 24, 3), c, np.uint8) for c in ((255, 0, 0), (0, 0, 255))]
    )
    assert (red.whole or 0) > 0.9 > 0.1 > (other.whole or 0)


def test_where_nothing_shows_what_is_not_whole_the_card_says_nothing_of_it(models: Path, write_data: WriteData) -> None:
    write_model(models / "ocr", with_whole(fake_ocr()), task="ocr", input_size=CROP, alphabet=ALPHABET)
    assert run(models, write_data()) == 0
    assert load_card(models / "ocr").whole is None
