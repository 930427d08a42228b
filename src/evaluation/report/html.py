"""A document as one page without scripts or anything from outside, for a person to open; light or dark as she likes."""

import base64
import io
import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image as PillowImage

from src.core.types import Image
from src.evaluation.report.document import ContactSheet, Document, Gallery, Section
from src.evaluation.report.wording import percent

TEMPLATES = Path(__file__).parent / "templates"


def html(document: Document, plots: Mapping[str, tuple[bytes, bytes]]) -> str:
    """The whole page; ``plots`` are PNG files for a light and for a dark page, by the names that the document gives."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "slug": _slug, "jpeg": jpeg, "png": _png}
    sections = [(section, _blocks(environment, section, plots)) for section in document.sections]
    pictures = any(
        isinstance(block, Gallery | ContactSheet) for section in document.sections for block in section.blocks
    )
    return environment.get_template("page.html").render(document=document, sections=sections, pictures=pictures)


def _blocks(environment: Environment, section: Section, plots: Mapping[str, tuple[bytes, bytes]]) -> list[str]:
    """Each run of blocks of one kind, by the template of that kind."""
    runs = groupby(section.blocks, lambda block: type(block).__name__.lower())
    return [environment.get_template(f"{kind}.html").render(blocks=list(blocks), plots=plots) for kind, blocks in runs]


def _slug(title: str) -> str:
    return re.sub(r"\W+", "-", title.lower()).strip("-")


def _png(file: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(file).decode()


def jpeg(image: Image) -> str:
    """``image`` (RGB) as a data URI."""
    file = io.BytesIO()
    PillowImage.fromarray(image).save(file, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
