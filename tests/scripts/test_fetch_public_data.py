"""Public sets, from archives of the repositories' layouts on a loopback server to manifests."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from repositories import CROP, archives, trees
from serving import COMMIT, Server, serving

from scripts import fetch_public_data
from scripts.fetch_public_data import main
from src.data.annotations.manifest import Record, read_manifest, write_manifest
from src.data.public.catalogue import LISTED, SOURCES

Run = Callable[..., int]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(archives(trees(tmp_path))) as running:
        yield running


@pytest.fixture
def run(server: Server, tmp_path: Path) -> Run:
    return lambda *words: main([*words, "--data", str(tmp_path / "data"), "--address", server.address])


def _read(data: Path, into: str) -> dict[str, list[Record]]:
    """By source, the pictures of a manifest, each of which must be there."""
    records: dict[str, list[Record]] = {}
    for record in read_manifest(data / into / "manifest.jsonl"):
        assert (data / into / record.image).is_file()
        records.setdefault(record.source, []).append(record)
    return records


def _texts(records: list[Record]) -> list[str | None]:
    return [label.text for record in records for label in ([record] if record.plates is None else record.plates)]


def test_every_source_becomes_part_of_its_manifest(run: Run, server: Server, tmp_path: Path) -> None:
    assert run("--all") == 0
    data = tmp_path / "data"
    scenes, crops = _read(data, "scenes"), _read(data, "ocr")
    assert {name: [len(r.plates or ()) for r in records] for name, records in scenes.items()} == {
        "open_lpr": [1],
        "robertlucian": [1, 1],
        "tunisia": [1],
        "openimages": [1, 0, 1],
        "snowy_ru": [1],
        "kaggle433": [1, 1, 1],
        "experiment_plates": [1, 1, 1],
    }
    boxes = {plate.box for records in scenes.values() for record in records for plate in record.plates or ()}
    assert boxes == {(10, 20, 60, 35), (80, 45, 120, 55)}
    assert [r.split for r in scenes["openimages"]] == ["train", "val", "val"]
    assert {r.split for name in ("robertlucian", "kaggle433") for r in scenes[name]} == {"train"}
    assert {name: (_texts(of), of[0].region, of[0].verified) for name, of in crops.items()} == {
        "tunisia_ocr": (["93T140", "158T412"], "TN", True),
        "openalpr_br_camera": (["AXK3125"], "BR", True),
        "openalpr_eu2": (["ZH543756", "3B62037"], "EU", False),
        "openalpr_us_ocr": (["FUW999"], "US", True),
        "ccpd_lprnet_test": (["皖A00E66"], "CN", True),
    }
    assert _texts(_read(data, "ocr-unlabelled")["openalpr_train_detector_eu"]) == [None]
    assert len(server.asked) == len({source.repository for source in SOURCES}) == 13


def test_benchmarks_are_for_testing_and_keep_published_texts(run: Run, tmp_path: Path) -> None:
    assert run("openalpr_benchmarks_e2e_eu", "openalpr_benchmarks_e2e_br", "dstaroff_ru_scene") == 0
    for name, expected in {
        "openalpr-eu": [("M5XSX", None, "EU"), ("OY09FEU", "OYO9FEU", "EU")],
        "openalpr-br": [("HPM9362", None, "BR")],
        "ru-street": [(None, None, "RU")],
    }.items():
        (records,) = _read(tmp_path / "data", f"benchmarks/{name}").values()
        assert {record.split for record in records} == {"test"}
        plates = [plate for record in records for plate in record.plates or ()]
        assert [(p.text, p.published_text, p.region) for p in plates] == expected


def test_the_licence_is_said_before_anything_is_asked_for(
    run: Run, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.files = {}
    assert run("robertlucian") == 1
    out, err = capsys.readouterr()
    assert out == "github.com/RobertLucian/license-plate-dataset at f00f309; licence stated there: MIT\n"
    path = "/RobertLucian/license-plate-dataset/tar.gz/f00f309e4564e7f386fd7641569d861e2910d65f"
    assert err == f"{server.address}{path}: 404 Not Found\n"


def test_an_interrupted_run_goes_on(
    run: Run, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.break_after = [100]
    assert run("ccpd_lprnet_test") == 1
    assert "run it again to go on" in capsys.readouterr().err
    assert run("ccpd_lprnet_test") == 0
    content = server.files["/sirius-ai/LPRNet_Pytorch/tar.gz/7c97666"]
    archive_path = tmp_path / "data" / "public" / "sirius-ai-LPRNet_Pytorch-7c97666.tar.gz"
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"  {archive_path}: {len(content) / 2**20:.1f} MiB, 0.0 MiB of them from an earlier attempt",
        f"  SHA-256 {sha256(content).hexdigest()}, compared with nothing: none is pinned",
        f"  of commit 7c97666{COMMIT[7:]}, as the archive states",
        f"  ccpd_lprnet_test: 1 images, 1 plates into {tmp_path}/data/ocr/manifest.jsonl; 0 faults",
    ]
    assert server.asked[1][1] == "bytes=100-"
    assert not archive_path.exists()
    assert run("ccpd_lprnet_test") == 0
    assert len(server.asked) == 2


def test_one_source_failing_leaves_the_others(run: Run, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    path = next(path for path in server.files if "LPRNet_Pytorch" in path)
    server.files = dict(server.files) | {path: b"<html>"}
    assert run("snowy_ru", "ccpd_lprnet_test", "openalpr_eu2") == 1
    out, err = capsys.readouterr()
    assert "damaged (Not a gzipped file" in err
    assert "snowy_ru: 1 images" in out
    assert "openalpr_eu2: 2 images" in out
    assert run("ccpd_lprnet_test") == 1  # the damaged archive is not kept
    assert len([asked for asked, _ in server.asked if asked == path]) == 2


def test_faulty_pictures_are_named_and_counted(
    server: Server, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = trees(tmp_path)["openalpr/train-detector"]
    tree |= {f"eu2/crop_nothing{number:02}.jpg": CROP for number in range(12)}
    server.files = archives({"openalpr/train-detector": tree})
    assert run("openalpr_eu2") == 1
    out, err = capsys.readouterr()
    folder = tmp_path / "data" / "public" / "openalpr-train-detector-1bd54b4" / "eu2"
    assert err.splitlines()[0] == f"{folder}/crop_nothing00.jpg: no text in its name"
    assert err.splitlines()[-1] == "openalpr_eu2: 2 more faults (--verbose names them)"
    assert len(err.splitlines()) == 11
    assert out.endswith("2 images, 2 plates into " + f"{tmp_path}/data/ocr/manifest.jsonl; 12 faults\n")
    assert run("openalpr_eu2", "--verbose") == 1
    assert len(capsys.readouterr().err.splitlines()) == 12


def test_a_layout_that_changed_is_one_line(run: Run, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.files = archives({"70Null07/plateyolov8train": {"Number-Plate-Detection-2/README.txt": b""}})
    assert run("snowy_ru") == 1
    assert capsys.readouterr().err.endswith("Number-Plate-Detection-2/train/images: No such file or directory\n")


def test_pictures_of_other_sources_stay(run: Run, tmp_path: Path) -> None:
    manifest = tmp_path / "data" / "ocr" / "manifest.jsonl"
    mine, older = Record(image="a.png", source="mine", text="A1"), Record(image="b.png", source="openalpr_us_ocr")
    write_manifest(manifest, [older, mine])
    assert run("openalpr_us_ocr") == 0
    assert [record.image for record in read_manifest(manifest)] == [
        "a.png",
        "../public/openalpr-benchmarks-9790ed2/seg_and_ocr/usimages/ak1165.png",
    ]


def test_a_manifest_that_does_not_parse_is_left_alone(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = tmp_path / "data" / "ocr" / "manifest.jsonl"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("{}\n")
    assert run("openalpr_us_ocr") == 1
    assert capsys.readouterr().err == f"openalpr_us_ocr: {manifest}:1: image: Field required\n"
    assert manifest.read_text() == "{}\n"


def test_a_pinned_checksum_is_compared(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (content,) = (body for path, body in server.files.items() if "LPRNet_Pytorch" in path)
    found = sha256(content).hexdigest()
    _pin(monkeypatch, "0" * 64)
    assert run("ccpd_lprnet_test") == 1
    assert capsys.readouterr().err.endswith(f".tar.gz: SHA-256 {found}, not {'0' * 64}\n")
    _pin(monkeypatch, found)
    assert run("ccpd_lprnet_test") == 0
    assert f"  SHA-256 {found}, as pinned\n" in capsys.readouterr().out


def _pin(monkeypatch: pytest.MonkeyPatch, digest: str) -> None:
    (source,) = (source for source in SOURCES if source.name == "ccpd_lprnet_test")
    pinned = replace(source, repository=replace(source.repository, sha256=digest))
    monkeypatch.setattr(fetch_public_data, "SOURCES", (pinned,))


def test_the_list_has_every_source_with_its_licence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    out = capsys.readouterr().out
    for source in (*SOURCES, *LISTED):
        line = next(line for line in out.splitlines() if f" {source.name} " in line)
        assert source.repository.licence in line
        assert source.repository.commit[:7] in line
    assert "importers ccpd" in out


def test_the_documentation_lists_the_same_sources() -> None:
    text = Path("docs/sources.md").read_text(encoding="utf-8")
    for source in (*SOURCES, *LISTED):
        row = next(line for line in text.splitlines() if f"`{source.name}`" in line and line.startswith("|"))
        assert f"{source.repository.name} ({source.repository.commit[:7]})" in row
        assert source.repository.licence.split(";")[0].split(" carrier")[0] in row


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ([], "name a source, or --all"),
        (["open_lprr"], "no source open_lprr; there are: open_lpr, "),
        (["--al"], "unrecognized arguments: --al"),
    ],
)
def test_wrong_usage(words: list[str], fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    assert fault in capsys.readouterr().err


def test_names_and_folders_are_distinct() -> None:
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    assert len({s.repository.folder for s in SOURCES}) == len({s.repository for s in SOURCES})
