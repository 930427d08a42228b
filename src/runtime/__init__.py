"""Runs exported models with onnxruntime or Triton, numpy and OpenCV; it never imports torch."""

from src.runtime.detector import Detector
from src.runtime.plate_reader import PlateReader
from src.runtime.reader import CropReader, ImageResult, PlateResult, Reader, Timings, read_file
from src.runtime.session import ProviderError, available_providers
from src.runtime.triton import TritonError

__all__ = [
    "CropReader",
    "Detector",
    "ImageResult",
    "PlateReader",
    "PlateResult",
    "ProviderError",
    "Reader",
    "Timings",
    "TritonError",
    "available_providers",
    "read_file",
]
