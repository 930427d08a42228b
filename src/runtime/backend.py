"""Where models run: in this process by onnxruntime, or on a Triton server."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from src.runtime.model import Model
from src.runtime.session import open_model
from src.runtime.triton import TritonServer
from src.runtime.triton_model import TritonModel


def open_here(source: Path | str | Model, threads: int, provider: str) -> Model:
    """Returns the model of an exported folder, opened by onnxruntime; an open model is returned as it is.

    Raises CardError or ProviderError.
    """
    return open_model(Path(source), threads, provider) if isinstance(source, Path | str) else source


def opener(threads: int, provider: str, triton: str | None) -> Callable[[Path], Model]:
    """Returns the function that opens an exported folder: with onnxruntime, or on the Triton server of a URL.

    Raises TritonError; the function that is returned may raise it too, and CardError and ProviderError.
    """
    if triton is None:
        return partial(open_model, threads=threads, provider=provider)
    return partial(TritonModel, TritonServer(triton))
