"""Stands in for Triton's ONNX backend, which no package brings: the server's own interpreter runs it.

Triton takes a folder ``onnxruntime`` with this file as ``model.py`` for the backend of that name.
"""

import os
import sys
from pathlib import Path

sys.path += os.environ["PYTHONPATH"].split(os.pathsep)  # which that interpreter does not heed

import numpy as np
import onnxruntime as ort
import triton_python_backend_utils as triton


class TritonPythonModel:
    """One instance of a version of a model."""

    def initialize(self, args: dict[str, str]) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        path = Path(args["model_repository"], args["model_version"], "model.onnx")
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.outputs = [output.name for output in self.session.get_outputs()]

    def execute(self, requests: list) -> list:
        """Requests that Triton has put together: one batch."""
        images = [np.from_dlpack(triton.get_input_tensor_by_name(request, "images")) for request in requests]
        ends = np.cumsum([len(part) for part in images])[:-1]
        outputs = self.session.run(self.outputs, {"images": np.concatenate(images)})
        return [self._response(parts) for parts in zip(*(np.split(values, ends) for values in outputs), strict=True)]

    def _response(self, parts: tuple[np.ndarray, ...]) -> object:
        # from_dlpack: the server was built for numpy 1, and numpy 2's arrays have no bytes for it
        tensors = [
            triton.Tensor.from_dlpack(name, np.ascontiguousarray(part))
            for name, part in zip(self.outputs, parts, strict=True)
        ]
        return triton.InferenceResponse(tensors)
