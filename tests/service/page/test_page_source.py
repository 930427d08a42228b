"""The address of a camera and its password, as a visitor enters them."""

import pytest

from src.service.page.source import SourceFieldError, source

SHOWN = "rtsp://viewer:***@192.168.1.20/stream1?a=1"


@pytest.mark.parametrize(
    ("address", "password", "shown", "sent"),
    [
        ("", "", None, None),
        ("  ", "", SHOWN, None),
        ("rtsp://camera/1", "", None, "rtsp://camera/1"),
        (" http://camera:8080/video.mjpg ", "", None, "http://camera:8080/video.mjpg"),
        ("rtsp://viewer@camera/1", "s3cret", None, "rtsp://viewer:s3cret@camera/1"),
        ("rtsp://viewer@camera/1", "a/b@c:d#e ?[", None, "rtsp://viewer:a%2Fb%40c%3Ad%23e%20%3F%5B@camera/1"),
        ("rtsp://viewer:old@camera/1", "new", None, "rtsp://viewer:new@camera/1"),
        ("rtsp://viewer:typed@camera/1", "", None, "rtsp://viewer:typed@camera/1"),
        (SHOWN, "", SHOWN, SHOWN),
        (SHOWN, "new", SHOWN, "rtsp://viewer:new@192.168.1.20/stream1?a=1"),
        ("rtsp://viewer:***@192.168.1.21/2", "new", SHOWN, "rtsp://viewer:new@192.168.1.21/2"),
    ],
)
def test_what_is_sent(address: str, password: str, shown: str | None, sent: str | None) -> None:
    assert source(address, password, shown) == sent


@pytest.mark.parametrize(
    ("address", "password", "shown", "fault"),
    [
        ("", "s3cret", None, "cameras.no_user"),
        ("rtsp://camera/1", "s3cret", None, "cameras.no_user"),
        ("rtsp://@camera/1", "s3cret", None, "cameras.no_user"),
        ("rtsp://camera/a@b", "s3cret", None, "cameras.no_user"),
        ("rtsp://viewer:***@192.168.1.21/2", "", SHOWN, "cameras.password_again"),
        (SHOWN, "", None, "cameras.password_again"),
        ("http://viewer:old@camera/?pwd=***", "new", SHOWN, "cameras.password_again"),
    ],
)
def test_what_does_not_fit_is_not_sent(address: str, password: str, shown: str | None, fault: str) -> None:
    with pytest.raises(SourceFieldError) as refused:
        source(address, password, shown)
    assert refused.value.text == fault
    assert "s3cret" not in str(refused.value)
