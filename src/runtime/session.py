"""Opens an exported model with onnxruntime; its card is checked, and its provider is the one asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_state

from src.core.card import CardError, ModelCard, load_card
from src.core.cores import usable_cores
from src.runtime.model import INPUT, Tensor

_TYPES = {"tensor(uint8)": "uint8", "tensor(float)": "float32"}
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
"""The exceptions of onnxruntime share no base class but Exception."""


class ProviderError(ValueError):
    """The error of an execution provider that this onnxruntime lacks or could not start."""


def available_providers() -> dict[str, str]:
    """Returns onnxruntime's name of each provider by its short name: ``cpu``, ``cuda``, ``openvino``, ``coreml``, ...

    Azure is left out: it only calls remote services, so that a model of ours would run on the CPU under its name.
    """
    names = [n for n in ort.get_available_providers() if n != "AzureExecutionProvider"]
    return {name.removesuffix(_SUFFIX).lower(): name for name in names}


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """A loaded model with its card. ``run`` gives the outputs by name."""

    folder: Path
    card: ModelCard
    session: ort.InferenceSession

    @property
    def where(self) -> str:
        """The file of the network."""
        return str(self.folder / "model.onnx")

    @property
    def providers(self) -> tuple[str, ...]:
        """onnxruntime's names of the providers of the session, the one asked for first."""
        return tuple(self.session.get_providers())

    @property
    def inputs(self) -> dict[str, Tensor]:
        """The inputs of the network."""
        return _tensors(self.session.get_inputs())

    @property
    def outputs(self) -> dict[str, Tensor]:
        """The outputs of the network."""
        return _tensors(self.session.get_outputs())

    def run(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        """Returns the outputs for a batch ``uint8 [N, H, W, 3]`` RGB of the card's input size."""
        names = [output.name for output in self.session.get_outputs()]
        return dict(zip(names, self.session.run(names, {INPUT: images}), strict=True))


def open_model(folder: Path, threads: int = 0, provider: str = "cpu") -> OnnxModel:
    """Opens ``folder``'s ``model.onnx`` on ``provider`` with ``threads`` (0: as many as there are usable cores).

    Raises CardError for a folder that is incomplete or altered, ProviderError for a provider that is not there:
    nothing falls back to the CPU in silence.
    """
    return OnnxModel(folder, load_card(folder), _open_session(folder / "model.onnx", threads, provider))


def _tensors(arguments: Iterable[ort.NodeArg]) -> dict[str, Tensor]:
    return {
        a.name: Tensor(_TYPES.get(a.type, a.type), tuple(side if isinstance(side, int) else None for side in a.shape))
        for a in arguments
    }


def _open_session(path: Path, threads: int, provider: str) -> ort.InferenceSession:
    known = available_providers()
    choice = f"available here: {', '.join(known)}"
    if provider not in known:
        raise ProviderError(f"provider {provider!r} is not part of this onnxruntime ({choice})")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads or usable_cores()  # its own default sees no quota
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
