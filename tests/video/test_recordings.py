"""Video files of all kinds and folders of pictures, and what is no video."""

import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image as PillowImage

from src.video.frame import Frame
from src.video.sources import SourceError, open_source
from tests.video.clips import HEIGHT, WIDTH, add_sound, jpeg, number_of, numbered, write_access_units, write_clip


def read(path: Path) -> list[Frame]:
    with open_source(str(path)) as source:
        return list(source)


def numbers(frames: list[Frame]) -> list[int]:
    return [number_of(frame.image) for frame in frames]


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        *(("a.mp4", "libx264"), ("a.mov", "mpeg4"), ("a.mkv", "libx264"), ("a.ts", "libx264"), ("a.avi", "mjpeg")),
        *(("a.flv", "libx264"), ("a.webm", "libvpx"), ("a.mpg", "mpeg2video"), ("a.3gp", "libx264")),
    ],
)
def test_every_frame_comes_once_at_its_time(tmp_path: Path, name: str, codec: str) -> None:
    with open_source(str(write_clip(tmp_path / name, 30, codec))) as source:
        frames = list(source)
        assert source.name == str(tmp_path / name)
        assert (source.live, source.frames, source.broken, source.fault) == (False, 30, 0, None)
        assert source.duration == pytest.approx(1.2, abs=0.2)
    assert numbers(frames) == list(range(30))
    assert [frame.number for frame in frames] == list(range(30))
    assert [frame.time for frame in frames] == pytest.approx([n / 25 for n in range(30)], abs=0.002)
    assert {(frame.width, frame.height, frame.wall) for frame in frames} == {(WIDTH, HEIGHT, None)}


def test_times_are_those_of_the_timestamps(tmp_path: Path) -> None:
    times = [3.0, 3.04, 3.5, 3.51, 7.0]
    frames = read(write_clip(tmp_path / "a.mkv", 5, times=times))
    assert [frame.time for frame in frames] == pytest.approx([time - 3.0 for time in times], abs=0.002)


def test_times_go_on_where_the_timestamps_begin_again(tmp_path: Path) -> None:
    one = write_clip(tmp_path / "a.ts", 30).read_bytes()
    (tmp_path / "twice.ts").write_bytes(one + one)
    frames = read(tmp_path / "twice.ts")
    assert len(frames) > 50
    assert (np.diff([frame.time for frame in frames]) >= 0).all()
    assert frames[-1].time == pytest.approx(len(frames) / 25, abs=0.2)


def test_times_do_not_go_back_by_a_little(tmp_path: Path) -> None:
    one = write_clip(tmp_path / "a.ts", 10).read_bytes()
    (tmp_path / "twice.ts").write_bytes(one + one)
    times = [frame.time for frame in read(tmp_path / "twice.ts")]
    assert len(times) > 10
    assert times == sorted(times)


@pytest.mark.parametrize(("turned", "size"), [(90, (HEIGHT, WIDTH)), (-90, (HEIGHT, WIDTH)), (180, (WIDTH, HEIGHT))])
def test_a_turned_video_is_shown_upright(tmp_path: Path, turned: float, size: tuple[int, int]) -> None:
    frame = read(write_clip(tmp_path / "a.mp4", 1, turned=turned))[0]
    assert (frame.width, frame.height) == size
    assert frame.image.shape == (*size[::-1], 3)
    lying = np.rot90(frame.image, -turned // 90)  # back to how it was recorded
    assert np.abs(lying.astype(int) - numbered(0)).mean() < 10


def test_a_damaged_frame_is_left_out_and_counted(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", 30, options={"cluster_time_limit": "100000"})
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as file:
        packet = [packet for packet in file.demux(video=0) if packet.size][15]
        place, size = bytes(data).index(bytes(packet)), packet.size
    data[place : place + size] = b"\xff" * size  # no unit of H.264 is so long
    path.write_bytes(data)
    with open_source(str(path)) as source:
        frames = list(source)
        assert source.broken >= 1
        assert source.frames == len(frames) == 30 - source.broken
    assert numbers(frames)[:10] == list(range(10))  # up to the key picture before the damage
    assert frames[-1].time == pytest.approx(29 / 25, abs=0.002)
    assert numbers(frames)[-1] == 29


def test_what_is_left_of_a_file_is_shown(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", 40, options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 3 // 4])
    with open_source(str(path)) as source:
        found = numbers(list(source))
        assert source.broken == 1  # the frame that is cut
        assert source.fault == f"cut off after {len(found) + source.broken} of 40 pictures"
    assert 10 < len(found) < 39
    assert found == sorted(found)  # one that is shown earlier may be stored later, and is lost
    assert found[:10] == list(range(10))


def test_ffmpeg_says_nothing_of_its_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_clip(tmp_path / "a.ts", 40)
    path.write_bytes(path.read_bytes()[5000:20000] + np.random.default_rng(0).bytes(3000) + path.read_bytes()[20000:])
    read(path)
    assert capfd.readouterr() == ("", "")


def no_pictures(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as file:
        add_sound(file)


def a_song_with_a_cover(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as file:
        cover = file.add_stream("mjpeg", 25)
        cover.width, cover.height, cover.pix_fmt = WIDTH, HEIGHT, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        add_sound(file)
        packet = av.Packet(jpeg(0))
        packet.stream, packet.pts, packet.dts, packet.time_base = cover, 0, 0, Fraction(1, 25)
        file.mux(packet)


def a_sound(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))


def without_its_index(path: Path) -> None:
    whole = write_clip(path.with_name("whole.mp4"), 40)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])


def a_text(path: Path) -> None:
    path.write_text("Kennzeichen\n" * 1000)


def a_list_of_files(path: Path) -> None:
    clip = write_clip(path.with_name("clip.ts"))
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.2,\n{clip}\n#EXT-X-ENDLIST\n")


def a_list_that_joins(path: Path) -> None:
    write_clip(path.with_name("clip.mp4"))
    path.write_text("ffconcat version 1.0\nfile clip.mp4\n")


def a_session(path: Path) -> None:
    path.write_text("v=0\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n")


@pytest.mark.parametrize(
    ("make", "name", "fault"),
    [
        (no_pictures, "song.m4a", "has no pictures, only sound"),
        (a_song_with_a_cover, "cover.m4a", "has no pictures, only sound"),
        (a_sound, "song.wav", "not a video"),
        (without_its_index, "cut.mp4", "cut off: its index"),
        (a_text, "text.mp4", "not a video"),
        (Path.touch, "nothing.mp4", "not a video"),
        (a_list_of_files, "list.m3u8", "not a video"),
        (a_list_of_files, "list.mp4", "not a video"),
        (a_list_that_joins, "list.ffconcat", "not a video"),
        (a_session, "camera.sdp", "not a video"),
        (Path.mkdir, "empty", "a folder without pictures"),
    ],
)
def test_what_is_no_video_is_one_line(
    tmp_path: Path, make: Callable[[Path], object], name: str, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / name)
    with pytest.raises(SourceError) as failed:
        open_source(str(tmp_path / name))
    assert str(failed.value).startswith(f"{tmp_path / name}: {fault}")
    assert str(failed.value).isprintable()
    assert capfd.readouterr() == ("", "")


def test_a_raw_stream_without_a_container_is_read(tmp_path: Path) -> None:
    pattern = Path(write_access_units(tmp_path / "units", 20))
    raw = b"".join(path.read_bytes() for path in sorted(pattern.parent.iterdir()))
    (tmp_path / "a.h264").write_bytes(raw)
    assert numbers(read(tmp_path / "a.h264")) == list(range(20))


def test_odd_names_are_names_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    clip = write_clip(tmp_path / "clip.mp4", 3).read_bytes()
    for name in ("concat:a|b.mp4", "http:x.mp4", "-i.mp4", "100%.mp4", "Зоя?.mp4"):
        Path(name).write_bytes(clip)
        with open_source(name) as source:
            assert len(list(source)) == 3


def test_a_folder_is_a_video_of_its_pictures(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        PillowImage.fromarray(numbered(number)).save(tmp_path / f"frame{number}.png")
    (tmp_path / "frame9.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").touch()
    (tmp_path / ".frame0.png").write_bytes((tmp_path / "frame1.png").read_bytes())
    with open_source(str(tmp_path), frame_rate=10) as source:
        assert (source.duration, source.live) == (0.4, False)
        frames = list(source)
        assert (source.frames, source.broken) == (3, 1)
    assert numbers(frames) == [1, 2, 10]
    assert [frame.number for frame in frames] == [0, 1, 3]
    assert [frame.time for frame in frames] == pytest.approx([0.0, 0.1, 0.3])


def test_pictures_of_a_folder_are_turned_as_their_exif_says(tmp_path: Path) -> None:
    exif = PillowImage.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    PillowImage.fromarray(np.rot90(numbered(5))).save(tmp_path / "a.png", exif=exif)
    assert numbers(read(tmp_path)) == [5]


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_wrong_rate_is_named(tmp_path: Path, rate: float) -> None:
    PillowImage.fromarray(numbered(1)).save(tmp_path / "a.png")
    with pytest.raises(SourceError, match="is no rate"):
        open_source(str(tmp_path), frame_rate=rate)


def test_a_closed_source_gives_nothing_more(tmp_path: Path) -> None:
    PillowImage.fromarray(numbered(1)).save(tmp_path / "a.png")
    for path in (write_clip(tmp_path / "a.mp4"), tmp_path):
        source = open_source(str(path))
        next(source)
        source.close()
        source.close()
        assert list(source) == []
