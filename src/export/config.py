"""The keys of an export's configuration."""

from dataclasses import dataclass, field


@dataclass
class DetectorExport:
    """A detector's checkpoint, and the folder that it is shipped to."""

    checkpoint: str = "???"
    out: str = "???"
    size: int = 0
    confidence: float = 0.0


@dataclass
class OCRExport:
    """A reader's checkpoint, the folder that it is shipped to, and the folders of its plate formats."""

    checkpoint: str = "???"
    out: str = "???"
    registry: list[str] = field(default_factory=list)


@dataclass
class ExportConfig:
    """Every key that the configuration of an export may have; Hydra refuses all others, and values of other types."""

    models: list[str] = field(default_factory=list)
    samples: str = "???"
    detector: DetectorExport = field(default_factory=DetectorExport)
    ocr: OCRExport = field(default_factory=OCRExport)
