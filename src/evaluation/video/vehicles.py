"""Vehicles with one plate whose text is known, of which passages are rendered: all are of ``val``.

No training of the reader saw the texts. The Russian photographs are among those that the detector was trained on.

There are three groups. A ``photograph`` is as it was taken. ``pasted`` is a photographed plate on another vehicle:
most plates with a known text are crops, which show no vehicle. ``drawn`` is a plate of the synthesiser on a
photographed vehicle, in typefaces that no training sees.
"""

import os
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

import cv2
import numpy as np

from src.core.geometry import box_to_corners, crop_plate, iou_matrix
from src.core.image import ImageError, read_image
from src.core.metrics import FOUND_IOU, match_boxes
from src.core.types import Corners, Image
from src.data.annotations.manifest import Box, PlateLabel, Record, read_manifest
from src.data.copy_paste.dress import dressed, shrunk
from src.data.copy_paste.paste import cut, paste, wipe
from src.data.copy_paste.photometry import nearby, photometry_of
from src.data.copy_paste.place import outside, over
from src.data.synthesis import CropSynthesiser, held_out_fonts
from src.data.synthesis.layout.plate import DIGITS, LETTERS, Field, Plate, Run
from src.evaluation.datasets.sets import SetError, default_sets
from src.evaluation.datasets.synthetic import SIZE, is_set_in_type

Group = Literal["photograph", "pasted", "drawn"]
Half = Literal["fit", "measure"]
Thing = TypeVar("Thing")

LEAST_PER_CHARACTER = 8.0
"""Pixels of the width of a line by the number of its characters, from which on a plate is legible."""
LEAST_CARRIER = 40.0
"""Pixels of a photographed plate in whose place another one is put: the vehicle around it would be a blur."""
LARGEST_CARRIER = 3.0
"""A photograph is enlarged by at most this factor for a plate that is put into it."""
DRAWN_PER_CHARACTER = 17.0
"""Pixels of a drawn plate by character, as ``LEAST_PER_CHARACTER`` counts them."""
LOOSE = ("uzbek_ocr_train",)
"""Sources whose crops show more of the vehicle than of the plate, and cannot be pasted as a plate."""
MOST_OTHERS = 3
"""A photograph with more plates beside the one of known text is left out; those that there are get painted over."""
TWO_LINES = 0.15
"""The share of photographs with a plate of two lines; there are more of them in ``val`` than on roads."""
SMALL = 0.16
"""A photograph whose plates are less than this share of its width shows a street rather than one vehicle."""
TRIES = 50


@dataclass(frozen=True)
class Vehicle:
    """``image`` (RGB) shows one plate, in ``corners`` [4, 2], that reads ``text`` in ``lines`` lines.

    ``picture`` names the photograph or crop; the plates of one picture are not independent of each other.
    """

    image: Image
    corners: Corners
    text: str
    region: str | None
    lines: int
    group: Group
    picture: str

    @property
    def per_character(self) -> float:
        """Pixels of the plate's width by the characters of one line."""
        return width_of(self.corners) / characters_a_line(self.text, self.lines)

    @property
    def contrast(self) -> float:
        """The standard deviation of the plate's grey values."""
        return float(cv2.cvtColor(crop_plate(self.image, self.corners, (32, 128), 0.0), cv2.COLOR_RGB2GRAY).std())


@dataclass(frozen=True)
class Scene:
    """A photograph of ``width`` pixels: the plate of interest, and the boxes that are painted over."""

    path: Path
    name: str
    width: int
    plate: PlateLabel
    others: tuple[Box, ...]


@dataclass(frozen=True)
class Crop:
    """A photograph of a plate alone."""

    path: Path
    name: str
    text: str
    region: str | None
    lines: int | None


@dataclass(frozen=True)
class Stock:
    """What the vehicles of one half are made of."""

    photographs: tuple[Scene, ...]
    crops: tuple[Crop, ...]
    carriers: tuple[Scene, ...]
    streets: tuple[Scene, ...]
    fonts: Path

    def vehicle(self, group: Group, rng: np.random.Generator) -> Vehicle:
        """Draws a vehicle of that group. Raises SetError where there is none, and FontError."""
        if group == "drawn":
            plate = drawn_plate(self._synthesiser(), rng)
            return self.with_drawn(plate, rng)
        if group == "pasted":
            return self._pasted(rng)
        lines = 2 if rng.random() < TWO_LINES else 1
        some = [scene for scene in self.photographs if scene.plate.lines == lines]
        return _photographed(_any(some or self.photographs, rng), rng)

    def near_pair(self, rng: np.random.Generator) -> tuple[Vehicle, Vehicle]:
        """Draws two vehicles with drawn plates whose texts differ in one character."""
        plate = drawn_plate(self._synthesiser(), rng)
        return self.with_drawn(plate, rng), self.with_drawn(one_changed(plate, rng), rng)

    def with_drawn(self, plate: Plate, rng: np.random.Generator) -> Vehicle:
        """Puts a drawn plate onto a photographed vehicle."""
        wide = DRAWN_PER_CHARACTER * characters_a_line(plate.registration, plate.lines)
        for _ in range(TRIES):
            scene = _any(self.carriers, rng)
            image, corners = _place(scene, plate.aspect, wide, rng)
            if not outside(corners, image):
                break
        look = photometry_of(image)
        look = nearby(look, cut(image, np.concatenate([corners.min(0), corners.max(0)])))
        _wiped(image, scene, image.shape[1], rng)
        flat = shrunk(dressed(plate, self._synthesiser(), rng), corners)
        paste(image, flat, corners, replace(look, blur=min(look.blur, 1.0)), rng)
        return Vehicle(
            image, corners, plate.registration, plate.region or None, plate.lines, "drawn", f"drawn {scene.name}"
        )

    def _pasted(self, rng: np.random.Generator) -> Vehicle:
        crop = _any(self.crops, rng)
        plate = read_image(crop.path)
        height, width = plate.shape[:2]
        near = sorted(self.carriers, key=lambda s: abs(np.log(_aspect(s.plate.box) * height / width)))[:40]
        for _ in range(TRIES):
            scene = _any(near, rng)
            image, corners = _place(scene, width / height, width, rng)
            if not outside(corners, image):
                break
        _wiped(image, scene, image.shape[1], rng)
        _lay(image, plate, corners)
        lines = crop.lines or (2 if width < 1.7 * height and crop.region not in ("US", "BR") else 1)
        return Vehicle(image, corners, crop.text, crop.region, lines, "pasted", crop.name)

    def _synthesiser(self) -> CropSynthesiser:
        return _synthesiser(self.fonts)


_SYNTHESISERS: dict[Path, CropSynthesiser] = {}


def _synthesiser(fonts: Path) -> CropSynthesiser:
    """Returns the synthesiser of the held-out faces; it is made once, as it reads the registry and all faces."""
    if fonts not in _SYNTHESISERS:
        _SYNTHESISERS[fonts] = CropSynthesiser(held_out_fonts(fonts), SIZE, None, 0.0, pens=(), elastic=0.0)
    return _SYNTHESISERS[fonts]


def stocks(data: Path, fonts: Path) -> dict[Half, Stock]:
    """Returns what there is in ``val`` below ``data``, in two halves that share no picture
    and no photographed text.

    Raises SetError where a half has no photograph with a text, no crop or no vehicle, ManifestError, LabelError.
    """
    photographs, crops, carriers = _collect(data)
    halves: tuple[Half, Half] = ("fit", "measure")
    found = {}
    for number, half in enumerate(halves):
        own = _half([scene.plate.text for scene in photographs], photographs, number)
        plates, vehicles = _half([crop.text for crop in crops], crops, number), carriers[number::2]
        streets = [scene for scene in vehicles if scene.plate.box[2] - scene.plate.box[0] < SMALL * scene.width]
        if not (own and plates and streets):
            raise SetError(f"{data}: val has too few photographs with texts to render passages of")
        found[half] = Stock(tuple(own), tuple(plates), tuple(vehicles), tuple(streets), fonts)
    return found


def characters_a_line(text: str, lines: int) -> float:
    """Returns how many characters stand side by side, on the longest line."""
    return float(-(-len(text) // lines))


def width_of(corners: Corners) -> float:
    """Returns the mean length of the upper and the lower edge."""
    return float(np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2


def drawn_plate(plates: CropSynthesiser, rng: np.random.Generator) -> Plate:
    """Draws a plate of any country whose characters the held-out faces have."""
    while True:
        plate = plates.plate(rng)
        if is_set_in_type(plate) and 4 <= len(plate.registration) <= 9:
            return plate


def one_changed(plate: Plate, rng: np.random.Generator) -> Plate:
    """Returns ``plate`` with one digit, or where it has none one letter, replaced by another."""
    places = [
        (f, i, k)
        for f, field in enumerate(plate.fields)
        for i, item in enumerate(field.items)
        if isinstance(item, Run) and item.ink is None
        for k in range(len(item.text))
    ]
    digits = [(f, i, k) for f, i, k in places if _run(plate, f, i).text[k] in DIGITS]
    f, i, k = (digits or places)[int(rng.integers(len(digits or places)))]
    run = _run(plate, f, i)
    others = [c for c in (DIGITS if digits else LETTERS) if c != run.text[k]]
    changed = replace(run, text=run.text[:k] + others[int(rng.integers(len(others)))] + run.text[k + 1 :])
    field = plate.fields[f]
    items = (*field.items[:i], changed, *field.items[i + 1 :])
    return replace(plate, fields=(*plate.fields[:f], Field(field.rect, items, field.row), *plate.fields[f + 1 :]))


def _run(plate: Plate, field: int, item: int) -> Run:
    run = plate.fields[field].items[item]
    assert isinstance(run, Run)
    return run


def _collect(data: Path) -> tuple[list[Scene], list[Crop], list[Scene]]:
    """Returns photographs with a text, crops with a text, and vehicles, each in an order that never changes."""
    scenes: dict[Path, Record] = {}
    labelled: dict[Path, list[PlateLabel]] = {}
    crops: dict[Path, Crop] = {}
    for pictures in default_sets(data, "val"):
        for record in pictures.records:
            path = Path(os.path.normpath((pictures.root / record.image).resolve()))
            if not record.is_scene:
                if record.text and record.source not in LOOSE:
                    crops[path] = Crop(path, _name(path, data), record.text, record.region, record.lines)
            elif pictures.name.startswith("labels_"):
                labelled.setdefault(path, []).extend(record.plates or ())
            else:
                scenes[path] = record
    photographs: list[Scene] = []
    carriers: list[Scene] = []
    for path, record in _elsewhere(data, labelled.keys() - scenes.keys()):
        photographs += _of_known_text(path, _name(path, data), _with_texts(record, labelled[path]))
    for path, record in scenes.items():
        record = _with_texts(record, labelled.get(path, []))
        photographs += _of_known_text(path, _name(path, data), record)
        carriers += _widest(path, _name(path, data), record)
    photographs, carriers = (sorted(some, key=lambda scene: scene.path) for some in (photographs, carriers))
    return photographs, _legible(sorted(crops.values(), key=lambda crop: crop.path)), carriers


def _elsewhere(data: Path, paths: Set[Path]) -> Iterator[tuple[Path, Record]]:
    """Yields the scenes of those paths that are of another split, with the plates that were published."""
    manifest = data / "scenes" / "manifest.jsonl"
    for record in read_manifest(manifest) if paths else ():
        path = Path(os.path.normpath((manifest.parent / record.image).resolve()))
        if path in paths and record.is_scene:
            yield path, record


def _name(path: Path, data: Path) -> str:
    return os.path.relpath(path, data.resolve())


def _with_texts(record: Record, labels: Sequence[PlateLabel]) -> Record:
    """Returns a scene whose plates have the texts that were transcribed by hand."""
    plates = list(record.plates or ())
    drawn, known = (np.array([p.box for p in some], np.float32).reshape(-1, 4) for some in (plates, labels))
    for number, match in match_boxes(drawn, known):
        label = labels[match]
        said = {"text": label.text, "region": label.region, "lines": label.lines}
        plates[number] = plates[number].model_copy(update=said)
    return record.model_copy(update={"plates": tuple(plates)})


def _of_known_text(path: Path, name: str, record: Record) -> Iterator[Scene]:
    for number, plate in enumerate(record.plates or ()):
        if plate.text and plate.sure and plate.whole:
            lines = plate.lines or (2 if _aspect(plate.box) < 1.7 else 1)
            wide = (plate.box[2] - plate.box[0]) / characters_a_line(plate.text, lines)
            others = _others(record, number)
            if wide >= LEAST_PER_CHARACTER and len(others) <= MOST_OTHERS:
                yield Scene(path, name, record.width or 0, plate.model_copy(update={"lines": lines}), others)


def _widest(path: Path, name: str, record: Record) -> Iterator[Scene]:
    plates = record.plates or ()
    wide = [n for n, p in enumerate(plates) if p.box[2] - p.box[0] >= LEAST_CARRIER and p.whole]
    if wide:
        number = max(wide, key=lambda n: plates[n].box[2] - plates[n].box[0])
        yield Scene(path, name, record.width or 0, plates[number], _others(record, number))


def _others(record: Record, number: int) -> tuple[Box, ...]:
    """Returns the boxes that are not plate ``number``, nor over it."""
    plates = record.plates or ()
    boxes = [*(p.box for n, p in enumerate(plates) if n != number), *record.ignore]
    own = np.array(plates[number].box, np.float32)
    return tuple(b for b in boxes if iou_matrix(own, np.array(b, np.float32))[0, 0] < FOUND_IOU)


def _legible(crops: Sequence[Crop]) -> list[Crop]:
    """Returns the crops that are wide enough; one that cannot be read is named by the evaluation of its own set."""
    found = []
    for crop in crops:
        try:
            height, width = read_image(crop.path).shape[:2]
        except ImageError:
            continue
        lines = crop.lines or (2 if width < 1.7 * height else 1)
        if width / characters_a_line(crop.text, lines) >= LEAST_PER_CHARACTER:
            found.append(crop)
    return found


def _photographed(scene: Scene, rng: np.random.Generator) -> Vehicle:
    image = read_image(scene.path).copy()
    corners = outline(scene.plate)
    kept = image.copy()
    for box in scene.others:
        wipe(image, np.array(box, np.float32), rng)
    x1, y1, x2, y2 = (round(side) for side in scene.plate.box)
    image[max(y1, 0) : y2, max(x1, 0) : x2] = kept[max(y1, 0) : y2, max(x1, 0) : x2]
    plate = scene.plate
    return Vehicle(image, corners, plate.text or "", plate.region, plate.lines or 1, "photograph", scene.name)


def outline(plate: PlateLabel) -> Corners:
    """Returns the marked corners, else those of the box, ``[4, 2]``."""
    return np.array(plate.corners, np.float32) if plate.corners else box_to_corners(np.array(plate.box, np.float32))


def _place(scene: Scene, aspect: float, wide: float, rng: np.random.Generator) -> tuple[Image, Corners]:
    """Returns the photograph, enlarged until a plate in the place of its own is ``wide`` pixels wide, and that place.

    The photograph still shows its own plate.
    """
    image = read_image(scene.path)
    box, marked = np.array(scene.plate.box, np.float32), np.zeros((4, 3), np.float32)
    if scene.plate.corners:
        marked[:, :2], marked[:, 2] = np.array(scene.plate.corners, np.float32), 1
    corners = over(box, marked, aspect, rng)
    scale = float(np.clip(wide / width_of(corners), 1.0, LARGEST_CARRIER))
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8), corners * np.float32(scale)


def _wiped(image: Image, scene: Scene, width: int, rng: np.random.Generator) -> None:
    """Paints over all plates of a photograph that was enlarged to ``width``."""
    scale = np.float32(width / read_image(scene.path).shape[1])
    for box in (scene.plate.box, *scene.others):
        wipe(image, np.array(box, np.float32) * scale, rng)


def _lay(image: Image, plate: Image, corners: Corners) -> None:
    """Puts the photograph of a plate into ``corners`` of ``image``, with an edge as soft as a pixel or two."""
    height, width = plate.shape[:2]
    flat = box_to_corners(np.array([0, 0, width, height], np.float32)) - np.float32(0.5)
    matrix = cv2.getPerspectiveTransform(flat, corners - np.float32(0.5))
    size = (image.shape[1], image.shape[0])
    colour = cv2.warpPerspective(plate, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = np.zeros(image.shape[:2], np.uint8)
    cv2.fillConvexPoly(alpha, np.round(corners * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    share = cv2.GaussianBlur(alpha, (0, 0), 0.8).astype(np.float32)[..., None] / 255
    image[:] = (image + (colour - image.astype(np.float32)) * share).round().clip(0, 255)


def _aspect(box: Box) -> float:
    return (box[2] - box[0]) / (box[3] - box[1])


def _half(texts: Sequence[str | None], things: Sequence[Thing], number: int) -> list[Thing]:
    """Returns every second text's things, from that ``number`` on."""
    order: dict[str | None, int] = {}
    places = [order.setdefault(text, len(order)) for text in texts]
    return [thing for thing, place in zip(things, places, strict=True) if place % 2 == number]


def _any(things: Sequence[Thing], rng: np.random.Generator) -> Thing:
    return things[int(rng.integers(len(things)))]
