"""Which sources a camera may have."""

import socket

import pytest

from src.service.cameras.reach import SourceRefusedError, check_source

Where = list[tuple[int, int, int, str, tuple[str, int]]]
NAMES = {"camera.lan": "192.168.1.20", "inside.example": "127.0.0.1", "cloud.example": "169.254.169.254"}


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some names, and no other ones; numbers are what they are."""
    real = socket.getaddrinfo

    def found(host: str, port: int | None, *args: object, **options: object) -> object:
        if host.endswith((".lan", ".example")) and host not in NAMES:
            raise socket.gaierror(-2, "Name or service not known")
        return real(NAMES.get(host, host), port, type=socket.SOCK_STREAM)

    monkeypatch.setattr("socket.getaddrinfo", found)


@pytest.mark.parametrize(
    "word",
    [
        "rtsp://viewer:secret@192.168.1.20/stream1",
        "rtsps://10.0.0.7:322/stream",
        "http://camera.lan/video.mjpg?user=a&pwd=secret",
        "https://203.0.113.7/live.m3u8",
        "rtsp://[fd12::7]/stream",
        "rtsp://nobody.lan/stream",
    ],
)
def test_cameras_of_a_network_may_be_watched(word: str) -> None:
    check_source(word, files=False, local=False)


@pytest.mark.parametrize(
    "word",
    [
        *("/etc/passwd", "clip.mp4", "0", "/dev/video0", "file:///etc/passwd", "concat:a|b", "rtmp://192.168.1.20/a"),
        *("ftp://192.168.1.20/a", "http:/192.168.1.20", "rtsp://", "rtsp:///stream", "http://a b/", "http://h:0/"),
        *("HTTP://192.168.1.20:99999/", "hls+http://192.168.1.20/", "subfile,,start,0,,:/etc/passwd"),
    ],
)
def test_nothing_else_may_be_watched(word: str) -> None:
    with pytest.raises(SourceRefusedError) as refused:
        check_source(word, files=False, local=True)
    assert "\n" not in str(refused.value)


OWN = [
    *("rtsp://127.0.0.1:8554/a", "http://localhost/", "http://[::1]/", "http://0.0.0.0/", "http://[::]/"),
    *("http://2130706433/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/", "http://127.1/", "http://0/"),
    *("http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[fd00:ec2::254]/"),
    *("http://100.100.100.200/", "http://inside.example/", "https://cloud.example/", "http://192.0.0.192/"),
    *("http://168.63.129.16/machine", "http://[fd20:ce::254]/", "http://[fd00:ec2::23]/v1/credentials"),
]


@pytest.mark.parametrize("word", OWN)
def test_what_is_the_services_own_may_be_watched_where_the_operator_says_so(word: str) -> None:
    with pytest.raises(SourceRefusedError, match="which is this machine's own or its link's"):
        check_source(word, files=True, local=False)
    check_source(word, files=False, local=True)


def test_files_and_devices_may_be_watched_where_the_operator_says_so() -> None:
    check_source(__file__, files=True, local=False)
    check_source("0", files=True, local=False)
    with pytest.raises(SourceRefusedError, match="no such file"):
        check_source("/nowhere/clip.mp4", files=True, local=False)


@pytest.mark.parametrize("word", ["rtmp://u:secret@192.168.1.20/a", "http://u:secret@127.0.0.1/", "rtsp://u:secret@/a"])
def test_a_refusal_tells_no_password(word: str) -> None:
    with pytest.raises(SourceRefusedError) as refused:
        check_source(word, files=False, local=False)
    assert "u:***@" in str(refused.value)
    assert "secret" not in str(refused.value)
