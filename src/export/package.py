"""An export turns a checkpoint into a folder that ships: ONNX file, card, golden tensors, half-precision weights."""

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from src.core.alphabet import Alphabet
from src.core.card import ModelCard, sha256_of, write_card
from src.core.ctc import ctc_decode
from src.core.formats.compile import compile_formats
from src.core.formats.registry import Country
from src.core.limits import LEAST_READING
from src.evaluation.accuracy.provenance import commit
from src.export.onnx import ParityError, check_parity, check_varies, export_onnx, onnx_outputs
from src.training.detector import DetectorModule
from src.training.ocr import OCRModule, hyper_parameters
from src.training.weights import WeightsError, save_weights

GOLDEN_IMAGES = 2
STRIDE = 32
"""The stride of the detector's coarsest map, in pixels."""
Check = Callable[[Path], None]


class ExportError(ValueError):
    """An export that cannot be made; the message says what is missing or wrong."""


def export_detector(
    checkpoint: Path, out: Path, size: int, confidence: float, images: npt.NDArray[np.uint8]
) -> ModelCard:
    """Exports a detector for canvases of up to ``size`` x ``size`` pixels into the folder ``out``.

    The export is compared with the network on ``images``, uint8 [>= 3, size, size, 3] RGB. Raises ExportError, and
    ParityError where they differ.
    """
    if size % STRIDE:
        raise ExportError(f"detector.size={size} is no multiple of {STRIDE}")
    saved = load_checkpoint(checkpoint, "make train-detector")
    module = DetectorModule.load_from_checkpoint(checkpoint, map_location="cpu", weights_only=True, pretrained=False)
    facts = {"task": "detector", "input_size": (size, size), "stride": STRIDE, "confidence_threshold": confidence}
    tolerances = {"boxes": 0.05, "scores": 1e-3, "corners": 0.05}  # pixels, probability, pixels
    on_all_canvases = same_on_smaller_canvases(module.model, images, tolerances)
    facts |= _provenance(saved["provenance"], saved["hyper_parameters"])
    return _ship(module.model, out, images, tolerances, facts, on_all_canvases)


def export_ocr(
    checkpoint: Path,
    out: Path,
    crops: Callable[[tuple[int, int]], npt.NDArray[np.uint8]],
    registry: Mapping[str, Country],
) -> ModelCard:
    """Exports a reader, with the plate formats of ``registry``, into the folder ``out``.

    ``crops`` is called with a size (height, width) and returns at least three crops, uint8 [N, H, W, 3] RGB, on which
    the outputs and the texts of the export are compared with the network's. Raises ExportError, and ParityError where
    they differ.
    """
    saved = load_checkpoint(checkpoint, "make train-ocr")
    try:
        module, stated = OCRModule.from_checkpoint(saved), hyper_parameters(saved["hyper_parameters"])
    except WeightsError as error:
        raise ExportError(f"{checkpoint}: {error}") from None
    height, width = module.hparams["size"]
    images, size = crops((height, width)), (height, width)
    facts = {
        "task": "ocr",
        "input_size": size,
        "alphabet": module.alphabet.characters,
        "regions": module.regions,
        "formats": compile_formats(registry),
        "confidence_threshold": LEAST_READING,
    }
    same_texts = _same_texts(module.model, images, module.alphabet)
    tolerances = {"log_probs": 1e-2, "regions": 1e-2, "whole": 1e-2}
    return _ship(module.model, out, images, tolerances, facts | _provenance(saved["provenance"], stated), same_texts)


def load_checkpoint(path: Path, command: str) -> dict[str, Any]:
    """Reads a Lightning checkpoint. Raises ExportError, which names the ``command`` that makes one."""
    if not path.is_file():
        raise ExportError(f"no checkpoint {path}: run `{command}` first")
    saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    if "provenance" not in saved:
        raise ExportError(f"{path}: lacks `provenance`, so it is no checkpoint of this project's trainings")
    return saved


def _provenance(known: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the card's fields on the training: from its provenance ``known`` and its hyper-parameters ``stated``."""
    return {
        "commit": commit(),  # before the export itself puts files into the working tree
        "architecture": {k: _plain(v) for k, v in stated.items() if k not in ("alphabet", "regions")},
        "trained_on": known["sources"] | {"samples_drawn": known["samples"]},
        "started_from": known.get("started_from", []),
        "precision": known.get("precision"),
        "metrics": {k: round(v, 4) for k, v in known["metrics"].items()},
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def _ship(
    model: nn.Module,
    out: Path,
    images: npt.NDArray[np.uint8],
    tolerances: dict[str, float],
    facts: dict[str, Any],
    further_check: Check,
) -> ModelCard:
    """Builds the folder beside ``out`` and puts it in its place once every check has passed.

    Where a check fails, the new folder is removed and the one at ``out`` stays as it was.
    """
    building = out.with_name(f".{out.name}.building")
    _mend_swap(out)
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        onnx_file = building / "model.onnx"
        check_varies(model, images, tolerances)
        export_onnx(model, onnx_file, images, list(tolerances), facts.get("stride"))
        check_parity(model, onnx_file, images, tolerances)
        further_check(onnx_file)
        card = ModelCard(
            name=out.name,
            created=datetime.now(UTC).date().isoformat(),
            sha256=sha256_of(onnx_file),
            **facts,
        )
        write_card(card, building)
        golden = images[:GOLDEN_IMAGES]
        arrays: dict[str, Any] = {"images": golden} | onnx_outputs(onnx_file, golden)
        np.savez_compressed(building / "golden.npz", **arrays)
        save_weights(model, building / "weights.safetensors")
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    _swap_in(building, out)
    return card


def _swap_in(building: Path, out: Path) -> None:
    """Renames ``building`` to ``out``, and then removes the older export.

    Raises ExportError where a folder cannot be renamed: then the older export stays, and the new one stays in
    ``building``.
    """
    older = _older(out)
    try:
        if os.path.lexists(out):
            out.rename(older)
        building.rename(out)
    except OSError as error:
        _mend_swap(out)
        raise ExportError(f"{out}: cannot be replaced ({error.strerror}); the new export is {building}") from error
    _remove(older)


def _mend_swap(out: Path) -> None:
    """Ends a swap that was interrupted: the older export gets its name back, or goes if the new one is in place."""
    older = _older(out)
    if os.path.lexists(out):
        _remove(older)
    elif os.path.lexists(older):
        older.rename(out)


def _older(out: Path) -> Path:
    return out.with_name(f".{out.name}.older")


def _remove(folder: Path) -> None:
    """Removes a folder, or a link to a folder without the folder itself, if there is one."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def same_on_smaller_canvases(model: nn.Module, images: npt.NDArray[np.uint8], tolerances: dict[str, float]) -> Check:
    """Returns a check of the export on landscape and portrait canvases, from one stride up to a whole image.

    The canvases are cut from the middle of the square ``images``. A narrow one may show no plate, so that its outputs
    need not vary between images (``check_varies`` is asked of whole images alone).
    """

    def check(path: Path) -> None:
        longest = images.shape[1]
        for shortest in range(STRIDE, longest, 3 * STRIDE):
            start = (longest - shortest) // 2
            middle = slice(start, start + shortest)
            for canvases in (images[:, middle], images[:, :, middle]):
                check_parity(model, path, np.ascontiguousarray(canvases), tolerances)

    return check


def _same_texts(model: nn.Module, images: npt.NDArray[np.uint8], alphabet: Alphabet) -> Check:
    """Returns a check that the runtime, which decodes with ``ctc_decode``, reads the same texts from the export."""

    def check(path: Path) -> None:
        with torch.no_grad():
            expected = model.eval()(torch.from_numpy(images))[0].numpy()
        actual = onnx_outputs(path, images)["log_probs"]
        for ours, theirs in zip(actual, expected, strict=True):
            texts = ctc_decode(ours, alphabet).text, ctc_decode(theirs, alphabet).text
            if texts[0] != texts[1]:
                raise ParityError(f"log_probs: reads {texts[0]!r}, the network {texts[1]!r}")

    return check
