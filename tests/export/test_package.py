"""A folder is shipped whole, or an older one stays as it was."""

import errno
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from omegaconf import OmegaConf
from torch import Tensor, nn

from src.core.alphabet import Alphabet
from src.core.card import load_card
from src.core.limits import LEAST_READING
from src.export.__main__ import run
from src.export.onnx import ParityError
from src.export.package import ExportError, _same_texts, _ship, export_ocr
from src.training.ocr import OCRModule

FACTS = {
    "task": "ocr", "input_size": (8, 16), "alphabet": "AB", "architecture": {}, "trained_on": {}, "metrics": {},
    "commit": "0" * 40,
}  # fmt: skip


class Brightness(nn.Module):
    """``log_probs [N, 1, 3]`` whose surest class says which channel is brightest."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.1))

    def forward(self, images: Tensor) -> Tensor:
        return (self.scale * images.float().mean((1, 2))).log_softmax(-1).unsqueeze(1)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (4, 8, 16, 3), np.uint8)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An export of earlier, which only a good one may replace."""
    (tmp_path / "ocr").mkdir()
    (tmp_path / "ocr" / "older").touch()
    return tmp_path / "ocr"


def test_a_good_export_replaces_the_older(out: Path, images: np.ndarray) -> None:
    _ship(Brightness(), out, images, {"log_probs": 1e-3}, FACTS, lambda _: None)
    assert sorted(p.name for p in out.iterdir()) == ["card.json", "golden.npz", "model.onnx", "weights.safetensors"]
    assert load_card(out).input_size == (8, 16)
    assert np.load(out / "golden.npz")["log_probs"].shape == (2, 1, 3)
    assert [p.name for p in out.parent.iterdir()] == ["ocr"]


def test_a_mismatch_writes_nothing(out: Path, images: np.ndarray) -> None:
    def misreads(path: Path) -> None:
        assert path.is_file()
        raise ParityError("reads otherwise")

    for batch, check in (
        (np.repeat(images[:1], 3, 0), lambda _: None),
        (images[:2], lambda _: None),
        (images, misreads),
    ):
        with pytest.raises(ParityError):
            _ship(Brightness(), out, batch, {"log_probs": 1e-3}, FACTS, check)
        assert [p.name for p in out.iterdir()] == ["older"]
        assert [p.name for p in out.parent.iterdir()] == ["ocr"]


def ship(out: Path, images: np.ndarray) -> None:
    _ship(Brightness(), out, images, {"log_probs": 1e-3}, FACTS, lambda _: None)


def refuse_to_rename(monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    """Lets the renaming of a folder called ``refused`` fail, as where it is a mount point."""
    rename = Path.rename

    def stubborn(self: Path, target: Path) -> Path:
        if self.name == refused:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stubborn)


@pytest.mark.parametrize("refused", ["ocr", ".ocr.building"])
def test_where_a_rename_fails_the_older_export_stays_and_the_new_one_is_named(
    out: Path, images: np.ndarray, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    refuse_to_rename(monkeypatch, refused)
    with pytest.raises(ExportError, match=r"ocr: cannot be replaced \(Device .*; the new export is .*\.ocr\.building"):
        ship(out, images)
    assert [p.name for p in out.iterdir()] == ["older"]
    assert load_card(out.with_name(".ocr.building")).name == "ocr"
    assert sorted(p.name for p in out.parent.iterdir()) == [".ocr.building", "ocr"]


def test_an_export_that_a_kill_left_without_its_name_gets_it_back(out: Path, images: np.ndarray) -> None:
    """The next export fails, so that nothing but the older one is left."""
    out.rename(out.with_name(".ocr.older"))
    with pytest.raises(ParityError):
        ship(out, images[:2])
    assert [p.name for p in out.iterdir()] == ["older"]
    assert [p.name for p in out.parent.iterdir()] == ["ocr"]


def test_a_link_is_replaced_and_what_it_points_to_stays(out: Path, images: np.ndarray) -> None:
    out.rename(out.with_name("kept"))
    out.symlink_to("kept")
    ship(out, images)
    assert load_card(out).name == "ocr"
    assert [p.name for p in out.with_name("kept").iterdir()] == ["older"]
    assert sorted(p.name for p in out.parent.iterdir()) == ["kept", "ocr"]


class Reader(Brightness):
    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return super().forward(images), torch.zeros(len(images), 2)


def test_texts_that_differ_are_a_mismatch(out: Path, images: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    images[:, ..., 1] = 255  # the network reads A
    other = np.log(np.full((4, 1, 3), 0.1, np.float32))
    other[..., 2] = np.log(0.8)
    monkeypatch.setattr("src.export.package.onnx_outputs", lambda *_: {"log_probs": other})
    with pytest.raises(ParityError, match="reads 'B', the network 'A'"):
        _same_texts(Reader(), images, Alphabet("AB"))(out)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Of a small reader for crops of 32 x 64."""
    path = tmp_path / "m.ckpt"
    module = OCRModule(["RU", "TN"], alphabet="AB", size=(32, 64), cut_after=1, width_kept=[], head_width=8)
    trainer = pl.Trainer(logger=False, enable_checkpointing=False, accelerator="cpu", barebones=True)
    trainer.strategy.connect(module)
    trainer.save_checkpoint(path)
    saved = torch.load(path, weights_only=True)
    torch.save(saved | {"provenance": {"sources": {}, "samples": 0, "metrics": {}}}, path)
    return path


def test_the_card_of_a_reader_says_from_which_confidence_on_readings_count(
    out: Path, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("src.export.package.compile_formats", lambda registry: None)
    monkeypatch.setattr("src.export.package._ship", lambda network, out, images, tolerances, facts, *_: facts)
    facts = export_ocr(checkpoint, out, lambda size: np.zeros((3, *size, 3), np.uint8), {})
    assert facts["confidence_threshold"] == LEAST_READING  # type: ignore[index]


def test_a_reader_is_proven_on_crops_of_its_own_size(out: Path, checkpoint: Path) -> None:
    def crops(size: tuple[int, int]) -> np.ndarray:
        raise ExportError(f"asked for {size}")

    with pytest.raises(ExportError, match=r"asked for \(32, 64\)"):
        export_ocr(checkpoint, out, crops, {})


def test_an_unknown_model_is_named() -> None:
    config = OmegaConf.create({"models": ["reader"], "samples": "data/samples/manifest.jsonl"})
    with pytest.raises(ExportError, match="'reader' is not one of detector, ocr"):
        run(config)
