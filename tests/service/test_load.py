"""The load test: what it takes for a fault, and a kill in mid-load."""

import asyncio
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from scripts.load.clients import Load, apply
from scripts.load.compare import Comparison, compare
from scripts.load.ledger import Kept, Ledger
from scripts.load.pictures import PIXELS, Picture, make_pictures
from scripts.load.registry import fill
from scripts.load.report import memory
from scripts.load_test import main
from src.core.image import decode_photograph
from src.core.limits import LEAST_SIDE
from src.core.result import ImageRecord, PlateRecord, StageTimes
from src.service.database import Database, tables
from src.service.store import NewImage, Pictures, StoredImage, Upload, save_recognitions
from tests.commands import ROOT

SAMPLES = ROOT / "data" / "samples"
PLATE = PlateRecord(box=(1.0, 2.0, 30.0, 10.0), detection_confidence=0.9, text="A123BC77", confidence=0.9, region="RU")
RECORD = ImageRecord(image="a.jpg", width=96, height=64, plates=(PLATE,), ms=StageTimes.of(None, None, 1, 1))


def save(database: Database, pictures: Pictures, name: str) -> Kept:
    """A picture with one plate, and what a client would have been told."""
    data = name.encode()
    upload = Upload(name, "image/jpeg", data, camera="gate")
    stored = StoredImage.new(RECORD)
    save_recognitions(database, pictures, [NewImage(upload, RECORD, stored)])
    sightings = frozenset(sighting for sighting in stored.sightings if sighting is not None)
    return Kept(name, hashlib.sha256(data).hexdigest(), stored.id, sightings)


@pytest.fixture
def ledger(database: Database, pictures: Pictures) -> Ledger:
    """Two pictures that were acknowledged, one that was kept without an answer, and one that was not."""
    save(database, pictures, "other-1")
    save(database, pictures, "run-3")
    kept = [save(database, pictures, f"run-{number}") for number in (1, 2)]
    return Ledger(kept=kept, unanswered={"run-3", "run-4"})


def test_what_is_as_promised_has_no_fault(database: Database, pictures: Pictures, ledger: Ledger) -> None:
    found = compare(database, pictures.folder, "run", ledger)
    assert (found.pictures, found.sightings, found.kept_unanswered) == (3, 3, 1)
    assert found.faults(killed=False) == {}


def test_every_fault_is_found(database: Database, pictures: Pictures, ledger: Ledger) -> None:
    first, second = ledger.kept
    save(database, pictures, "run-2")
    save(database, pictures, "run-9")
    with database.session() as session:
        session.execute(delete(tables.SightingRow).where(tables.SightingRow.id.in_(first.sightings)))
        session.execute(update(tables.ImageRow).where(tables.ImageRow.id == second.image).values(sha256="0" * 64))
    pictures.path(f"{first.image[:2]}/{first.image}").unlink()
    pictures.path("ab").mkdir(exist_ok=True)
    pictures.path("ab/stray").write_bytes(b"x")
    ledger.kept.append(Kept("run-5", "0" * 64, "gone", frozenset({"gone too"})))
    assert compare(database, pictures.folder, "run", ledger).faults(killed=False) == {
        "lost_pictures": 1,
        "lost_sightings": 2,
        "doubled_pictures": 1,
        "unknown_pictures": 1,
        "altered_pictures": 1,
        "torn_files": 1,
        "missing_files": 1,
        "stray_files": 1,
    }


def test_a_sighting_too_many_is_found(database: Database, pictures: Pictures) -> None:
    kept = save(database, pictures, "run-1")
    promised = Kept(kept.name, kept.sha256, kept.image, frozenset())
    assert compare(database, pictures.folder, "run", Ledger(kept=[promised])).faults(False) == {"doubled_sightings": 1}


def test_a_kill_forgives_stray_files_alone() -> None:
    fields = dict.fromkeys(Comparison.__slots__, 1)
    forgiven = {"pictures", "sightings", "kept_unanswered"}
    assert Comparison(**fields).faults(killed=False).keys() == fields.keys() - forgiven
    assert Comparison(**fields).faults(killed=True).keys() == fields.keys() - forgiven - {"stray_files"}


def test_pictures_are_of_every_size_and_differ_by_name() -> None:
    made = make_pictures(sorted(SAMPLES.glob("*.jpg"))[:3])
    assert {picture.media_type for picture in made} == {"image/jpeg", "image/png", "image/webp"}
    for picture in made:
        photograph = decode_photograph(picture.named("gate-1"), LEAST_SIDE)
        assert (photograph.width, photograph.height) == PIXELS[picture.megapixels]
        assert photograph.media_type == picture.media_type
    assert made[0].named("a") != made[0].named("b")


@contextmanager
def service(*answers: tuple[int, dict[str, str], object]) -> Iterator[tuple[str, list[str]]]:
    """Gives the answers one after the other, then breaks off; its address, and the paths that were asked for."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            if not left:
                self.close_connection = True
                return
            status, headers, content = left.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, format: str, *words: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def send(url: str, seconds: float) -> Ledger:
    """One client's ledger."""
    ledger = Ledger()
    load = Load(url, None, "run", 1, seconds, [Picture(0.3, "image/jpeg", b"jpeg")])
    asyncio.run(apply(load, ledger))
    return ledger


def result(name: str) -> dict[str, object]:
    return {"image": name, "id": "i" + name, "plates": [{"sighting": "s" + name}, {"sighting": None}]}


def test_a_503_is_tried_again_when_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.load.clients.SEVERAL", (1,))
    right = {"results": [result("run-000-00000")]}
    with service((503, {"Retry-After": "1"}, {}), (200, {}, right)) as (url, asked):
        ledger = send(url, 1.5)
    assert asked[:2] == ["/v1/recognize?camera=run+camera+0"] * 2
    assert ledger.refusals == {1: 1}
    (kept,) = ledger.kept
    digest = hashlib.sha256(b"jpegrun-000-00000").hexdigest()
    assert kept == Kept("run-000-00000", digest, "irun-000-00000", frozenset({"srun-000-00000"}))
    assert ledger.answers[0].with_waits > 1 > ledger.answers[0].seconds
    assert ledger.faults == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ((500, {}, {"title": "broken"}), "status 500"),
        ((503, {}, {}), "Retry-After"),
        ((200, {}, {"results": [result("other")]}), "results of other pictures"),
        ((200, {}, {"results": [{"image": "run-000-00000", "error": {"type": "damaged"}}]}), "damaged"),
    ],
)
def test_a_bad_answer_is_a_fault(
    answer: tuple[int, dict[str, str], object], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.load.clients.SEVERAL", (1,))
    with service(answer) as (url, _):
        ledger = send(url, 0.1)
    assert fault in ledger.faults[0]
    assert ledger.kept == []


def test_a_request_that_breaks_off_promises_nothing() -> None:
    with service() as (url, _):
        ledger = send(url, 0.1)
    assert ledger.unanswered
    assert ledger.kept == ledger.faults == []


@pytest.mark.parametrize(("last", "flat"), [(200.0, True), (231.0, True), (240.0, False)])
def test_memory_is_flat_or_not(last: float, flat: bool) -> None:
    resident = [100.0] * 10 + [200.0] * 20 + [last] * 10
    found = memory(resident, seconds=60)
    assert (found["first"], found["most"], found["flat"]) == (100.0, last, flat)
    assert memory(resident, seconds=59)["flat"] is None


def test_a_registry_is_filled_with_as_many_vehicles_as_asked_for(database: Database) -> None:
    fill(database, 2_000, SAMPLES)
    with database.reading() as session:
        texts = session.scalars(select(tables.VehicleRow.text)).all()
        allowed = session.scalar(select(func.count()).select_from(tables.PermitRow))
    assert (len(set(texts)), allowed) == (2_000, 2_000)
    assert "M356CC65" in texts  # a plate of the sample pictures


@pytest.mark.parametrize(
    "words",
    [
        ["--seconds", "0"],
        ["--clients", "0"],
        ["--kill", "-1"],
        ["--vehicles", "-1"],
        ["--webhooks", "-1"],
        ["--hanging", "1"],
        ["--url", "http://127.0.0.1:1"],
        ["--samples", "no"],
    ],
)
def test_wrong_usage_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ending:
        main(words)
    assert ending.value.code == 2
    assert capsys.readouterr().err.startswith("python -m scripts.load_test: --")


@pytest.mark.slow
def test_what_was_acknowledged_outlives_kills(tmp_path: Path) -> None:
    words = ["--seconds", "12", "--clients", "8", "--kill", "4", "--webhooks", "2"]
    assert main([*words, "--output", str(tmp_path / "report.json")]) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert len(report["kills"]) >= 1
    assert report["measured"]["pictures"] > 0
    assert report["in_the_database"]["lost_pictures"] == 0
    assert report["told"]["lost"] == report["told"]["untold_sightings"] == 0
    assert report["told"]["deliveries"] == 2 * report["told"]["events"] > 0


@pytest.mark.slow
def test_every_refusal_is_retried_and_nothing_doubled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NUMBER_PLATE_QUEUE", "3")
    words = ["--seconds", "6", "--clients", "12", "--vehicles", "100", "--output", str(tmp_path / "report.json")]
    assert main(words) == 0
    measured = json.loads((tmp_path / "report.json").read_text())["measured"]
    assert measured["refused_503"] > 0
    assert measured["unanswered_pictures"] == 0
