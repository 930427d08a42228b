"""From what a system says about a picture to what became of the picture's plates.

Predictions and true plates are matched one to one, best overlap first, by ``src.core.metrics``.
"""

from collections.abc import Sequence

import numpy as np

from src.core.geometry import box_to_corners, iou_matrix
from src.core.image import Photograph
from src.core.metrics import corner_error, covers_ends, match_boxes, over_ignored
from src.core.result import PlateRecord
from src.core.types import Boxes, Corners
from src.data.annotations.manifest import PlateLabel, Record
from src.evaluation.accuracy.plate_result import Flow, ScoredImage, ScoredPlate
from src.evaluation.datasets.appearance import appearance


def score_scene(
    set_name: str, record: Record, plates: Sequence[PlateRecord], photograph: Photograph | None = None
) -> tuple[list[ScoredPlate], ScoredImage]:
    """The whole path over one scene: an outcome of flow ``path`` per labelled plate, and the picture's counts.

    ``plates`` is what the system says. With ``photograph`` each outcome also says how its plate looks.
    """
    labels = record.plates or ()
    boxes, true = as_boxes([p.box for p in plates]), as_boxes([label.box for label in labels])
    of_label = {t: p for p, t in match_boxes(boxes, true)}
    overlaps = iou_matrix(boxes, true)
    outcomes = []
    for number, label in enumerate(labels):
        labelled = _labelled(set_name, "path", record, number, label, photograph)
        p = of_label.get(number)
        outcomes.append(labelled if p is None else _found(labelled, label, plates[p], float(overlaps[p, number])))
    matched = set(of_label.values())
    counted = ~over_ignored(boxes, as_boxes(record.ignore))
    extra = [plate.confidence for p, plate in enumerate(plates) if counted[p] and p not in matched]
    return outcomes, ScoredImage(
        set=set_name,
        image=record.image,
        plates=len(labels),
        found=len(of_label),
        predicted=len(of_label) + len(extra),
        extra=len(extra),
        extra_confidences=tuple(extra),
    )


def readable(record: Record) -> list[int]:
    """The numbers of a scene's plates whose text is known for certain: those that are read on true boxes."""
    return [n for n, label in enumerate(record.plates or ()) if label.sure and label.text is not None]


def score_true_boxes(
    set_name: str, record: Record, plates: Sequence[PlateRecord], photograph: Photograph | None = None
) -> list[ScoredPlate]:
    """The OCR alone over one scene: ``plates`` has one for each ``readable`` one, in that order."""
    labels = record.plates or ()
    return [
        _matched(_labelled(set_name, "ocr", record, number, labels[number], photograph), plate, 1.0)
        for number, plate in zip(readable(record), plates, strict=True)
    ]


def score_crop(set_name: str, record: Record, plates: Sequence[PlateRecord], photograph: Photograph) -> ScoredPlate:
    """The OCR alone over a picture that is a plate already cut out; of several readings the surest counts.

    A text that nobody verified counts for nothing.
    """
    whole = (0.0, 0.0, float(photograph.width), float(photograph.height))
    label = PlateLabel(box=whole, text=record.text, region=record.region, corners=record.corners, lines=record.lines)
    label = label.model_copy(update={"sure": record.verified})
    blank = PlateRecord(box=whole, text="", confidence=0)
    plate = max(plates or (blank,), key=lambda p: p.confidence)
    return _matched(_labelled(set_name, "ocr", record, 0, label, photograph), plate, 1.0)


def as_boxes(boxes: Sequence[Sequence[float]]) -> Boxes:
    """``[N, 4]``, also of none."""
    return np.array(boxes, np.float32).reshape(-1, 4)


def _labelled(
    set_name: str, flow: Flow, record: Record, number: int, label: PlateLabel, photograph: Photograph | None
) -> ScoredPlate:
    """A labelled plate, missed so far. A text that is not certain counts for nothing."""
    return ScoredPlate(
        set=set_name,
        flow=flow,
        image=record.image,
        plate=number,
        source=record.source,
        box=label.box,
        truth=label.text if label.sure else None,
        published_text=label.published_text if label.sure else None,
        region=label.region,
        lines=label.lines,
        whole=label.whole,
        appearance=None if photograph is None else appearance(photograph, label.box, label.corners),
        found=False,
        iou=0.0,
    )


def _found(labelled: ScoredPlate, label: PlateLabel, plate: PlateRecord, iou: float) -> ScoredPlate:
    """A plate of a scene that the detector found."""
    predicted, true = outline(plate), outline(label)
    matched = _matched(labelled, plate, iou).model_copy(update={"covered": covers_ends(predicted, true)})
    if label.corners is None or plate.corners is None:
        return matched
    return matched.model_copy(update={"corner_error": float(corner_error(predicted, true)) / 100})


def outline(plate: PlateLabel | PlateRecord) -> Corners:
    """Its corners, else those of its box, ``[4, 2]``."""
    return box_to_corners(np.array(plate.box)) if plate.corners is None else np.array(plate.corners, np.float32)


def _matched(labelled: ScoredPlate, plate: PlateRecord, iou: float) -> ScoredPlate:
    return labelled.model_copy(
        update={
            "found": True,
            "iou": iou,
            "text": plate.text,
            "confidence": plate.confidence,
            "char_confidences": plate.char_confidences,
            "read_region": plate.region,
        }
    )
