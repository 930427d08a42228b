"""A camera that speaks RTSP: GStreamer's server plays a numbered clip again and again.

``python tests/video/rtsp_server.py PORT PATTERN`` serves the access units of H.264 in the files that PATTERN names, 25
a second, at ``/gate`` of PORT (0: a free one, which is printed). The functions are those of
https://gstreamer.freedesktop.org/documentation/gst-rtsp-server/.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CDLL, c_char_p, c_int, c_uint, c_void_p
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2] / ".rtsp"
MISSING = (
    None
    if (ROOT / "lib" / "libgstrtspserver-1.0.so.0").is_file()
    else "there is no RTSP server: scripts/fetch_rtsp_server.sh fetches it from Debian packages"
)


class RtspCamera:
    """A process that serves a clip. It can be killed, begun again at the same port, stopped and continued."""

    def __init__(self, pattern: str) -> None:
        self.port = 0
        self.start(pattern)

    @property
    def address(self) -> str:
        """Where the clip is."""
        return f"rtsp://127.0.0.1:{self.port}/gate"

    def start(self, pattern: str) -> None:
        """Serves the clip whose access units lie at ``pattern``."""
        environment = os.environ | {
            "LD_LIBRARY_PATH": str(ROOT / "lib"),
            "GST_PLUGIN_SYSTEM_PATH": str(ROOT / "plugins"),
            "GST_PLUGIN_PATH": "",
            "GST_REGISTRY": str(Path(pattern).parent / "registry"),
            "GST_REGISTRY_FORK": "no",
        }
        command = [sys.executable, __file__, str(self.port), pattern]
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def kill(self) -> None:
        """Ends the process as a power cut ends a camera."""
        self._process.kill()
        self._process.communicate()

    def freeze(self) -> None:
        """Stops the process; its connections stay."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continues the process."""
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def rtsp_camera(pattern: str) -> Iterator[RtspCamera]:
    """A camera that is on within the block."""
    camera = RtspCamera(pattern)
    try:
        yield camera
    finally:
        camera.kill()


def _serve(port: str, pattern: str) -> None:
    rtsp, gst, glib = (CDLL(f"lib{name}.so.0") for name in ("gstrtspserver-1.0", "gstreamer-1.0", "glib-2.0"))
    pipeline = (
        f"( multifilesrc location={pattern} loop=true do-timestamp=true"
        " caps=video/x-h264,stream-format=byte-stream,alignment=au,framerate=25/1"
        " ! identity sleep-time=40000 ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
    )
    _call(gst, "gst_init", None, c_void_p(), c_void_p())
    server = c_void_p(_call(rtsp, "gst_rtsp_server_new", c_void_p))
    _call(rtsp, "gst_rtsp_server_set_address", None, server, c_char_p(b"127.0.0.1"))
    _call(rtsp, "gst_rtsp_server_set_service", None, server, c_char_p(port.encode()))
    mounts = c_void_p(_call(rtsp, "gst_rtsp_server_get_mount_points", c_void_p, server))
    factory = c_void_p(_call(rtsp, "gst_rtsp_media_factory_new", c_void_p))
    _call(rtsp, "gst_rtsp_media_factory_set_launch", None, factory, c_char_p(pipeline.encode()))
    _call(rtsp, "gst_rtsp_media_factory_set_shared", None, factory, c_int(1))
    _call(rtsp, "gst_rtsp_mount_points_add_factory", None, mounts, c_char_p(b"/gate"), factory)
    if not _call(rtsp, "gst_rtsp_server_attach", c_uint, server, c_void_p()):
        raise SystemExit("the port cannot be had")
    print(_call(rtsp, "gst_rtsp_server_get_bound_port", c_int, server), flush=True)
    _call(glib, "g_main_loop_run", None, c_void_p(_call(glib, "g_main_loop_new", c_void_p, c_void_p(), c_int(0))))


def _call(library: CDLL, name: str, result: Any, *arguments: "ctypes._SimpleCData[Any]") -> Any:
    function = library[name]
    function.restype, function.argtypes = result, [type(argument) for argument in arguments]
    return function(*arguments)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
