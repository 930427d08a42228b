"""What words name, and that no message shows a password."""

from pathlib import Path

import pytest

from src.video.address import SourceError, hide_password, parse_address

SECRET = "geheim"


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        (f"rtsp://admin:{SECRET}@cam/h264", "rtsp://admin:***@cam/h264"),
        (f"RTSP://admin:{SECRET}@cam:554/h264?channel=1", "RTSP://admin:***@cam:554/h264?channel=1"),
        (f"rtsp://:{SECRET}@cam/", "rtsp://:***@cam/"),
        (f"rtsp://admin:{SECRET}@{SECRET}@cam/", "rtsp://admin:***@cam/"),
        (f"rtsp://admin:12/{SECRET}@cam/", "rtsp://admin:***@cam/"),
        (f"rtsp://admin:1#{SECRET}@cam/", "rtsp://admin:***@cam/"),
        (f"http://cam/video.cgi?user=a&pwd={SECRET}&rate=5", "http://cam/video.cgi?user=a&pwd=***&rate=5"),
        (f"http://cam/v?access_token={SECRET}", "http://cam/v?access_token=***"),
        (f"ftp://a:{SECRET}@host/x", "ftp://a:***@host/x"),
        ("rtsp://admin@cam/h264", "rtsp://admin@cam/h264"),
        ("clip.mp4?pwd=1", "clip.mp4?pwd=1"),
    ],
)
def test_passwords_are_hidden(word: str, shown: str) -> None:
    assert hide_password(word) == shown
    assert hide_password(shown) == shown


def test_an_address_keeps_its_password_to_itself() -> None:
    address = parse_address(f"rtsps://admin:{SECRET}@cam:322/h264?token={SECRET}#part")
    assert address.place == f"rtsps://admin:{SECRET}@cam:322/h264?token={SECRET}"
    assert (address.kind, address.name) == ("rtsp", "rtsps://admin:***@cam:322/h264?token=***")
    assert SECRET not in repr(address)


@pytest.mark.parametrize(
    ("word", "kind", "place"),
    [
        ("0", "camera", "/dev/video0"),
        ("12", "camera", "/dev/video12"),
        ("/dev/video3", "camera", "/dev/video3"),
        ("HTTP://cam/x", "http", "http://cam/x"),
        ("https://[fe80::1]:8443/x", "http", "https://[fe80::1]:8443/x"),
    ],
)
def test_kinds(word: str, kind: str, place: str) -> None:
    address = parse_address(word)
    assert (address.kind, address.place) == (kind, place)


def test_what_may_be_a_port_or_the_begin_of_a_password_is_hidden() -> None:
    assert parse_address(f"rtsp://admin:1/{SECRET}x@cam/").name == "rtsp://admin:***@cam/"


def test_files_and_folders_go_by_what_is_there(tmp_path: Path) -> None:
    odd = tmp_path / "rtsp:clip.mp4"
    odd.touch()
    assert parse_address(str(odd)).kind == "file"
    assert parse_address(str(tmp_path)).kind == "folder"


@pytest.mark.parametrize(
    ("word", "named", "fault"),
    [
        ("file:///etc/passwd", "file:///etc/passwd", "only rtsp, rtsps, http and https addresses"),
        ("concat:/etc/passwd|/etc/hosts", "concat:/etc/passwd|/etc/hosts", "no such file"),
        ("subfile,,start,0,end,9,,:/etc/passwd", "subfile", "no such file"),
        ("data:video/mp4;base64,AAAA", "data:", "no such file"),
        (f"udp://a:{SECRET}@239.0.0.1:1234", "udp://a:***@239.0.0.1:1234", "only rtsp"),
        ("http:///path", "http:///path", "without a host"),
        ("http:cam/path", "http:cam/path", "no such file"),
        ("rtsp://cam:port/", "rtsp://cam:port/", "no address of a host and a port"),
        ("rtsp://cam:70000/", "rtsp://cam:70000/", "no address of a host and a port"),
        (f"rtsp://a:{SECRET}/x@cam/", "rtsp://a:***@cam/", "%2F"),
        ("http://[::1/", "http://[::1/", "no address"),
        ("http://cam/a b", "http://cam/a b", "%XX"),
        ("http://cam/\r\nHost: evil", "http://cam/\\r\\nHost: evil", "%XX"),
        ("http://cam/" + 3000 * "x", "http://cam/", "2000 characters"),
        ("/dev/null", "/dev/null", "neither a file nor a folder"),
        ("missing.mp4", "missing.mp4", "no such file"),
        ("a\nb.mp4", "a\\nb.mp4", "no such file"),
        ("a\0b.mp4", "a\\x00b.mp4", "zero byte"),
        ("a" * 300, "a" * 300, "cannot be opened"),
        ("\udcff.mp4", "\\udcff.mp4", "no such file"),
        ("", "a source without a name", "no such file"),
    ],
)
def test_a_wrong_word_is_one_line_that_names_it(word: str, named: str, fault: str) -> None:
    with pytest.raises(SourceError) as failed:
        parse_address(word)
    message = str(failed.value)
    assert message.startswith(named)
    assert fault in message
    assert message.isprintable()
    assert SECRET not in message
