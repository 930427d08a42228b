"""A process that is killed: what it acknowledged is there, and what it did not is there whole or not at all."""

import hashlib
import itertools
import os
import signal
import time
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import event, select

from src.core.files import UNFINISHED
from src.service.database import Database, open_database, tables
from src.service.store import Claim, NewAnswer, Pictures, claim_answer, open_pictures, save_recognitions, sweep
from tests.service.dying import die_at, status_of
from tests.service.parallel import CONTEXT, at_once
from tests.service.recognitions import NOON, plate, recognised, save

PATIENCE_S = 120


def save_dying(url: str, folder: Path, last: int) -> None:
    """Saves a picture of two plates, and the answer to its request; dies at the step with this number, if any."""
    database = open_database(url)
    pictures = open_pictures(database, folder)
    claim = claim_answer(database, "", str(last), "", NOON, timedelta(seconds=1))
    assert isinstance(claim, Claim)
    die_at(database.engine, folder, last)
    picture = recognised(plate(f"A{last}"), plate("B1"), camera="gate", data=f"picture {last}".encode())
    save_recognitions(database, pictures, [picture], lambda _: NewAnswer(claim, 200, picture.stored.id.encode(), []))


def answered(database: Database) -> set[str]:
    """The identifiers of the images that answers tell."""
    with database.reading() as session:
        return {body.decode() for body in session.scalars(select(tables.AnswerRow.body)) if body is not None}


def assert_whole(database: Database, pictures: Pictures) -> set[str]:
    """Every row has the rows and the file that belong to it; the identifiers of the images."""
    with database.reading() as session:
        images = session.scalars(select(tables.ImageRow)).all()
        plates = session.execute(
            select(tables.DetectionRow.image_id, tables.PlateRow.text)
            .join(tables.SightingRow, tables.SightingRow.detection_id == tables.DetectionRow.id)
            .join(tables.SightingRow.plate)
        ).all()
        known = set(session.scalars(select(tables.PlateRow.text)))
    for image in images:
        data = pictures.path(str(image.stored_as)).read_bytes()
        assert hashlib.sha256(data).hexdigest() == image.sha256
        texts = sorted(text for image_id, text in plates if image_id == image.id)
        assert texts == [f"A{data.decode().split()[1]}", "B1"]
    assert len(plates) == 2 * len(images)
    assert known == {text for _, text in plates}
    return {image.id for image in images}


def found_files(pictures: Pictures) -> set[str]:
    return {path.name for path in pictures.folder.glob("*/*")}


def die_at_every_step(url: str, folder: Path, _: int) -> list[bool]:
    """Dies in a save at the first step, in the next save at the second, ...; whether each time it was saved."""
    before, saved, status = set[str](), [], -signal.SIGKILL
    for last in itertools.count(1):
        status = status_of(save_dying, url, folder, last)
        database = open_database(url)
        after = assert_whole(database, open_pictures(database, folder))
        assert answered(database) == after
        database.close()
        saved.append(after > before)
        before = after
        if status != -signal.SIGKILL:
            break
    assert status == 0
    return saved


def test_killed_at_any_step_a_save_leaves_all_or_nothing(database: Database, database_url: str, tmp_path: Path) -> None:
    pictures = open_pictures(database, tmp_path)
    for number in range(256):  # or the number of steps would depend on the identifier
        (pictures.folder / f"{number:02x}").mkdir()
    (saved,) = at_once(1, die_at_every_step, database_url, tmp_path)
    assert len(saved) > 20
    assert saved == sorted(saved)  # lost up to the commit, saved from there on
    assert saved[-2:] == [True, True]  # the last but one died with its work done
    orphans = found_files(pictures) - assert_whole(database, pictures)
    assert {name.endswith(UNFINISHED) for name in orphans} == {True, False}
    for path in pictures.folder.glob("*/*"):
        os.utime(path, (time.time() - 2 * 3600,) * 2)
    assert sweep(database, pictures) == len(orphans)
    assert found_files(pictures) == assert_whole(database, pictures)


def save_for_ever(url: str, folder: Path, acknowledged: Connection) -> None:
    """Saves pictures and tells the identifier of each that is saved."""
    database = open_database(url)
    pictures = open_pictures(database, folder)
    for number in itertools.count():
        acknowledged.send(save(database, pictures, plate(f"A{number}"), plate("B1"), data=f"p {number}".encode()).id)


@pytest.mark.parametrize("delay_s", [0.0, 0.003, 0.02])
def test_what_was_acknowledged_survives_a_kill(
    database: Database, database_url: str, tmp_path: Path, delay_s: float
) -> None:
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=save_for_ever, args=(database_url, tmp_path, sender))
    process.start()
    sender.close()
    acknowledged = {receiver.recv() for _ in range(5)}
    time.sleep(delay_s)
    process.kill()
    process.join(PATIENCE_S)
    try:
        while True:
            acknowledged.add(receiver.recv())
    except EOFError:
        pass
    there = assert_whole(database, open_pictures(database, tmp_path))
    assert acknowledged <= there
    assert len(there) - len(acknowledged) <= 1


def test_the_picture_is_on_the_disk_before_the_database_says_so(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill leaves what was written, a power cut only what was flushed."""
    pictures = open_pictures(database, tmp_path / "pictures")
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def flushed(descriptor: int) -> None:
        done.append(f"flush {Path(os.readlink(f'/proc/self/fd/{descriptor}')).name}")
        fsync(descriptor)

    def renamed(self: Path, target: Path) -> None:
        done.append(f"rename to {target.name}")
        replace(self, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", renamed)
    event.listen(database.engine, "commit", lambda _: done.append("commit"))
    image = save(database, pictures, plate()).id
    folder = pictures.folder.name
    expected = [f"flush {folder}", f"flush {image}.part", f"rename to {image}", f"flush {image[:2]}", "commit"]
    assert done == expected
