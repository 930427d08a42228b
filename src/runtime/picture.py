"""One picture of many: read, described, and saved with its plates marked where that is asked for."""

from dataclasses import dataclass

from PIL import Image as PillowImage

from src.core.image import ImageError, Photograph
from src.runtime.draw import AnnotatedFolder, annotate, annotate_crop
from src.runtime.output import Description, describe, describe_error, is_accepted
from src.runtime.reader import CropReader, ImageResult, Reader, read_file
from src.runtime.sources import Source


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a picture prints, and what standard error is told where something went wrong."""

    described: Description
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Called with a source, gives its outcome; any number of threads may call it at once."""

    reader: Reader | CropReader
    abstain: float | None = None
    saved: AnnotatedFolder | None = None

    def __call__(self, source: Source) -> Outcome:
        """Every fault of a picture is part of its outcome; pixels are let go of before it is returned."""
        if source.fault is not None:
            return Outcome(describe_error(source.path, "no_image", source.fault), source.fault)
        try:
            photograph, result = read_file(self.reader, source.path)
        except ImageError as error:
            return Outcome(describe_error(source.path, "unreadable", str(error)), str(error))
        described = describe(source.path, result, self.abstain)
        try:
            if self.saved:
                self.saved.save(source.path, self._annotated(photograph, result))
        except OSError as error:
            return Outcome(described, f"annotated picture not saved: {error.strerror or error}")
        return Outcome(described)

    def _annotated(self, photograph: Photograph, result: ImageResult) -> PillowImage.Image:
        accepted = [is_accepted(plate, self.abstain) is not False for plate in result.plates]
        if isinstance(self.reader, CropReader):
            return annotate_crop(photograph.pixels, result.plates[0], accepted[0])
        return annotate(photograph.pixels, result.plates, accepted, photograph.factor)
