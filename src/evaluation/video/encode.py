"""Frames through a real video: encoded as H.264 and decoded again, in memory."""

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction

import av

from src.core.types import Image
from src.evaluation.video.motion import RATE
from src.video.frame import Frame

PRESET = "veryfast"
"""Of the encoder; cameras have no time for a slower one."""


def encode(pictures: Iterable[Image], quality: int) -> bytes:
    """Returns the MP4 file of pictures, RGB and of one size, at a constant rate factor of ``quality``."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = None
        for picture in pictures:
            if stream is None:
                options = {"crf": str(quality), "preset": PRESET, "bf": "0", "threads": "1"}
                stream = container.add_stream("libx264", rate=Fraction(RATE), options=options)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        if stream is not None:
            container.mux(stream.encode(None))
    return file.getvalue()


def decode(file: bytes) -> Iterator[Frame]:
    """Yields the frames of what ``encode`` returned."""
    with av.open(io.BytesIO(file), "r") as container:
        for number, picture in enumerate(container.decode(video=0)):
            yield Frame(picture, number, number / RATE)
