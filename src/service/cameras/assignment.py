"""What a camera's process is to do. It gets it as one JSON line, which no list of processes shows."""

from pathlib import Path

from src.core.schema import Closed
from src.service.database.types import new_id
from src.service.settings import Settings
from src.service.store import Camera


class Assignment(Closed):
    """One camera, and how it is to be watched."""

    camera: str
    """Its identifier."""
    run: str = ""
    """The identifier of the run of the process; empty where none has begun."""
    folder: Path
    source: str
    """With its password."""
    files: bool
    """Whether the source may be a file, a folder or a camera's number of this machine."""
    local: bool
    """Whether it may be an address of this machine itself."""
    zone: list[list[float]] | None
    min_width: float
    countries: list[str]
    min_reading: float | None
    """The confidence below which a passage does not count; None: as the reader's card says."""
    pictures: bool
    """Whether the best picture of a passage is kept."""
    models: Path
    provider: str
    threads: int
    triton_url: str | None
    min_confidence: float | None
    canvas: int | None

    def __repr__(self) -> str:
        return f"Assignment({self.camera}, run {self.run})"

    def begun(self) -> "Assignment":
        """Returns the same with a run of its own, which no other assignment has."""
        return self.model_copy(update={"run": new_id()})

    def is_like(self, other: "Assignment") -> bool:
        """Tells whether both are the same but for the run."""
        return self.model_copy(update={"run": other.run}) == other


def assignment(camera: Camera, folder: Path, settings: Settings) -> Assignment:
    """Returns what the process of ``camera``, which has a source, is to do."""
    return Assignment(
        camera=camera.id,
        folder=folder.absolute(),
        source=str(camera.source),
        files=settings.camera_files,
        local=settings.camera_local,
        zone=camera.zone,
        min_width=camera.min_width,
        countries=camera.countries,
        min_reading=settings.min_reading,
        pictures=settings.keep_pictures,
        models=settings.models,
        provider=settings.provider,
        threads=settings.threads,
        triton_url=settings.triton_url,
        min_confidence=settings.min_confidence,
        canvas=settings.canvas,
    )
