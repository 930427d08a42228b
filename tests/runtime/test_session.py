"""A model is opened as asked for, or refused by name."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from src.core.card import CardError, sha256_of
from src.runtime.detector import Detector
from src.runtime.plate_reader import PlateReader
from src.runtime.session import ProviderError, available_providers, open_model
from tests.conftest import CANVAS, fake_detector, with_free_sides, write_model


def restate(folder: Path, **changes: object) -> None:
    """Changes keys of a folder's card."""
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps(card | changes))


def test_outputs_are_named_and_the_batch_is_free(models: Path) -> None:
    model = open_model(models / "detector", 1)
    outputs = model.run(np.zeros((3, *model.card.input_size, 3), np.uint8))
    assert {name: array.shape for name, array in outputs.items()} == {"boxes": (3, 2, 4), "scores": (3, 2)}


def test_threads_reach_the_session(models: Path) -> None:
    model = open_model(models / "ocr", 3)
    assert model.session.get_session_options().intra_op_num_threads == 3


def test_by_default_a_session_has_as_many_threads_as_usable_cores(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.runtime.session.usable_cores", lambda: 5)
    assert open_model(models / "ocr").session.get_session_options().intra_op_num_threads == 5


def test_an_unknown_provider_is_an_error_that_names_the_available_ones(models: Path) -> None:
    with pytest.raises(ProviderError, match=r"'teapot' is not part .*available here: .*cpu"):
        Detector(models / "detector", provider="teapot")


def test_a_model_that_is_open_already_is_used(models: Path) -> None:
    model = open_model(models / "detector", 1)
    assert (Detector(model).card, PlateReader(open_model(models / "ocr", 1)).providers) == (model.card, model.providers)
    with pytest.raises(CardError, match="task: is 'detector', 'ocr' is needed"):
        PlateReader(model)


def test_azure_is_not_offered() -> None:
    assert "azure" not in available_providers()
    assert available_providers()["cpu"] == "CPUExecutionProvider"


def test_a_provider_that_the_session_does_not_take_is_an_error(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build with CUDA on a machine without a GPU: onnxruntime logs a line and gives a CPU session."""
    started = ort.InferenceSession(models / "ocr" / "model.onnx", providers=["CPUExecutionProvider"])
    names = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(ort, "get_available_providers", lambda: names)
    monkeypatch.setattr(ort, "InferenceSession", lambda *_, **__: started)
    with pytest.raises(ProviderError, match=r"'cuda' could not be started \(available here: cuda, cpu\)"):
        PlateReader(models / "ocr", provider="cuda")


def test_an_altered_model_is_refused(models: Path) -> None:
    with (models / "ocr" / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(CardError, match="does not match the sha256"):
        PlateReader(models / "ocr")


def test_a_model_of_the_other_kind_is_refused(models: Path) -> None:
    with pytest.raises(CardError, match="task: is 'ocr', 'detector' is needed"):
        Detector(models / "ocr")


def test_a_file_that_is_no_model_is_refused(models: Path) -> None:
    (models / "ocr" / "model.onnx").write_bytes(b"not a model")
    restate(models / "ocr", sha256=sha256_of(models / "ocr" / "model.onnx"))
    with pytest.raises(CardError, match=r"model\.onnx: onnxruntime cannot load it"):
        PlateReader(models / "ocr")


def test_a_size_that_differs_from_the_card_is_refused(models: Path) -> None:
    restate(models / "ocr", input_size=[16, 48])
    with pytest.raises(CardError, match="its card says"):
        PlateReader(models / "ocr")


def test_sides_are_free_only_where_the_card_says_so(models: Path) -> None:
    restate(models / "detector", stride=32)
    with pytest.raises(CardError, match=r"\[\?, 64, 96, 3\], its card says up to \(64, 96\) in steps of 32"):
        Detector(models / "detector")
    write_model(models / "detector", with_free_sides(fake_detector()), task="detector", input_size=CANVAS)
    with pytest.raises(CardError, match=r"\[\?, \?, \?, 3\], its card says \(64, 96\)"):
        Detector(models / "detector")


def test_a_missing_output_is_named(models: Path) -> None:
    path = models / "ocr" / "model.onnx"
    model = onnx.load(path)
    model.graph.node[-1].output[0] = model.graph.output[0].name = "logits_out"
    onnx.save(model, path)
    restate(models / "ocr", sha256=sha256_of(path))
    with pytest.raises(CardError, match="has no float32 output 'log_probs'"):
        PlateReader(models / "ocr")


@pytest.mark.parametrize(("name", "key"), [("detector", "confidence_threshold"), ("ocr", "alphabet")])
def test_a_card_must_state_what_decoding_needs(models: Path, name: str, key: str) -> None:
    restate(models / name, **{key: None})
    with pytest.raises(CardError, match=key):
        (Detector if name == "detector" else PlateReader)(models / name)


def test_runtime_and_command_lines_load_no_library_of_training_or_triton() -> None:
    heavy = {"torch", "hydra", "pytorch_lightning", "ultralytics", "tritonclient", "grpc", "gevent"}
    code = f"import sys, src.runtime, src.infer, src.evaluate, src.benchmark;print(sorted({heavy} & set(sys.modules)))"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
