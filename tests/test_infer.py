"""The command line, from its words to what it prints and the status that it ends with."""

import csv
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.card import load_card
from src.infer import main
from tests.commands import Command, Photo, command, objects, texts
from tests.conftest import with_formats


@pytest.fixture
def infer(models: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line with the fake models: exit status, standard output, standard error."""
    return command(main, capsys, "--models", models, "--threads", 1)


def test_a_photograph_prints_one_line_of_json_where_the_output_is_piped(infer: Command, photo: Photo) -> None:
    path = photo(blue=True)
    status, out, err = infer(path)
    (described,) = objects(out)
    assert (status, err) == (0, "")
    assert (described["image"], described["width"], described["height"]) == (str(path), 96, 64)
    assert texts(described) == ["AB01", "京B0"]
    assert described["plates"][0]["accepted"] is None
    assert described["ms"]["total"] >= described["ms"]["detect"]


def test_a_jpeg_whose_last_bytes_are_missing_is_read_and_says_so(infer: Command, photo: Photo) -> None:
    path = photo("gate.jpg", size=8)
    data = path.read_bytes()
    for missing, truncated in ((0, False), (9, True)):
        path.write_bytes(data[: len(data) - missing])
        status, out, err = infer(path)
        (described,) = objects(out)
        assert (status, err, texts(described), described["truncated"]) == (0, "", ["AB01"], truncated)


def test_text_is_a_table_for_people(infer: Command, photo: Photo) -> None:
    status, out, _ = infer(photo(), photo("none.png", red=False), "--format", "text")
    header, row, none = out.splitlines()
    assert status == 0
    assert header.split() == ["PLATE", "READ", "COUNTRY", "FOUND", "BOX", "IMAGE"]
    assert row.split()[0] == "AB01"
    assert "no plate found" in none


def test_json_and_csv(infer: Command, photo: Photo) -> None:
    path = photo(blue=True)
    assert texts(json.loads(infer(path, "--format", "json")[1])[0]) == ["AB01", "京B0"]
    rows = list(csv.DictReader(io.StringIO(infer(path, "--format", "csv")[1])))
    assert [row["text"] for row in rows] == ["AB01", "京B0"]


def test_abstain_marks_what_is_not_sure_enough(infer: Command, photo: Photo) -> None:
    accepted = [objects(infer(photo(), "--abstain", p)[1])[0]["plates"][0]["accepted"] for p in ("0.5", "0.9999")]
    assert accepted == [True, False]


def test_plate_formats_give_country_and_type(infer: Command, models: Path, photo: Photo) -> None:
    with_formats(models)
    (plate,) = objects(infer(photo())[1])[0]["plates"]
    assert (plate["text"], plate["region"], plate["format"], plate["raw_text"]) == ("AB01", "AT", "car", "AB01")
    assert plate["candidates"][0]["region"] == "AT"
    (plain,) = objects(infer(photo(), "--no-formats")[1])[0]["plates"]
    assert (plain["text"], plain["region"], plain["candidates"]) == ("AB01", None, None)


def test_the_plate_of_a_country_that_is_not_in_use_is_read_as_it_is(infer: Command, models: Path, photo: Photo) -> None:
    with_formats(models)
    of_both = objects(infer(photo(blue=True), "--countries", "at")[1])[0]
    assert texts(of_both) == ["AB01", "京B0"]
    assert [plate["region"] for plate in of_both["plates"]] == ["AT", "CN"]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--countries", "DE"], "no plate formats of 'DE'; there are AT, CN"),
        (["--countries", "Austria"], "'Austria' is not a list of country codes such as RU,BY"),
        (["--countries", "AT", "--no-formats"], "not allowed with argument"),
    ],
)
def test_wrong_countries_are_one_line(infer: Command, models: Path, photo: Photo, words: list[str], fault: str) -> None:
    with_formats(models)
    status, out, err = infer(photo(), *words)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert fault in err


def test_min_confidence_replaces_the_cards_threshold(infer: Command, photo: Photo) -> None:
    assert texts(objects(infer(photo(blue=True), "--min-confidence", "0.7")[1])[0]) == ["AB01"]


def test_crops_are_read_whole(infer: Command, tmp_path: Path) -> None:
    Image.new("RGB", (70, 20), (0, 0, 255)).save(tmp_path / "plate.png")
    (described,) = objects(infer(tmp_path / "plate.png", "--crops")[1])
    assert texts(described) == ["京B0"]
    assert described["plates"][0]["box"] == [0, 0, 70, 20]
    assert described["plates"][0]["detection_confidence"] is None
    assert described["ms"]["detect"] is None


def test_crops_need_no_detector(infer: Command, models: Path, photo: Photo) -> None:
    (models / "detector" / "card.json").unlink()
    assert infer(photo(), "--crops")[0] == 0


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
class TestBadInput:
    """One line that names it and the fault; the others are still read."""

    @pytest.fixture
    def bad(self, tmp_path: Path) -> dict[str, Path]:
        folder = tmp_path / "bad"
        (folder / "empty").mkdir(parents=True)
        noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
        Image.fromarray(noise).save(folder / "cut.jpg")
        (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:3000])
        (folder / "text.jpg").write_text("not a picture")
        Image.new("1", (10_001, 10_000)).save(folder / "huge.png")
        return {name: folder / name for name in ("cut.jpg", "text.jpg", "huge.png", "gone.jpg", "empty")}

    @pytest.mark.parametrize(
        ("name", "fault"),
        [
            ("cut.jpg", "damaged image"),
            ("text.jpg", "not an image"),
            ("huge.png", "over 100 megapixels"),
            ("gone.jpg", "no such file"),
            ("empty", "a folder without images"),
        ],
    )
    def test_is_named(self, infer: Command, photo: Photo, bad: dict[str, Path], name: str, fault: str) -> None:
        status, out, err = infer(bad[name], photo())
        failed, read = objects(out)
        assert status == 1
        assert err.count("\n") == 1
        assert str(bad[name]) in err
        assert fault in err
        assert failed["image"] == str(bad[name])
        assert fault in failed["error"]["message"]
        assert failed["error"]["type"] in {"unreadable", "no_image"}
        assert texts(read) == ["AB01"]

    def test_is_in_every_format(self, infer: Command, photo: Photo, bad: dict[str, Path]) -> None:
        status, out, err = infer(bad["gone.jpg"], photo(), "--format", "text")
        assert (status, len(out.splitlines()), len(err.splitlines())) == (1, 2, 1)
        status, out, _ = infer(bad["gone.jpg"], photo(), "--format", "csv")
        assert (status, len(out.splitlines())) == (1, 3)
        status, out, _ = infer(bad["gone.jpg"], photo(), "--format", "json")
        assert (status, len(json.loads(out))) == (1, 2)

    def test_may_have_a_name_that_is_no_utf8(self, infer: Command) -> None:
        status, out, err = infer(os.fsdecode(b"gone-\xff.jpg"))
        assert status == 1
        assert objects(out)[0]["image"] == os.fsdecode(b"gone-\xff.jpg")
        assert "no such file" in err


class TestSave:
    @pytest.mark.parametrize("folders", [False, True])
    def test_photographs_of_one_name_keep_their_folders(
        self, infer: Command, photo: Photo, tmp_path: Path, folders: bool
    ) -> None:
        photos = [photo("north/gate.png"), photo("south/gate.png", size=10)]
        named = [path.parent for path in photos] if folders else photos
        assert infer(*named, "--save", tmp_path / "out")[0] == 0
        out = tmp_path / "out"
        sizes = {str(p.relative_to(out)): Image.open(p).size for p in out.rglob("*.jpg")}
        assert sizes == {"north/gate.jpg": (96, 64), "south/gate.jpg": (960, 640)}

    def test_what_a_folder_has_lies_in_it_as_in_the_folder(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        folder = photo("in/2026/gate.png").parents[1]
        infer(folder, "--save", tmp_path / "out")
        assert (tmp_path / "out" / "2026" / "gate.jpg").is_file()

    def test_a_plate_is_outlined_and_labelled(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        path = photo(size=8)
        infer(path, "--save", tmp_path / "out")
        before, after = (np.asarray(Image.open(p).convert("RGB"), int) for p in (path, tmp_path / "out" / "gate.jpg"))
        changed = np.abs(before - after).max(-1) > 60
        assert changed[160:240, 239:242].mean() > 0.5  # the left edge of the box
        assert changed[110:158, 240:360].mean() > 0.3  # the label above it
        assert not changed[256:].any()

    def test_a_picture_that_cannot_be_saved_fails_but_is_printed(
        self, infer: Command, photo: Photo, tmp_path: Path
    ) -> None:
        (tmp_path / "out" / "gate.jpg").mkdir(parents=True)
        status, out, err = infer(photo(), "--save", tmp_path / "out")
        assert (status, texts(objects(out)[0]), err.count("\n")) == (1, ["AB01"], 1)
        assert "not saved" in err

    def test_crops(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        assert infer(photo(), "--crops", "--save", tmp_path / "out")[0] == 0
        assert Image.open(tmp_path / "out" / "gate.jpg").width == 240


def test_what_a_folder_has_beside_pictures_is_named_in_one_line(infer: Command, photo: Photo, tmp_path: Path) -> None:
    folder = photo("in/gate.ppm").parent
    for name in ("drive.mp4", "bill.pdf", "notes.txt"):
        (folder / name).touch()
    status, out, err = infer(folder)
    assert (status, [texts(described) for described in objects(out)]) == (0, [["AB01"]])
    assert err == (
        f"left out what is no picture: 1 video ({folder}/drive.mp4), 1 PDF ({folder}/bill.pdf), "
        f"1 other file ({folder}/notes.txt)\n"
    )


def test_a_url_is_one_line_that_says_what_to_do(infer: Command) -> None:
    status, out, err = infer("https://example.org/car.jpg?x=1")
    assert (status, err.count("\n")) == (1, 1)
    assert "https://example.org/car.jpg?x=1: a URL, only files are read: download it first" in err
    assert objects(out)[0]["error"]["type"] == "no_image"


class TestOutput:
    def test_is_a_file_of_json_lines_even_on_a_terminal(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        assert infer(photo(), "--output", tmp_path / "a.jsonl") == (0, "", "")
        assert texts(objects((tmp_path / "a.jsonl").read_text())[0]) == ["AB01"]

    def test_may_have_another_format(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        infer(photo(), "--output", tmp_path / "a.csv")
        assert [row["text"] for row in csv.DictReader((tmp_path / "a.csv").open())] == ["AB01"]

    def test_that_is_there_already_is_not_touched(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_text("precious\n")
        status, _, err = infer(photo(), "--output", tmp_path / "a.jsonl")
        assert (status, err.count("\n"), (tmp_path / "a.jsonl").read_text()) == (2, 1, "precious\n")
        assert "a.jsonl: exists already; --resume goes on with it" in err

    @pytest.mark.parametrize("name", ["a.csv", "a.json", "a.txt"])
    def test_that_cannot_be_resumed_does_not_advise_it(
        self, infer: Command, photo: Photo, tmp_path: Path, name: str
    ) -> None:
        (tmp_path / name).write_text("precious\n")
        status, _, err = infer(photo(), "--output", tmp_path / name)
        assert (status, err.count("\n"), (tmp_path / name).read_text()) == (2, 1, "precious\n")
        assert f"{name}: exists already; name another file, or remove this one" in err

    def test_of_an_unknown_kind_needs_a_format(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        assert infer(photo(), "--output", tmp_path / "a.log", "--format", "csv") == (0, "", "")
        assert (tmp_path / "a.log").read_text().startswith("image,plate,text")

    def test_that_cannot_be_opened(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        status, _, err = infer(photo(), "--output", tmp_path / "gone" / "a.jsonl")
        assert (status, err.count("\n")) == (2, 1)
        assert f"--output {tmp_path}/gone/a.jsonl: No such file" in err


class TestResume:
    def test_without_a_file_it_begins_and_with_a_full_one_it_does_nothing(
        self, infer: Command, photo: Photo, tmp_path: Path
    ) -> None:
        path = tmp_path / "results.jsonl"
        for _ in range(2):
            assert infer(photo(), "--output", path, "--resume") == (0, "", "")
            assert path.read_text().count("\n") == 1

    def test_new_pictures_of_the_folder_are_added(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        path, folder = tmp_path / "results.jsonl", photo("in/b.png").parent
        infer(folder, "--output", path)
        photo("in/a.png")
        infer(folder, "--output", path, "--resume")
        assert [Path(o["image"]).name for o in objects(path.read_text())] == ["b.png", "a.png"]

    def test_an_earlier_failure_counts_still(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        path, gone = tmp_path / "results.jsonl", tmp_path / "gone.jpg"
        assert infer(gone, "--output", path)[0] == 1
        assert infer(gone, photo(), "--output", path, "--resume") == (1, "", "")
        assert [Path(o["image"]).name for o in objects(path.read_text())] == ["gone.jpg", "gate.png"]

    def test_names_of_annotated_pictures_go_on(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        first, second = photo("in/gate.png"), photo("in/gate.bmp", size=10)
        words = ("--output", tmp_path / "results.jsonl", "--save", tmp_path / "out")
        infer(first, *words)
        infer(first, second, *words, "--resume")
        sizes = {p.name: Image.open(p).size for p in (tmp_path / "out").iterdir()}
        assert sizes == {"gate.jpg": (96, 64), "gate-2.jpg": (960, 640)}

    def test_anything_but_results_stays_as_it_is(self, infer: Command, photo: Photo, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_text("precious\nhalf")
        status, _, err = infer(photo(), "--output", tmp_path / "a.jsonl", "--resume")
        assert (status, err.count("\n"), (tmp_path / "a.jsonl").read_text()) == (2, 1, "precious\nhalf")
        assert "line 1 is no result" in err


def test_blur_writes_pictures_in_which_no_plate_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["data/samples/00-ru.jpg", "data/samples/02-pl-cz.jpg", "--blur", str(tmp_path), "--threads", "1"]) == 0
    assert [len(described["plates"]) for described in objects(capsys.readouterr().out)] == [1, 2]
    assert main([str(tmp_path), "--threads", "1"]) == 0
    left = [plate for described in objects(capsys.readouterr().out) for plate in described["plates"]]
    told = load_card(Path("exports/ocr")).confidence_threshold
    assert told is not None
    assert [plate["text"] for plate in left if plate["text"] and plate["confidence"] >= told] == []


def test_blur_needs_plates_to_find_and_a_folder_of_its_own(infer: Command, photo: Photo, tmp_path: Path) -> None:
    assert infer(photo(), "--crops", "--blur", tmp_path)[0] == 2
    status, _, err = infer(photo(), "--save", tmp_path, "--blur", tmp_path)
    assert status == 2
    assert "--blur" in err
