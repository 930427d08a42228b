"""The versions of a shipped model: another one takes its place at once, and the earlier ones are kept beside it.

``exports/ocr`` is what runs, ``exports/.earlier/ocr/0001`` and so on are what ran before it, the newest last.
"""

import shutil
from pathlib import Path

from src.core.card import CardError, ModelCard, load_card
from src.core.folders import put_in_place
from src.export.triton import add_model

EARLIER = ".earlier"
TRITON = "triton"


class VersionError(ValueError):
    """The error of a version that cannot be put in place; the message says why."""


def promote(candidate: Path, place: Path) -> ModelCard:
    """Puts a copy of the export ``candidate`` into ``place``, and keeps the one that was there; returns its card.

    A kill at any moment leaves a whole model at ``place``, and nothing of the earlier one is lost. Where a Triton
    repository lies beside it, that gets the model too. Raises CardError where either is no whole export, and OSError.
    """
    card = load_card(candidate)
    if load_card(place).sha256 != card.sha256:
        _keep(place)
    _replace(place, candidate)
    return card


def rollback(place: Path) -> ModelCard:
    """Puts the version that was in ``place`` before into it again, and returns its card; the newer one is removed.

    A kill at any moment leaves a whole model at ``place``; another call then does what is left. Raises VersionError
    where there is no earlier version, CardError and OSError.
    """
    current = load_card(place)
    if not (kept := versions(place)):
        raise VersionError(f"{place}: no earlier version of it is kept")
    card = load_card(kept[-1])
    if card != current:  # else a kill came between its return and its removal, or before it was to be replaced
        _replace(place, kept[-1])
    _forget(kept[-1])
    return card


def versions(place: Path) -> list[Path]:
    """Returns the earlier versions of what is in ``place``, the oldest first."""
    return sorted(path for path in (place.parent / EARLIER / place.name).glob("[0-9]*") if path.is_dir())


def _keep(place: Path) -> None:
    """Copies what is in ``place`` to the earlier versions, unless a kill came right after that the last time."""
    kept = versions(place)
    if kept and load_card(kept[-1]) == load_card(place):
        return
    number = int(kept[-1].name) + 1 if kept else 1
    folder = place.parent / EARLIER / place.name
    folder.mkdir(parents=True, exist_ok=True)
    put_in_place(_copied(place, folder / ".next"), folder / f"{number:04d}")


def _forget(version: Path) -> None:
    """Removes an earlier version; it is none any more before a part of it is missing."""
    gone = version.with_name(".gone")
    shutil.rmtree(gone, ignore_errors=True)
    version.rename(gone)
    shutil.rmtree(gone)


def _replace(place: Path, source: Path) -> None:
    put_in_place(_copied(source, place.with_name(f".{place.name}.next")), place)
    repository = place.parent / TRITON
    if repository.is_dir():
        add_model(place, repository)


def _copied(source: Path, to: Path) -> Path:
    """Returns ``to``, a copy of an export that is whole; what a kill has left there is removed. Raises CardError."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(source, to)
    try:
        load_card(to)
    except CardError:
        shutil.rmtree(to)
        raise
    return to
