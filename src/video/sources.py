"""Opens what a word names, as a source of frames."""

from src.video.address import SourceError, parse_address
from src.video.recordings import FileSource, FolderSource
from src.video.source import LiveState, VideoSource

__all__ = ["LiveState", "SourceError", "VideoSource", "open_source"]


def open_source(word: str, frame_rate: float = 25.0) -> VideoSource:
    """Opens a video file, or a folder of pictures that are shown ``frame_rate`` times a second.

    Raises SourceError, whose message is one line that names the source and the fault.
    """
    address = parse_address(word)
    match address.kind:
        case "file":
            return FileSource(address)
        case "folder":
            return FolderSource(address, frame_rate)
        case _:
            raise SourceError(f"{address.name}: live sources are not read yet")
