"""Opens what a word names, as a source of frames."""

from src.video.address import SourceError, parse_address
from src.video.live import LiveSource, Patience
from src.video.recordings import FileSource, FolderSource
from src.video.source import LiveState, VideoSource

__all__ = ["LiveSource", "LiveState", "Patience", "SourceError", "VideoSource", "open_camera", "open_source"]


def open_source(word: str, frame_rate: float = 25.0) -> VideoSource:
    """Opens a video file, a folder of pictures that are shown ``frame_rate`` times a second, or a live source.

    A live source is an ``rtsp://`` or ``http(s)://`` address (MJPEG, MPEG-TS, HLS), or the number of a camera of this
    machine; its first picture is waited for. Raises SourceError, whose message is one line that names the source and
    the fault.
    """
    address = parse_address(word)
    match address.kind:
        case "file":
            return FileSource(address)
        case "folder":
            return FolderSource(address, frame_rate)
        case _:
            source = LiveSource(address)
            try:
                source.require()
            except BaseException:
                source.close()
                raise
            return source


def open_camera(word: str, patience: Patience | None = None) -> LiveSource:
    """Opens a live source that may be away: it is waited for as long as it takes, and ``state`` says what it lacks.

    Raises SourceError for a word that names none.
    """
    address = parse_address(word)
    if address.kind in ("file", "folder"):
        raise SourceError(f"{address.name}: a {address.kind}, not a camera")
    return LiveSource(address, patience)
