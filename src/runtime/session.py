"""An exported model opened with onnxruntime: card checked, provider as asked for, contract checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from src.core.card import CardError, ModelCard, load_card

_SUFFIX = "ExecutionProvider"
_LOAD_FAULTS = (
    ort_state.Fail,
    ort_state.InvalidGraph,
    ort_state.InvalidProtobuf,
    ort_state.InvalidArgument,
    ort_state.NotImplemented,
    ort_state.RuntimeException,
    RuntimeError,
    ValueError,
)
"""onnxruntime's exceptions share no base class but Exception."""


class ProviderError(ValueError):
    """An execution provider that this onnxruntime lacks, or that it did not take."""


def available_providers() -> dict[str, str]:
    """Short name -> onnxruntime's name: ``cpu``, ``cuda``, ``openvino``, ``coreml``, ``dml``, ...

    Azure is left out: it only calls remote services, a model of ours would run on the CPU under its name.
    """
    names = [n for n in ort.get_available_providers() if n != "AzureExecutionProvider"]
    return {name.removesuffix(_SUFFIX).lower(): name for name in names}


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """A loaded model with its card. ``run`` gives the outputs by name."""

    card: ModelCard
    session: ort.InferenceSession

    @property
    def providers(self) -> tuple[str, ...]:
        """onnxruntime's names of the providers of the session, the one asked for first."""
        return tuple(self.session.get_providers())

    def run(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        """Outputs for a batch ``uint8 [N, H, W, 3]`` RGB of the card's input size."""
        names = [output.name for output in self.session.get_outputs()]
        return dict(zip(names, self.session.run(names, {"images": images}), strict=True))


def open_model(
    folder: Path, task: Literal["detector", "ocr"], outputs: set[str], threads: int, provider: str
) -> OnnxModel:
    """Opens ``folder``'s ``model.onnx`` on ``provider`` with ``threads`` (0: as many as there are cores).

    Raises CardError for a folder that is incomplete, altered or holds another kind of model, ProviderError
    for a provider that is not there: nothing falls back to the CPU in silence.
    """
    card = load_card(folder)
    if card.task != task:
        raise CardError(f"{folder / 'card.json'}: task: is {card.task!r}, {task!r} is needed here")
    model = OnnxModel(card, _open_session(folder / "model.onnx", threads, provider))
    _check_contract(model, folder / "model.onnx", outputs)
    return model


def _open_session(path: Path, threads: int, provider: str) -> ort.InferenceSession:
    known = available_providers()
    choice = f"available here: {', '.join(known)}"
    if provider not in known:
        raise ProviderError(f"provider {provider!r} is not part of this onnxruntime ({choice})")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # errors only; what matters is raised below
    try:
        # enable_fallback=0: by default a provider that fails is replaced by the CPU
        session = ort.InferenceSession(path, options, providers=[known[provider]], enable_fallback=0)
    except _LOAD_FAULTS as error:
        first_line = str(error).strip().splitlines()[0]
        raise CardError(f"{path}: onnxruntime cannot load it on {provider!r}: {first_line}") from error
    if session.get_providers()[0] != known[provider]:
        raise ProviderError(f"provider {provider!r} could not be started ({choice})")
    return session


def _check_contract(model: OnnxModel, path: Path, outputs: set[str]) -> None:
    images: Any = {i.name: i for i in model.session.get_inputs()}.get("images")
    if images is None or images.type != "tensor(uint8)":
        raise CardError(f"{path}: has no uint8 input 'images'")
    card, fixed = model.card, tuple(d if isinstance(d, int) else None for d in images.shape[1:])
    if fixed != (*((None, None) if card.stride else card.input_size), 3):
        sizes = f"up to {card.input_size} in steps of {card.stride}" if card.stride else card.input_size
        raise CardError(f"{path}: input is {images.shape}, its card says {sizes}")
    if missing := outputs - {o.name for o in model.session.get_outputs()}:
        raise CardError(f"{path}: has no output {sorted(missing)[0]!r}")
