"""Downloads from a server on the loopback: whole, interrupted, resumed, refused."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Server, serving

from src.data.public.download import FetchError, download

BODY = bytes(range(256)) * 4096  # one chunk
URL = "/set.tar.gz"


@pytest.fixture
def server() -> Iterator[Server]:
    with serving({URL: BODY}) as running:
        yield running


@pytest.mark.parametrize("states_length", [True, False])
def test_a_file_arrives_whole(server: Server, tmp_path: Path, states_length: bool) -> None:
    server.states_length = states_length
    assert download(server.address + URL, tmp_path / "new" / "set.tar.gz") == 0
    assert (tmp_path / "new" / "set.tar.gz").read_bytes() == BODY
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["set.tar.gz"]


def test_a_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    server.break_after = [1000, 500]
    for ended, sent, expected in ((1000, 1000, len(BODY)), (1500, 500, len(BODY) - 1000)):
        with pytest.raises(FetchError, match=f"ended after {sent} of {expected} bytes; run it again to go on$"):
            download(server.address + URL, target)
        assert (tmp_path / "set.tar.gz.part").read_bytes() == BODY[:ended]
        assert not target.exists()
    assert download(server.address + URL, target) == 1500
    assert target.read_bytes() == BODY
    assert [wanted for _, wanted in server.asked] == [None, "bytes=1000-", "bytes=1500-"]


def test_a_server_without_ranges_sends_everything_again(server: Server, tmp_path: Path) -> None:
    server.ranges = False
    (tmp_path / "set.tar.gz.part").write_bytes(b"older")
    assert download(server.address + URL, tmp_path / "set.tar.gz") == 0
    assert (tmp_path / "set.tar.gz").read_bytes() == BODY


def test_what_had_arrived_whole_is_not_sent_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set.tar.gz.part").write_bytes(BODY)
    assert download(server.address + URL, tmp_path / "set.tar.gz") == len(BODY)
    assert (tmp_path / "set.tar.gz").read_bytes() == BODY


def test_more_than_there_is_cannot_be_gone_on_from(server: Server, tmp_path: Path) -> None:
    (tmp_path / "set.tar.gz.part").write_bytes(BODY + b"x")
    with pytest.raises(FetchError, match="416"):
        download(server.address + URL, tmp_path / "set.tar.gz")
    assert not (tmp_path / "set.tar.gz.part").exists()
    assert download(server.address + URL, tmp_path / "set.tar.gz") == 0


def test_what_is_not_there(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=f"^{re.escape(server.address)}/none: 404 Not Found$"):
        download(f"{server.address}/none", tmp_path / "none")


def test_no_server(tmp_path: Path) -> None:
    with serving({}) as stopped:
        address = stopped.address
    with pytest.raises(FetchError, match=f"^{re.escape(address)}/a: .*refused"):
        download(f"{address}/a", tmp_path / "a")
