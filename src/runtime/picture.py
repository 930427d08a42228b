"""Reads one picture of many: it is described, and saved with its plates marked where that is asked for."""

from dataclasses import dataclass

from PIL import Image as PillowImage

from src.core.image import ImageError, Photograph
from src.core.result import ErrorRecord, ImageRecord
from src.runtime.blur import hide_found, hiding
from src.runtime.draw import PictureFolder, annotate, annotate_crop
from src.runtime.output import describe
from src.runtime.reader import CropReader, Reader, read_file
from src.runtime.sources import Source


@dataclass(frozen=True, slots=True)
class Outcome:
    """The record of a picture that is printed, and the fault for standard error where something went wrong."""

    record: ImageRecord | ErrorRecord
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Reads a source when it is called, and returns its outcome; any number of threads may call it at once."""

    reader: Reader | CropReader
    abstain: float | None = None
    saved: PictureFolder | None = None
    """Takes the pictures with their plates marked."""
    blurred: PictureFolder | None = None
    """Takes the pictures with their plates made unreadable."""

    def __call__(self, source: Source) -> Outcome:
        """Returns the outcome, which holds any fault of the picture; the pixels are released before it returns."""
        if source.fault is not None:
            return Outcome(ErrorRecord.of(source.path, "no_image", source.fault), source.fault)
        try:
            photograph, result = read_file(self.reader, source.path)
        except ImageError as error:
            return Outcome(ErrorRecord.of(source.path, "unreadable", str(error)), str(error))
        record = describe(source.path, result, self.abstain)
        try:
            if self.saved:
                self.saved.save(source.path, self._annotated(photograph, record))
            if self.blurred and isinstance(self.reader, Reader):
                found = hiding(self.reader.detector).detect(photograph.pixels)
                self.blurred.save(source.path, PillowImage.fromarray(hide_found(photograph.pixels, found)))
        except OSError as error:
            return Outcome(record, f"picture not saved: {error.strerror or error}")
        return Outcome(record)

    def _annotated(self, photograph: Photograph, record: ImageRecord) -> PillowImage.Image:
        accepted = [plate.accepted is not False for plate in record.plates]
        if isinstance(self.reader, CropReader):
            return annotate_crop(photograph.pixels, record.plates[0], accepted[0])
        return annotate(photograph.pixels, record.plates, accepted, photograph.factor)
