"""Models on a server give what they give here, and whatever is wrong with the server is one line that names it."""

import gc
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest

from src.core.card import CardError, load_card, write_card
from src.core.image import read_image
from src.runtime import triton_model
from src.runtime.detector import Detector
from src.runtime.plate_reader import PlateReader
from src.runtime.reader import CropReader, Reader
from src.runtime.session import open_model
from src.runtime.triton import TritonError, TritonServer
from src.runtime.triton_model import TritonModel
from tests.conftest import (
    CANVAS,
    CROP,
    fake_detector,
    fake_ocr,
    with_corners,
    with_formats,
    with_free_sides,
    write_model,
)
from tests.runtime.kserve import SERVERS, Core, Running

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")

Photo = Callable[..., Path]
BLUE = np.full((*CROP, 3), (0, 0, 255), np.uint8)


def other_ocr() -> onnx.ModelProto:
    """Reads as the fake one does, and is another file."""
    model = fake_ocr()
    model.producer_name = "another"
    return model


OCR = {"task": "ocr", "input_size": CROP, "alphabet": "AB01京"}


class TestTheSameResults:
    def test_a_photograph(self, running: Running, photo: Photo) -> None:
        with_formats(running.models)  # formats are of the card alone: the server need not know
        running.ships_again("ocr")
        image = read_image(photo(blue=True))
        here, there = Reader(running.models, 1).read(image), Reader(running.models, triton=running.url).read(image)
        assert [p.reading for p in there.plates] == [p.reading for p in here.plates]
        assert [p.reading.text for p in there.plates] == ["AB01", "京B0"]
        for ours, theirs in zip(there.plates, here.plates, strict=True):
            np.testing.assert_array_equal(ours.box, theirs.box)
            assert ours.detection_confidence == theirs.detection_confidence

    def test_a_crop(self, running: Running) -> None:
        reader = CropReader(running.models, triton=running.url)
        assert reader.read(BLUE).plates[0].reading.text == "京B0"
        assert reader.plate_reader.providers == (running.url,)

    def test_canvases_of_any_size_and_corners(self, running: Running, photo: Photo) -> None:
        free = with_corners(with_free_sides(fake_detector()))
        running.ships("detector", free, task="detector", input_size=(96, 96), stride=32)
        reader, landscape = Reader(running.models, triton=running.url), read_image(photo(size=8))
        for image in (landscape, np.ascontiguousarray(np.rot90(landscape)), landscape[:248]):
            (ours,), (theirs,) = reader.read(image).plates, Reader(running.models, 1).read(image).plates
            np.testing.assert_array_equal(ours.corners, theirs.corners)
            np.testing.assert_array_equal(ours.box, theirs.box)

    def test_more_images_than_the_server_takes_at_once(self, running: Running) -> None:
        sizes: list[int] = []
        running.core.before = lambda images: sizes.append(len(images))
        images = np.random.default_rng(0).integers(0, 256, (19, *CANVAS, 3), np.uint8)
        model = TritonModel(TritonServer(running.url), running.models / "detector")
        answers = model.run(images)
        assert sizes == [8, 8, 3]
        for name, values in open_model(running.models / "detector", 1).run(images).items():
            np.testing.assert_array_equal(answers[name], values)
            assert answers[name].flags.writeable
        assert Detector(model).card == model.card

    def test_many_threads_at_once(self, running: Running) -> None:
        reader, barrier = CropReader(running.models, triton=running.url), threading.Barrier(6)

        def read(colour: int) -> list[str]:
            barrier.wait()
            image = np.zeros((*CROP, 3), np.uint8)
            image[..., colour] = 255
            return [reader.read(image).plates[0].reading.text for _ in range(5)]

        with ThreadPoolExecutor(6) as pool:
            texts = list(pool.map(read, [0, 2] * 3))
        assert texts == [["AB01"] * 5, ["京B0"] * 5] * 3

    def test_another_thread_may_let_go_of_it(self, running: Running) -> None:
        """Of a client, or of an error that holds one: gevent would complain, on standard error, and so would pytest."""
        kept: list[object] = []

        def fail() -> None:
            server = TritonServer(running.url)
            try:
                server.config("another")
            except TritonError as error:
                kept.extend((server, error))

        with ThreadPoolExecutor(1) as pool:
            pool.submit(fail).result()
            kept.clear()
            gc.collect()


class TestOpening:
    @pytest.mark.parametrize(
        "url", ["", "localhost:8001", "https://gate:8000", "grpc://", "http://gate:8000/v2", "http://gate:port"]
    )
    def test_what_is_no_url_of_a_server(self, models: Path, url: str) -> None:
        with pytest.raises(TritonError, match=rf"^'{url}' is no URL of a Triton server such as grpc://host:8001"):
            Reader(models, triton=url)

    def test_nobody_there(self, models: Path, scheme: str) -> None:
        with pytest.raises(TritonError, match=rf"^{scheme}://127\.0\.0\.1:1: .*[Rr]efused"):
            Reader(models, triton=f"{scheme}://127.0.0.1:1")

    def test_another_kind_of_server(self, models: Path, tmp_path: Path) -> None:
        (tmp_path / "none").mkdir()
        with SERVERS["http"](Core(tmp_path / "none")) as url, pytest.raises(TritonError, match=f"^grpc.*{url[-5:]}: "):
            TritonServer(url.replace("http", "grpc"), timeout=5)
        with SERVERS["grpc"](Core(tmp_path / "none")) as url, pytest.raises(TritonError, match=f"^http.*{url[-5:]}: "):
            TritonServer(url.replace("grpc", "http"), timeout=5)

    def test_a_model_that_is_not_served(self, running: Running) -> None:
        del running.core.models["plate_reader"]
        with pytest.raises(TritonError, match=rf"^{running.url}: .*'plate_reader' is not found"):
            Reader(running.models, triton=running.url)

    def test_other_weights_than_the_cards(self, running: Running) -> None:
        before = load_card(running.models / "ocr").sha256
        write_model(running.models / "ocr", other_ocr(), **OCR)
        after = load_card(running.models / "ocr").sha256
        said = rf"^{running.url}: plate_reader: serves {before[:12]}, not {after[:12]} of {running.models / 'ocr'}$"
        with pytest.raises(TritonError, match=said):
            Reader(running.models, triton=running.url)

    def test_a_model_of_somebody_else(self, running: Running) -> None:
        running.core.models["plate_reader"].config.parameters.clear()
        with pytest.raises(TritonError, match="plate_reader: serves an unknown one, not "):
            CropReader(running.models, triton=running.url)

    def test_outputs_that_are_not_the_readers(self, running: Running) -> None:
        running.core.models["plate_reader"].config.output[0].name = "logits"
        with pytest.raises(CardError, match=rf"^{running.url}: plate_reader: has no float32 output 'log_probs'"):
            CropReader(running.models, triton=running.url)

    def test_a_size_that_is_not_the_cards(self, running: Running) -> None:
        running.core.models["plate_reader"].config.input[0].dims[0] = 16
        with pytest.raises(CardError, match=r"plate_reader: input is uint8 \[\?, 16, 24, 3\], its card says \(8, 24\)"):
            CropReader(running.models, triton=running.url)

    def test_an_incomplete_export(self, running: Running) -> None:
        (running.models / "ocr" / "card.json").unlink()
        with pytest.raises(CardError, match=r"ocr: no card\.json"):
            CropReader(running.models, triton=running.url)

    def test_without_tritonclient(self, running: Running, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, f"tritonclient.{scheme}", None)
        with pytest.raises(TritonError, match=rf"^{running.url}: needs tritonclient: pip install .*\[triton\]"):
            Reader(running.models, triton=running.url)


class TestAServerThatChanges:
    def test_other_weights_after_a_restart_are_noticed(self, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        """Under the same number: the version alone would not tell."""
        reader = PlateReader(TritonModel(TritonServer(running.url), running.models / "ocr"))
        assert reader.read_crops([BLUE])[0].text == "京B0"
        running.core.models["plate_reader"].config.parameters["sha256_of_version_1"].string_value = "f" * 64
        monkeypatch.setattr(triton_model, "QUIET", 0)
        with pytest.raises(TritonError, match=rf"^{running.url}: plate_reader: serves ffffffffffff, not "):
            reader.read_crops([BLUE])

    def test_a_newer_version_is_not_asked_in_its_stead(self, running: Running) -> None:
        reader = PlateReader(TritonModel(TritonServer(running.url), running.models / "ocr"))
        running.ships("ocr", other_ocr(), **OCR)
        with pytest.raises(TritonError, match=r"'plate_reader' version 1 is not found"):
            reader.read_crops([BLUE])
        assert CropReader(running.models, triton=running.url).read(BLUE).plates[0].reading.text == "京B0"

    def test_the_same_weights_under_another_number_go_on(
        self, running: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reader = PlateReader(TritonModel(TritonServer(running.url), running.models / "ocr"))
        (running.repository / "plate_reader" / "1").rename(running.repository / "plate_reader" / "4")
        running.ships_again("ocr")
        monkeypatch.setattr(triton_model, "QUIET", 0)
        assert reader.read_crops([BLUE])[0].text == "京B0"

    def test_a_card_that_is_calibrated_anew_needs_no_other_server(self, running: Running) -> None:
        card = load_card(running.models / "detector")
        write_card(card.model_copy(update={"confidence_threshold": 0.7}), running.models / "detector")
        assert Reader(running.models, triton=running.url).detector.min_confidence == 0.7


class TestAServerThatFails:
    def test_no_answer_in_time(self, running: Running) -> None:
        reader, over = (
            PlateReader(TritonModel(TritonServer(running.url, 0.5), running.models / "ocr")),
            threading.Event(),
        )
        running.core.before = lambda images: over.wait(20)
        start = time.monotonic()
        with pytest.raises(TritonError, match=rf"^{running.url}: no answer within 0\.5 s$"):
            reader.read_crops([BLUE])
        assert time.monotonic() - start < 5
        over.set()
        running.core.before = lambda images: None
        assert reader.read_crops([BLUE])[0].text == "京B0"

    def test_death_in_the_middle_of_a_request_and_a_successor(self, running: Running, scheme: str) -> None:
        reader = PlateReader(TritonModel(TritonServer(running.url, 5), running.models / "ocr"))
        running.core.before = lambda images: running.core.die()
        for _ in range(2):
            with pytest.raises(TritonError, match=rf"^{running.url}: \S"):
                reader.read_crops([BLUE])
        running.core.before = lambda images: None
        with SERVERS[scheme](running.core, int(running.url.rpartition(":")[2])):
            assert reader.read_crops([BLUE])[0].text == "京B0"  # at once, not when a pause of many faults is over

    def test_an_answer_without_its_values(self, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        reader = PlateReader(TritonModel(TritonServer(running.url), running.models / "ocr"))
        monkeypatch.setattr(running.core, "infer", lambda *_: {"log_probs": Hollow()})
        with pytest.raises(TritonError, match=rf"^{running.url}: answer makes no sense \(ValueError: cannot reshape"):
            reader.read_crops([BLUE])


class Hollow:
    """An array that has lost its values on the way."""

    shape, nbytes = (1, 9, 6), 0

    def tobytes(self) -> bytes:
        return b""
