"""One connection to a camera, by FFmpeg's libraries.

What a camera's address can make FFmpeg open is a closed list of protocols and formats: neither a playlist nor a
redirect reaches a file of this machine. The options are described in https://ffmpeg.org/ffmpeg-formats.html and
https://ffmpeg.org/ffmpeg-protocols.html.

Certificates are not checked: cameras have made their own. So TLS keeps out who listens, not who sits in between.
"""

import errno

import av
from av.container import InputContainer

from src.video.address import Address

_RTSP = {
    "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls",
    "format_whitelist": "rtsp",
    "tls_verify": "0",
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",
    "analyzeduration": "1000000",  # microseconds; more would be a longer gap after each reconnect
    "fpsprobesize": "0",  # frames whose rate is looked at before the first one is given out
}
_HTTP = {
    "protocol_whitelist": "http,https,tcp,tls",
    "format_whitelist": "hls,mpegts,mpjpeg,mjpeg,flv,mov,aac",  # mov and aac: parts that an HLS playlist names
    "tls_verify": "0",
    "allowed_extensions": "m3u8,m3u,ts,m2ts,mp4,m4s,m4v,cmfv,aac",
    "analyzeduration": "1000000",
    "fpsprobesize": "0",
}
_CAMERA = {"protocol_whitelist": "file", "format_whitelist": "video4linux2"}

UNTIMED = ("mpjpeg", "mjpeg")
"""The formats without timestamps of their own."""
IN_PIECES = ("hls", "mov,mp4,m4a,3gp,3g2,mj2")
"""The formats that come in pieces of seconds, faster than they are to be shown."""

_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (av.error.HTTPUnauthorizedError, "asks for a user and a password, or does not know them"),
    (av.error.HTTPForbiddenError, "forbids it"),
    (av.error.HTTPNotFoundError, "has nothing at this path"),
    (av.error.HTTPClientError, "does not understand the request"),
    (av.error.HTTPServerError, "has an error of its own"),
    (av.error.ConnectionRefusedError, "refuses the connection"),
    (av.error.ConnectionResetError, "broke off the connection"),
    (av.error.BrokenPipeError, "broke off the connection"),
    (av.error.EOFError, "ended the stream"),
    (av.error.FileNotFoundError, "there is no such camera"),
    (av.error.PermissionError, "may not be opened"),
    (av.error.ProtocolNotFoundError, "leads to a protocol that is not read"),
    (av.error.DecoderNotFoundError, "sends pictures in a coding that is not read"),
)
_NUMBERS = {
    errno.EHOSTUNREACH: "cannot be reached",
    errno.ENETUNREACH: "cannot be reached",
    errno.EBUSY: "is in use by another program",
    errno.EIO: "cannot be reached, or broke off the connection",
}


def connect(address: Address, answer: float) -> InputContainer:
    """Opens the stream of a camera, which has ``answer`` seconds to say something, now and whenever it is read.

    Raises FFmpegError; ``reason`` puts it into words.
    """
    timeout = (answer, answer)
    match address.kind:
        case "rtsp":
            return av.open(address.place, "r", format="rtsp", options=_RTSP, timeout=timeout)
        case "http":
            return av.open(address.place, "r", options=_HTTP, timeout=timeout)
        case "camera":
            return av.open(address.place, "r", format="v4l2", options=_CAMERA, timeout=timeout)
        case _:
            raise ValueError(f"a {address.kind} is no camera")


def reason(error: av.error.FFmpegError, answer: float) -> str:
    """Returns why there is no connection. FFmpeg's own message is of no use: it has the whole address in it."""
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return f"did not answer for {answer:g} s"
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    if isinstance(error, av.error.InvalidDataError | av.error.ArgumentError):
        return "sends nothing that is read"
    return _NUMBERS.get(error.errno or 0, f"cannot be read ({error.strerror})")
