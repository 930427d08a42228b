"""Clips whose frames show their own numbers, as black and white fields that survive any coding."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from src.core.types import Image

BITS = 8
WIDTH, HEIGHT = 160, 96
_FIELD = WIDTH // BITS
TICKS = 1000
"""Ticks a second of the times that are given to a clip."""


def numbered(number: int, width: int = WIDTH, height: int = HEIGHT) -> Image:
    """A red picture whose upper half shows ``number`` in binary, the highest bit first."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[:] = (200, 30, 30)
    for bit in range(BITS):
        white = number >> (BITS - 1 - bit) & 1
        picture[: HEIGHT // 2, bit * _FIELD : (bit + 1) * _FIELD] = 255 * white
    rows = np.arange(height) * HEIGHT // height
    return picture[rows][:, np.arange(width) * WIDTH // width]


def number_of(image: Image) -> int:
    """The number that an upright picture shows."""
    height, width = image.shape[:2]
    centres = [(2 * bit + 1) * width // (2 * BITS) for bit in range(BITS)]
    bits = [int(image[height // 4, x].mean() > 128) for x in centres]
    return int("".join(map(str, bits)), 2)


def write_clip(
    path: Path,
    count: int = 30,
    codec: str = "libx264",
    times: Sequence[float] | None = None,
    turned: float = 0.0,
    options: dict[str, str] | None = None,
    sound: bool = False,
    container: str | None = None,
    distance: int = 10,
) -> Path:
    """Writes a clip of ``count`` numbered frames, 25 a second or at ``times``.

    Players are told to turn it by ``turned`` degrees counter-clockwise; there are
    ``distance`` frames from one key picture to the next.
    """
    with av.open(str(path), "w", format=container, options=options or {}) as file:
        stream = file.add_stream(codec, 25)
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size = distance
        if times is not None:
            stream.codec_context.time_base = Fraction(1, TICKS)
            stream.codec_context.max_b_frames = 0
        if turned:
            stream.set_display_rotation(turned)
        if sound:
            add_sound(file)
        for number in range(count):
            picture = VideoFrame.from_ndarray(numbered(number), format="rgb24")
            picture.time_base = Fraction(1, 25 if times is None else TICKS)
            picture.pts = number if times is None else round(times[number] * TICKS)
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return path


def add_sound(file: av.container.OutputContainer) -> None:
    """Adds a tenth of a second of silence."""
    stream = file.add_stream("aac", 48_000)
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
    frame.sample_rate = 48_000
    for position in range(5):
        frame.pts, frame.time_base = position * 1024, Fraction(1, 48_000)
        file.mux(stream.encode(frame))
    file.mux(stream.encode(None))


def write_access_units(folder: Path, count: int = 50, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Writes numbered frames as pieces of an endless H.264 stream, a file each; returns the pattern of their names."""
    return write_pieces(folder, [numbered(number, width, height) for number in range(count)])


def write_pieces(folder: Path, pictures: Sequence[Image]) -> str:
    """Writes ``pictures`` as pieces of an endless H.264 stream, a file each; returns the pattern of their names."""
    folder.mkdir()
    height, width = pictures[0].shape[:2]
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base, codec.framerate, codec.gop_size = Fraction(1, 25), Fraction(25), 10
    codec.options = {"tune": "zerolatency", "preset": "ultrafast", "x264-params": "repeat-headers=1:annexb=1"}
    packets = []
    for number, image in enumerate(pictures):
        picture = VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        picture.pts = number
        packets += codec.encode(picture)
    packets += codec.encode(None)
    assert len(packets) == len(pictures)
    for number, packet in enumerate(packets):
        (folder / f"{number:05d}.h264").write_bytes(bytes(packet))
    return str(folder / "%05d.h264")


def jpeg(number: int) -> bytes:
    """A numbered picture as JPEG."""
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = WIDTH, HEIGHT, "yuvj420p", Fraction(1, 25)
    picture = VideoFrame.from_ndarray(numbered(number), format="rgb24").reformat(format="yuvj420p")
    return b"".join(bytes(packet) for packet in [*codec.encode(picture), *codec.encode(None)])
