"""Pascal VOC: one XML file per image, with ``size`` and one ``object`` per box."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from src.core.image import SUFFIXES
from src.data.annotations.manifest import Box, PlateLabel, Record
from src.data.importers.common import (
    Defaults,
    RecordError,
    SourceError,
    files_in,
    finite_numbers,
    image_size,
    rounded_box,
)


def read_voc(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
    """Returns one scene per XML file below the folder ``source``; coordinates are not changed.

    The image lies beside the XML file, or in a folder ``images`` or ``JPEGImages`` beside the XML's own. Raises
    SourceError if the files hold several classes of object and ``defaults`` names none of them.
    """
    annotations = [(path, _parse(path)) for path in files_in(source, ".xml")]
    _check_classes([root for _, root in annotations if isinstance(root, Element)], defaults.classes)
    for path, root in annotations:
        if isinstance(root, RecordError):
            yield root
            continue
        try:
            yield _scene(path, root, defaults)
        except RecordError as fault:
            yield fault


def _parse(path: Path) -> Element | RecordError:
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        line, column = error.position
        return RecordError(f"{path}:{line}: not XML ({error.msg.split(':')[0]} at column {column})")
    except OSError as error:
        return RecordError(f"{path}: {error.strerror}")
    if root.tag != "annotation":
        return RecordError(f"{path}: begins with <{root.tag}>, not <annotation>")
    return root


def _check_classes(roots: list[Element], wanted: tuple[str, ...]) -> None:
    there = {_text(thing, "name") for root in roots for thing in root.iter("object")}
    names = ", ".join(sorted(there))
    if not wanted and len(there) > 1:
        raise SourceError(f"several classes of object ({names}): say by --class which are plates")
    if missing := [name for name in wanted if name not in there]:
        raise SourceError(f"no object of class {missing[0]}; there are: {names}")


def _scene(path: Path, root: Element, defaults: Defaults) -> Record:
    image = _find_image(path, root)
    width, height = image_size(image, str(path))
    stated = tuple(_text(root, f"size/{side}") for side in ("width", "height"))
    if any(stated) and stated != (str(width), str(height)):
        raise RecordError(f"{path}: annotated at {' x '.join(stated)}, the image is {width} x {height}: {image}")
    objects = [o for o in root.iter("object") if not defaults.classes or _text(o, "name") in defaults.classes]
    boxes = [_box(path, number, thing) for number, thing in enumerate(objects, 1)]
    return Record(
        image=str(image),
        width=width,
        height=height,
        split=defaults.split,
        source=defaults.source,
        plates=tuple(PlateLabel(box=box, region=defaults.region) for box in boxes),
    )


def _box(path: Path, number: int, thing: Element) -> Box:
    try:
        sides = [_text(thing, f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
        return rounded_box(*finite_numbers(sides))
    except ValueError as error:
        raise RecordError(f"{path}: object {number}: {error}") from None


def _find_image(path: Path, root: Element) -> Path:
    """Finds the image that ``filename`` names; without a suffix, or without the tag, any image with its stem."""
    stated = _text(root, "filename").replace("\\", "/").rsplit("/", 1)[-1] or path.stem
    folders = [path.parent, path.parent.parent / "images", path.parent.parent / "JPEGImages"]
    names = [stated]
    if Path(stated).suffix.lower() not in SUFFIXES:
        names += [stated + suffix for suffix in sorted(SUFFIXES)]
    for folder in folders:
        for name in names:
            if (folder / name).is_file():
                return folder / name
    raise RecordError(f"{path}: missing image {stated}")


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()
