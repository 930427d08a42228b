"""``python -m src.plates``: what it says of a file of one's own, and how it ends."""

from pathlib import Path

import pytest
from PIL import Image

from src.core.montage import GAP
from src.plates import main
from tests.fonts import FONTS

BOLIVIA = Path("notebooks/plates")


def test_a_sound_file_is_shown_by_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(BOLIVIA / "bo.yaml")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "notebooks/plates/bo.yaml: Bolivia, 8 types"
    assert said[-1].startswith("  consular: ")
    assert "CC" in said[-1]
    assert "alphabet" not in "".join(said)


def test_characters_that_the_reader_lacks_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (BOLIVIA / "bo.yaml").read_text(encoding="utf-8").replace("dd-CC-dd", "dd-ΓC-dd")
    (tmp_path / "bo.yaml").write_text(text, encoding="utf-8")
    assert main(["check", str(tmp_path / "bo.yaml")]) == 0
    assert "(not in the reader's alphabet: Γ)" in capsys.readouterr().out.splitlines()[-1]


def test_a_mistake_is_one_line_and_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (BOLIVIA / "bo.yaml").read_text(encoding="utf-8").replace("vehicles: diplomatic", "vehicle: diplomatic", 1)
    (tmp_path / "bo.yaml").write_text(text, encoding="utf-8")
    assert main(["check", str(tmp_path / "bo.yaml")]) == 2
    fault = capsys.readouterr().err
    assert f"{tmp_path}/bo.yaml: types.6.vehicle: Extra inputs" in fault
    assert fault.count("\n") == 1


def test_a_text_that_fits_nothing_is_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--registry", str(BOLIVIA), "fits", "1852 phd"]) == 0
    assert "BO car" in capsys.readouterr().out
    assert main(["--registry", str(BOLIVIA), "fits", "1852PHO"]) == 1
    assert capsys.readouterr().out == "1852PHO: no format\n"


def test_a_row_of_the_sheet_for_each_type(tmp_path: Path) -> None:
    sheet = tmp_path / "bo.png"
    words = ["--registry", str(BOLIVIA), "draw", "BO", "--fonts", str(FONTS), "--examples", "1", "--out", str(sheet)]
    assert main(words) == 0
    width, height = Image.open(sheet).size
    assert 220 + 200 < width <= 220 + 284 + 2 * GAP
    assert 8 * 84 < height <= 8 * (138 + GAP)


def test_a_country_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--registry", str(BOLIVIA), "list", "DE"]) == 2
    assert "no country DE; there are BO" in capsys.readouterr().err


def test_a_sheet_of_no_known_kind_of_picture_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["draw", "RU", "--out", str(tmp_path / "ru.xyz")])
    said = capsys.readouterr().err
    assert (end.value.code, said.count("\n")) == (2, 1)
    assert f"--out: {tmp_path}/ru.xyz: no kind of picture is named so" in said
