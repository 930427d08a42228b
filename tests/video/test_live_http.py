"""Live sources over HTTP: what is read, what is refused, and what a camera may do wrong."""

import base64
import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from src.video.live import LiveSource, Patience
from src.video.sources import SourceError, open_camera, open_source
from tests.commands import ROOT
from tests.video.clips import jpeg, number_of, write_clip
from tests.video.waiting import IMPATIENT, reconnected, until
from tests.video.web_camera import Request, WebCamera, motion_jpeg, sends, web_camera

PICTURES = [jpeg(number) for number in range(20)]
LIST = "application/vnd.apple.mpegurl"


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of two seconds as MPEG-TS."""
    return write_clip(tmp_path_factory.mktemp("stream") / "clip.ts", 50)


def playlist(*addresses: str, key: str = "", ended: bool = True) -> str:
    """A list of pieces of two seconds each."""
    pieces = "".join(f"#EXTINF:2.0,\n{address}\n" for address in addresses)
    end = "#EXT-X-ENDLIST\n" if ended else ""
    return f"#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n{key}{pieces}{end}"


def test_motion_jpeg_is_read_until_it_is_closed() -> None:
    with web_camera({"/video": motion_jpeg(PICTURES)}) as camera, open_source(f"{camera.address}/video") as source:
        before = datetime.now(UTC)
        frames = [next(source) for _ in range(15)]
        assert isinstance(source, LiveSource)
        assert (source.live, source.duration, source.broken) == (True, None, 0)
        state = source.state()
        assert (state.online, state.reconnects, state.error) == (True, 0, None)
        assert 1 < state.frames_per_second < 60
        assert 0 <= state.behind < 5
        source.close()
        assert list(source) == []
        until(camera.left.is_set, "the connection is closed")
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(set(numbers))
    assert [number_of(frame.image) for frame in frames] == [number % 20 for number in numbers]
    times = [frame.time for frame in frames]
    assert times == sorted(times)
    assert all(frame.wall is not None and abs(frame.wall - before) < timedelta(seconds=60) for frame in frames)


def test_only_the_newest_picture_is_kept() -> None:
    with web_camera({"/video": motion_jpeg(PICTURES, 100)}) as camera, open_source(f"{camera.address}/video") as source:
        first = next(source)
        until(lambda: source.frames > 60, "sixty pictures came")
        frame = next(source)
        assert frame.number > 50 > first.number
        assert number_of(frame.image) == frame.number % 20


def test_an_endless_stream_is_read(stream: Path) -> None:
    def answer(request: Request) -> None:
        request.begin("video/mp2t")
        data = stream.read_bytes()
        for start in range(0, len(data), 1880):
            request.wfile.write(data[start : start + 1880])
            request.wait(0.02)
        request.server.off.wait()

    with web_camera({"/live.ts": answer}) as camera, open_camera(f"{camera.address}/live.ts", IMPATIENT) as source:
        seen = [next(source) for _ in range(5)]
    assert [number_of(frame.image) for frame in seen] == [frame.number for frame in seen]


def test_a_connection_may_begin_between_key_pictures(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.ts", 80, distance=50)
    with av.open(str(clip)) as file:
        places = [packet.pos for packet in file.demux(video=0) if packet.pos is not None]
    rest = clip.read_bytes()[: 2 * 188] + clip.read_bytes()[places[5] :]  # the tables come first
    answers = {"/live.ts": sends("video/mp2t", rest)}
    with web_camera(answers) as camera, open_camera(f"{camera.address}/live.ts", IMPATIENT) as source:
        until(lambda: source.frames >= 20, "what follows the second key picture is read")
        assert source.broken == 0


def test_a_playlist_is_read_at_the_speed_of_its_pictures_to_its_end(stream: Path) -> None:
    answers = {
        "/all.m3u8": sends(LIST, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000\nlow/list.m3u8\n"),
        "/low/list.m3u8": sends(LIST, playlist("part.ts")),
        "/low/part.ts": sends("video/mp2t", stream.read_bytes()),
    }
    with web_camera(answers) as camera, open_source(f"{camera.address}/all.m3u8") as source:
        frames = list(source)
        assert source.frames == 50
    assert frames[-1].time == pytest.approx(49 / 25, abs=0.1)
    assert number_of(frames[-1].image) == 49
    assert len(frames) > 3  # they did not come all at once


def test_a_playlist_that_goes_on_is_followed(stream: Path) -> None:
    part = threading.Event()

    def answer(request: Request) -> None:
        sends(LIST, playlist(*["part.ts"] * (2 if part.is_set() else 1), ended=part.is_set()))(request)

    answers = {"/a.m3u8": answer, "/part.ts": sends("video/mp2t", stream.read_bytes())}
    with web_camera(answers) as camera, open_source(f"{camera.address}/a.m3u8") as source:
        next(source)
        part.set()
        until(lambda: source.frames > 60, "pictures of the second part came")


def secret_part(request: Request) -> None:
    """Sends the client to a file of its own machine."""
    request.begin("text/plain", 302, Location=f"file://{request.server.secret}")  # type: ignore[attr-defined]


@pytest.fixture
def listener() -> WebCamera:
    """A server of this machine that nobody should speak to."""
    return WebCamera({})


LEADS: dict[str, Callable[[Path, int], str]] = {
    "absolute": lambda path, _: playlist(str(path)),
    "file": lambda path, _: playlist(f"file://{path}"),
    "file without slashes": lambda path, _: playlist(f"file:{path}"),
    "upper case": lambda path, _: playlist(f"FILE://{path}"),
    "concat": lambda path, _: playlist(f"concat:{path}|{path}"),
    "concat by address": lambda path, _: playlist(f"concat:file://{path}|http://127.0.0.1/x.ts"),
    "subfile": lambda path, _: playlist(f"subfile,,start,0,end,0,,:{path}"),
    "crypto": lambda path, _: playlist(f"crypto:{path}"),
    "crypto of a file": lambda path, _: playlist(f"crypto+file://{path}"),
    "cache": lambda path, _: playlist(f"cache:{path}"),
    "async": lambda path, _: playlist(f"async:file:{path}"),
    "tcp": lambda _, port: playlist(f"tcp://127.0.0.1:{port}/part.ts"),
    "ftp": lambda _, port: playlist(f"ftp://127.0.0.1:{port}/part.ts"),
    "rtsp": lambda _, port: playlist(f"rtsp://127.0.0.1:{port}/part.ts"),
    "udp": lambda _, port: playlist(f"udp://127.0.0.1:{port}/part.ts"),
    "gopher": lambda _, port: playlist(f"gopher://127.0.0.1:{port}/part.ts"),
    "map": lambda path, _: playlist("part.m4s", key=f'#EXT-X-MAP:URI="file://{path}"\n'),
    "key": lambda path, _: playlist("part.ts", key=f'#EXT-X-KEY:METHOD=AES-128,URI="file://{path}"\n'),
    "list": lambda path, _: f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nfile://{path.with_suffix('.m3u8')}\n",
    "redirect": lambda _, __: playlist("redirect.ts"),
    "ffconcat": lambda path, _: f"ffconcat version 1.0\nfile '{path}'\n",
    "sdp": lambda _, port: f"v=0\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 33\n",
    "dash": lambda path, _: (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:full:2011"><Period>'
        '<AdaptationSet mimeType="video/mp2t"><Representation id="1" bandwidth="1">'
        f"<BaseURL>file://{path}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    ),
}


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("kind", [LIST, "application/octet-stream"])
def test_nothing_leads_from_an_address_into_this_machine(
    stream: Path, listener: WebCamera, lead: str, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    stream.with_suffix(".m3u8").write_text(playlist(stream.name))
    answers = {
        "/list.m3u8": sends(kind, LEADS[lead](stream, listener.server_port)),
        "/part.ts": sends("video/mp2t", bytes(188 * 100)),
        "/redirect.ts": secret_part,
    }
    listener.socket.settimeout(0)
    with web_camera(answers) as camera:
        camera.secret = stream  # type: ignore[attr-defined]
        with pytest.raises(SourceError) as failed:
            open_source(f"{camera.address}/list.m3u8")
        assert camera.asked[0] == "/list.m3u8"
        assert str(failed.value).startswith(f"{camera.address}/list.m3u8: ")
    with listener.socket, pytest.raises(BlockingIOError):
        listener.socket.accept()
    assert capfd.readouterr() == ("", "")


def test_the_same_playlist_is_read_where_it_leads_to_the_camera(stream: Path) -> None:
    """What the test above refuses is refused for where it leads, not for how it is written."""
    answers = {
        "/list.m3u8": sends(LIST, playlist("moved.ts")),
        "/moved.ts": lambda request: request.begin("text/plain", 302, Location="/part.ts"),
        "/part.ts": sends("video/mp2t", stream.read_bytes()),
    }
    with web_camera(answers) as camera, open_source(f"{camera.address}/list.m3u8") as source:
        assert number_of(next(source).image) < 50


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda request: request.send_error(404), "has nothing at this path"),
        (lambda request: request.send_error(403), "forbids it"),
        (lambda request: request.send_error(500), "has an error of its own"),
        (sends("text/html", "<html>It works!</html>" * 100), "sends nothing that is read"),
        (sends("image/jpeg", b""), "sends nothing that is read"),
    ],
)
def test_why_there_is_no_video_is_one_line(answer: Callable[[Request], None], fault: str) -> None:
    with web_camera({"/video": answer}) as camera:
        with pytest.raises(SourceError) as failed:
            open_source(f"{camera.address}/video")
        assert str(failed.value) == f"{camera.address}/video: {fault}"


def test_a_password_opens_the_camera_and_is_shown_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    expected = "Basic " + base64.b64encode(b"gate:p@ss word").decode()

    def answer(request: Request) -> None:
        if request.headers["Authorization"] == expected:
            motion_jpeg(PICTURES)(request)
        else:
            request.begin("text/plain", 401, **{"WWW-Authenticate": 'Basic realm="camera"'})

    with web_camera({"/video": answer}) as camera:
        place = camera.address.removeprefix("http://")
        with open_source(f"http://gate:p@ss%20word@{place}/video") as source:
            next(source)
            shown = [source.name, repr(source), repr(source.state()), str(threading.enumerate())]
        with pytest.raises(SourceError) as failed:
            open_source(f"http://gate:pa55word@{place}/video")
    assert str(failed.value) == (
        f"http://gate:***@{place}/video: asks for a user and a password, or does not know them"
    )
    assert shown[0] == f"http://gate:***@{place}/video"
    assert not any("ss%20word" in text or "pa55word" in text for text in shown)
    assert failed.value.__cause__ is None
    assert capfd.readouterr() == ("", "")


def test_a_camera_that_stands_still_is_connected_again() -> None:
    with web_camera({"/video": motion_jpeg(PICTURES[:1])}) as camera:
        patience = Patience(answer=5, still=0.6, first_pause=0.02, longest_pause=0.05)
        with open_camera(f"{camera.address}/video", patience) as source:
            until(lambda: source.state().error == "the same picture for 0.6 s", "it is noticed")
            until(lambda: reconnected(source), "it is connected again")
            assert source.state().error is not None  # the picture is still the same
            until(lambda: source.state().error == "the same picture for 1.2 s", "it waits for longer")
            camera.answers["/video"] = motion_jpeg(PICTURES)
            until(lambda: source.state().error is None, "the picture moves again")


def test_a_camera_that_never_answers_is_given_up() -> None:
    answers, patience = {"/video": lambda request: request.server.off.wait()}, Patience(answer=0.4, first_pause=1.0)
    with web_camera(answers) as camera, open_camera(f"{camera.address}/video", patience) as source:
        until(lambda: source.state().error == "did not answer for 0.4 s", "it is noticed")
        until(lambda: len(camera.asked) > 1, "it is asked again")


def test_a_camera_that_hangs_is_left_and_connected_again() -> None:
    hangs = threading.Event()

    def answer(request: Request) -> None:
        if hangs.is_set():
            motion_jpeg(PICTURES)(request)
            return
        hangs.set()
        request.begin("multipart/x-mixed-replace; boundary=next")
        for picture in PICTURES[:5]:
            request.wfile.write(b"--next\r\nContent-Type: image/jpeg\r\n\r\n" + picture + b"\r\n")
        request.server.off.wait()

    patience = Patience(answer=0.5, still=1000, first_pause=1.0)
    with web_camera({"/video": answer}) as camera, open_camera(f"{camera.address}/video", patience) as source:
        first = next(source)
        until(lambda: source.state().error == "did not answer for 0.5 s", "it is noticed")
        until(lambda: reconnected(source), "it is connected again")
        frame = next(source)
        assert frame.time - first.time > 0.4  # the gap is a gap
        assert frame.number > first.number
        assert frame.wall is not None
        assert first.wall is not None
        passed = (frame.wall - first.wall).total_seconds()
        assert passed == pytest.approx(frame.time - first.time, abs=0.2)


def test_a_camera_that_is_away_is_waited_for() -> None:
    with web_camera({}) as camera, open_camera(f"{camera.address}/video", IMPATIENT) as source:
        until(lambda: source.state().error == "has nothing at this path", "it is noticed")
        assert not source.state().online
        camera.answers["/video"] = motion_jpeg(PICTURES)
        next(source)
        assert source.state().error is None


def test_a_source_ends_at_once_while_its_camera_hangs() -> None:
    with web_camera({"/video": lambda request: request.server.off.wait()}) as camera:
        source = open_camera(f"{camera.address}/video")
        until(lambda: camera.asked, "it is asked")
        ended: list[list[object]] = []
        waiting = threading.Thread(target=lambda: ended.append(list(source)))
        waiting.start()
        begun = time.monotonic()
        source.close()
        waiting.join()
        assert time.monotonic() - begun < 5  # the camera has ten seconds to answer
        assert ended == [[]]


def test_a_program_ends_at_once_while_a_camera_hangs() -> None:
    program = (
        "import sys; from src.video.sources import open_camera\n"
        "source = open_camera(sys.argv[1]); sys.stdin.readline(); print('over')"
    )
    with web_camera({"/video": lambda request: request.server.off.wait()}) as camera:
        command = [sys.executable, "-c", program, f"{camera.address}/video"]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=-1, stderr=-1, text=True)
        until(lambda: camera.asked, "it is asked")
        printed = process.communicate("\n", timeout=9)  # the camera has ten seconds to answer
    assert (process.returncode, printed) == (0, ("over\n", ""))


def test_a_file_is_no_camera(stream: Path) -> None:
    with pytest.raises(SourceError, match=r"clip\.ts: a file, not a camera"):
        open_camera(str(stream))


def test_the_fault_of_a_program_is_raised_where_frames_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise http.client.HTTPException("a mistake")

    monkeypatch.setattr("src.video.live.connect", broken)
    with open_camera("http://127.0.0.1:9/") as source, pytest.raises(http.client.HTTPException, match="a mistake"):
        next(source)
