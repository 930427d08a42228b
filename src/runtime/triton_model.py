"""A model that a Triton server runs; its card is that of the local export."""

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt

from src.core.card import load_card
from src.runtime.model import Task, Tensor
from src.runtime.triton import TritonError, TritonServer

SERVED_AS: Mapping[Task, str] = {"detector": "plate_detector", "ocr": "plate_reader"}
"""The names in the model repository."""

HASH = "sha256_of_version_{}"
"""The parameter of a served model that says which file a version of it is."""

QUIET = 1.0
"""Seconds after which an answer no longer proves that the server is still the same one. To start another, perhaps with
other weights under the same version, takes longer.
"""

_TYPES = {"UINT8": "uint8", "FP32": "float32"}


class TritonModel:
    """The served model whose file is that of an export."""

    def __init__(self, server: TritonServer, folder: Path) -> None:
        """Raises CardError for ``folder``, TritonError where ``server`` does not have its model ready."""
        self.folder, self.card = folder, load_card(folder)
        self._server, self._name = server, SERVED_AS[self.card.task]
        config = server.config(self._name)
        self._version = self._find_version(config)
        self._most = max(config.get("max_batch_size", 0), 1)
        described = server.metadata(self._name, self._version)
        self.inputs, self.outputs = _tensors(described["inputs"]), _tensors(described["outputs"])
        self._answered = monotonic()

    @property
    def where(self) -> str:
        """The URL, and the name of the model there."""
        return f"{self._server.url}: {self._name}"

    @property
    def providers(self) -> tuple[str, ...]:
        """The URL, as only the server knows what runs the model behind it."""
        return (self._server.url,)

    def run(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        """Returns the outputs for a batch ``uint8 [N, H, W, 3]`` RGB of the card's input size.

        More images than the server takes at once go there in several requests. Raises TritonError.
        """
        if monotonic() - self._answered > QUIET:
            self._version = self._find_version(self._server.config(self._name))
        batches = [images[start : start + self._most] for start in range(0, len(images), self._most)]
        answers = [self._server.infer(self._name, self._version, batch, self.outputs) for batch in batches]
        self._answered = monotonic()
        return {name: np.concatenate([answer[name] for answer in answers]) for name in self.outputs}

    def _find_version(self, config: Mapping[str, Any]) -> str:
        """Returns the newest served version whose file is the one of the card. Raises TritonError."""
        parameters = config.get("parameters", {})
        versions: list[str] = self._server.metadata(self._name)["versions"]
        hashes = {version: parameters.get(HASH.format(version), {}).get("string_value", "") for version in versions}
        same = [version for version, sha256 in hashes.items() if sha256 == self.card.sha256]
        if not same:
            others = ", ".join(sha256[:12] or "an unknown one" for sha256 in hashes.values())
            raise TritonError(f"{self.where}: serves {others}, not {self.card.sha256[:12]} of {self.folder}")
        return max(same, key=int)


def _tensors(described: list[dict[str, Any]]) -> dict[str, Tensor]:
    tensors = {}
    for tensor in described:
        shape = tuple(None if int(side) < 0 else int(side) for side in tensor["shape"])
        tensors[tensor["name"]] = Tensor(_TYPES.get(tensor["datatype"], tensor["datatype"]), shape)
    return tensors
