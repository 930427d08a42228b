"""A model repository as Triton's own schema has it, which says what its models are and keeps their versions apart."""

import os
from pathlib import Path
from typing import Any

import onnx
import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from src.core.card import CardError, load_card, sha256_of, write_card
from src.export.triton import add_model, main
from src.runtime.plate_reader import MAX_BATCH
from tests.conftest import ALPHABET, CANVAS, CROP, fake_detector, fake_ocr, with_free_sides, write_model

EXPORTS = Path("exports")
TYPES = {onnx.TensorProto.UINT8: "TYPE_UINT8", onnx.TensorProto.FLOAT: "TYPE_FP32"}
OCR = {"task": "ocr", "input_size": CROP, "alphabet": ALPHABET}


def config_of(served: Path) -> Any:
    """``config.pbtxt``, which may hold nothing that Triton does not know."""
    return text_format.Parse((served / "config.pbtxt").read_text(encoding="utf-8"), model_config_pb2.ModelConfig())


def hashes(served: Path) -> dict[str, str]:
    return {key: value.string_value for key, value in config_of(served).parameters.items()}


def another(model: onnx.ModelProto, number: int) -> onnx.ModelProto:
    """The same network in another file."""
    model.model_version = number
    return model


def in_config(tensors: Any) -> dict[str, tuple[str, list[int]]]:
    return {t.name: (model_config_pb2.DataType.Name(t.data_type), list(t.dims)) for t in tensors}


def in_graph(tensors: Any) -> dict[str, tuple[str, list[int]]]:
    found = {}
    for tensor in tensors:
        kind = tensor.type.tensor_type
        sides = [side.dim_value if side.HasField("dim_value") else -1 for side in kind.shape.dim]
        assert sides[0] == -1, "Triton's batches need a free first side"
        found[tensor.name] = TYPES[kind.elem_type], sides[1:]
    return found


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repository = tmp_path_factory.mktemp("triton")
    assert main([str(EXPORTS), str(repository)]) == 0
    return repository


@pytest.mark.parametrize(("name", "export"), [("plate_detector", "detector"), ("plate_reader", "ocr")])
class TestShipped:
    def test_the_configuration_is_the_graphs(self, shipped: Path, name: str, export: str) -> None:
        config, graph = config_of(shipped / name), onnx.load(EXPORTS / export / "model.onnx").graph
        assert (config.name, config.backend) == (name, "onnxruntime")
        assert in_config(config.input) == in_graph(graph.input)
        assert in_config(config.output) == in_graph(graph.output)

    def test_the_file_is_the_cards(self, shipped: Path, name: str, export: str) -> None:
        sha256 = load_card(EXPORTS / export).sha256
        assert sha256_of(shipped / name / "1" / "model.onnx") == sha256
        assert hashes(shipped / name) == {"sha256_of_version_1": sha256}
        assert sorted(os.listdir(shipped / name)) == ["1", "config.pbtxt"]

    def test_it_is_warmed_up_with_what_it_takes(self, shipped: Path, name: str, export: str) -> None:
        config, card = config_of(shipped / name), load_card(EXPORTS / export)
        assert config.model_warmup
        for warmup in config.model_warmup:
            (value,) = warmup.inputs.values()
            height, width, channels = value.dims
            assert (list(warmup.inputs), channels, value.zero_data) == (["images"], 3, True)
            assert height <= card.input_size[0]
            assert width <= card.input_size[1]
            assert (height % (card.stride or card.input_size[0]), width % (card.stride or card.input_size[1])) == (0, 0)
            assert warmup.batch_size <= config.max_batch_size


def test_batches(shipped: Path) -> None:
    reader, detector = config_of(shipped / "plate_reader"), config_of(shipped / "plate_detector")
    assert reader.max_batch_size == MAX_BATCH  # as many as the runtime sends
    assert max(reader.dynamic_batching.preferred_batch_size) <= MAX_BATCH
    assert 0 < reader.dynamic_batching.max_queue_delay_microseconds <= 5000
    assert detector.max_batch_size > 1
    assert detector.HasField("dynamic_batching")
    assert detector.dynamic_batching.max_queue_delay_microseconds == 0
    assert not any(tensor.allow_ragged_batch for tensor in detector.input)  # only canvases of one size go together


def test_no_alphabet_is_told_twice(shipped: Path) -> None:
    assert "京" not in (shipped / "plate_reader" / "config.pbtxt").read_text(encoding="utf-8")
    assert not [*shipped.rglob("*.txt"), *shipped.rglob("card.json")]


class TestVersions:
    def test_changed_weights_are_the_next_version(self, models: Path, tmp_path: Path) -> None:
        served, files = tmp_path / "plate_reader", []
        for number in (1, 2, 3):
            write_model(models / "ocr", another(fake_ocr(), number), **OCR)
            assert add_model(models / "ocr", tmp_path) == served / str(number)
            files.append(load_card(models / "ocr").sha256)
        assert hashes(served) == {f"sha256_of_version_{n}": sha256 for n, sha256 in enumerate(files, 1)}
        assert [sha256_of(served / str(n) / "model.onnx") for n in (1, 2, 3)] == files
        assert config_of(served).version_policy.latest.num_versions == 1

    def test_the_same_weights_are_none_and_leave_no_trace(self, models: Path, tmp_path: Path) -> None:
        """A server that watches the repository would load the model again."""
        repository = tmp_path / "triton"
        add_model(models / "ocr", repository)
        before = {path: path.stat().st_mtime_ns for path in repository.rglob("*")}
        card = load_card(models / "ocr")
        write_card(card.model_copy(update={"created": "2026-01-01"}), models / "ocr")
        assert add_model(models / "ocr", repository) == repository / "plate_reader" / "1"
        assert {path: path.stat().st_mtime_ns for path in repository.rglob("*")} == before

    def test_going_back_is_a_version_too(self, models: Path, tmp_path: Path) -> None:
        for number in (1, 2, 1):
            write_model(models / "ocr", another(fake_ocr(), number), **OCR)
            last = add_model(models / "ocr", tmp_path)
        assert last == tmp_path / "plate_reader" / "3"
        assert sha256_of(last / "model.onnx") == sha256_of(tmp_path / "plate_reader" / "1" / "model.onnx")

    def test_versions_count_as_numbers_and_what_is_none_stays(self, models: Path, tmp_path: Path) -> None:
        served = tmp_path / "plate_reader"
        add_model(models / "ocr", tmp_path)
        (served / "1").rename(served / "10")
        for name in ("9", "2-backup", "configs"):
            (served / name).mkdir()
            (served / name / "model.onnx").touch()
        write_model(models / "ocr", another(fake_ocr(), 2), **OCR)
        assert add_model(models / "ocr", tmp_path) == served / "11"
        assert set(hashes(served)) == {f"sha256_of_version_{number}" for number in (9, 10, 11)}

    def test_what_an_interrupted_export_has_left_is_cleared(self, models: Path, tmp_path: Path) -> None:
        (tmp_path / "plate_reader" / "building").mkdir(parents=True)
        (tmp_path / "plate_reader" / "building" / "model.onnx").write_bytes(b"half")
        add_model(models / "ocr", tmp_path)
        assert sorted(os.listdir(tmp_path / "plate_reader")) == ["1", "config.pbtxt"]


def test_sides_are_free_where_the_cards_are(models: Path, tmp_path: Path) -> None:
    add_model(models / "detector", tmp_path)
    config = config_of(tmp_path / "plate_detector")
    assert list(config.input[0].dims) == [*CANVAS, 3]
    assert [list(w.inputs["images"].dims) for w in config.model_warmup] == [[*CANVAS, 3]]
    write_model(models / "detector", with_free_sides(fake_detector()), task="detector", input_size=(96, 96), stride=32)
    add_model(models / "detector", tmp_path)
    config = config_of(tmp_path / "plate_detector")
    assert list(config.input[0].dims) == [-1, -1, 3]
    assert [list(w.inputs["images"].dims) for w in config.model_warmup] == [[64, 96, 3], [96, 96, 3]]


def test_an_altered_model_is_not_served(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (models / "detector" / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(CardError, match="does not match the sha256"):
        add_model(models / "detector", tmp_path / "triton")
    assert main([str(models), str(tmp_path / "triton")]) == 2
    printed, told = capsys.readouterr()
    assert (printed, told.count("\n")) == ("", 1)
    assert told.startswith(f"python -m src.export.triton: {models / 'detector' / 'model.onnx'}: does not match")
    assert not (tmp_path / "triton").exists()
