"""Counting over pictures whose right answers are known, with models that behave."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from src.data.annotations.manifest import PlateLabel, Record
from src.evaluation.accuracy.predictions import PredictedPlate, Prediction
from src.evaluation.accuracy.run import SetRun, evaluate_set, gather
from src.evaluation.accuracy.system_result import SetFigures
from src.evaluation.accuracy.systems import Ours, OursByCountry, Predicted
from src.evaluation.datasets.sets import EvaluationSet
from src.evaluation.metrics.average_precision import AP_FLOOR
from src.runtime.detector import Detector
from src.runtime.output import describe
from src.runtime.reader import Reader, read_file
from tests.conftest import with_formats

Photo = Callable[..., Path]
RED, BLUE = (30.0, 20.0, 60.0, 30.0), (10.0, 40.0, 50.0, 50.0)


def scenes(photo: Photo, *plates: PlateLabel, **changes: Any) -> EvaluationSet:
    path = photo(blue=True)
    record = Record(image=path.name, plates=plates, **changes)
    return EvaluationSet("gate", "scenes", path.parent, (record,))


def ours(models: Path, min_confidence: float | None = None) -> Ours:
    sweep = Detector(models / "detector", 1, "cpu", AP_FLOOR)
    return Ours(Reader(models, 1, min_confidence=min_confidence), sweep)


def test_a_huge_photograph_is_measured_by_what_is_read_in_it(models: Path, photo: Photo, tmp_path: Path) -> None:
    """It is decoded at a half for both; everything that is told of it is in the file's own pixels."""
    size, times = (3456, 2304), 36
    path = tmp_path / "huge.png"
    Image.open(photo(blue=True)).resize(size, Image.Resampling.NEAREST).save(path, compress_level=1)
    reader = Reader(models, 1)
    read = describe(path.name, read_file(reader, path)[1], None)
    labels = tuple(PlateLabel(box=plate.box, text="AB01") for plate in read.plates)
    assert labels[0].box == pytest.approx([times * side for side in RED], abs=40)
    pictures = EvaluationSet("gate", "scenes", tmp_path, (Record(image=path.name, plates=labels),))
    (run,) = evaluate_set(pictures, [ours(models)])
    found = {o.plate: o for o in run.outcomes if o.flow == "path"}
    assert [found[number].iou for number in range(len(labels))] == pytest.approx([1] * len(labels))
    assert [found[number].confidence for number in found] == [plate.confidence for plate in read.plates]
    assert found[0].appearance.width == pytest.approx(times * 30, abs=60)
    on_true_boxes = {o.plate: o.text for o in run.outcomes if o.flow == "ocr"}
    assert on_true_boxes == {number: plate.text for number, plate in enumerate(read.plates)}
    np.testing.assert_allclose(run.detections[0].boxes[0], labels[0].box, atol=1)


def figures(pictures: EvaluationSet, models: Path, min_confidence: float | None = None) -> SetFigures:
    (run,) = evaluate_set(pictures, [ours(models, min_confidence)])
    return run.figures()


def value(measured: Any, name: str) -> float:
    return float(getattr(measured, name).value)


def test_three_flows_are_kept_apart(models: Path, photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01"), PlateLabel(box=BLUE, text="京80"))
    found = figures(pictures, models)
    assert (found.images, found.plates, found.texts) == (1, 2, 2)
    assert (value(found.path, "read"), value(found.ocr, "read")) == (0.5, 0.5)
    assert value(found.path, "cer") == 1 / 7  # 京B0 for 京80
    assert (value(found.detector, "found"), value(found.detector, "extra")) == (1, 0)
    assert value(found.detector, "ap50") == 1
    assert set(found.median_ms) == {"decode", "detect", "read", "total"}


def test_a_loss_of_the_detector_leaves_the_ocr_alone_and_the_average_precision_untouched(
    models: Path, photo: Photo
) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01"), PlateLabel(box=BLUE, text="京B0"))
    found = figures(pictures, models, min_confidence=0.8)  # the blue plate is found with 0.6
    assert (value(found.detector, "found"), value(found.path, "read"), value(found.ocr, "read")) == (0.5, 0.5, 1)
    assert value(found.detector, "ap50") == 1


@pytest.mark.parametrize(("boxes", "ap"), [((RED, (0, 0, 9, 3)), 51 / 101), ((BLUE,), 0.5)])
def test_average_precision_of_the_models(models: Path, photo: Photo, boxes: Any, ap: float) -> None:
    """Red is found at 0.9 and blue at 0.6; with blue alone true, it is the second of two."""
    found = figures(scenes(photo, *(PlateLabel(box=box) for box in boxes)), models)
    assert value(found.detector, "ap50") == pytest.approx(ap)


def test_a_set_without_texts_is_there_for_the_detector(models: Path, photo: Photo) -> None:
    found = figures(scenes(photo, PlateLabel(box=RED, text="AB01", sure=False), PlateLabel(box=BLUE)), models)
    assert (found.plates, found.texts, value(found.detector, "found")) == (2, 0, 1)
    assert found.path is None
    assert found.ocr is None


def test_a_picture_that_cannot_be_read_is_skipped_and_named_for_every_system(models: Path, photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01"))
    gone = Record(image="gone.jpg", plates=pictures.records[0].plates)
    pictures = EvaluationSet("gate", "scenes", pictures.root, (gone, *pictures.records))
    runs = evaluate_set(pictures, [ours(models), Predicted("peer", Path("peer.jsonl"), {})])
    for run in runs:
        assert (run.skipped[0].image, run.skipped[0].fault) == (str(pictures.root / "gone.jpg"), "no such file")
    assert (runs[0].images, len(runs[0].skipped)) == (1, 1)
    assert runs[1].skipped[1].fault == "no prediction in peer.jsonl"


def test_crops_are_read_whole_and_labelled_scenes_by_their_boxes(models: Path, photo: Photo) -> None:
    photo("scene.png", blue=True), photo("crop.png")
    records = (
        Record(image="scene.png", plates=(PlateLabel(box=BLUE, text="京B0"), PlateLabel(box=RED))),
        Record(image="crop.png", text="AB01"),
    )
    pictures = EvaluationSet("x", "plates", photo().parent, records)
    (run,) = evaluate_set(pictures, [ours(models)])
    assert [(o.text, o.flow, o.exact) for o in run.outcomes] == [("京B0", "ocr", True), ("AB01", "ocr", True)]
    assert run.outcomes[1].box == (0, 0, 96, 64)
    found = run.figures()
    assert (found.images, found.plates, found.detector, found.path) == (2, 2, None, None)


def predictions(pictures: EvaluationSet, *plates: PredictedPlate) -> Predicted:
    images = {(pictures.root / record.image).resolve() for record in pictures.records}
    return Predicted("peer", Path("peer.jsonl"), {i: Prediction(image=str(i), plates=plates) for i in images})


def test_another_system_is_scored_by_the_same_rules(models: Path, photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01", region="RU"), PlateLabel(box=BLUE, text="京B0"))
    plate = PredictedPlate(box=RED, text="AB01", confidence=0.9, region="RU")
    runs = evaluate_set(pictures, [ours(models), predictions(pictures, plate)])
    found = runs[1].figures()
    assert (value(found.path, "read"), value(found.path, "region"), value(found.detector, "found")) == (0.5, 1, 0.5)
    assert found.ocr is None
    assert found.detector is not None
    assert found.detector.ap50 is None  # nobody knows how sure it was of the box
    assert found.median_ms == {}
    assert all(o.appearance is not None for run in runs for o in run.outcomes)


def test_with_detection_confidences_another_system_has_an_average_precision(photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01"), PlateLabel(box=BLUE, text="京B0"))
    sure = PredictedPlate(box=RED, text="AB01", confidence=0.9, detection_confidence=0.4)
    (run,) = evaluate_set(pictures, [predictions(pictures, sure)])
    assert value(run.figures().detector, "ap50") == pytest.approx(51 / 101)
    unsure = sure.model_copy(update={"detection_confidence": None})
    (run,) = evaluate_set(pictures, [predictions(pictures, sure, unsure)])
    assert run.figures().detector.ap50 is None


def test_an_error_of_another_system_is_a_skipped_picture(photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01"))
    image = (pictures.root / pictures.records[0].image).resolve()
    failed = Prediction.model_validate({"image": str(image), "error": {"message": "out of memory"}})
    (run,) = evaluate_set(pictures, [Predicted("peer", Path("peer.jsonl"), {image: failed})])
    assert (run.images, run.skipped[0].fault) == (0, "error in peer.jsonl: out of memory")
    assert run.figures().detector is None


def test_another_system_is_scored_on_crops_and_not_on_true_boxes_that_it_was_never_shown(photo: Photo) -> None:
    photo("scene.png", blue=True), photo("crop.png")
    records = (
        Record(image="scene.png", plates=(PlateLabel(box=BLUE, text="京B0"),)),
        Record(image="crop.png", text="AB01"),
    )
    pictures = EvaluationSet("x", "plates", photo().parent, records)
    plate = PredictedPlate(box=(0, 0, 96, 64), text="AB01", confidence=0.9)
    (run,) = evaluate_set(pictures, [predictions(pictures, plate)])
    assert [(o.image, o.exact) for o in run.outcomes] == [("crop.png", True)]
    assert (run.images, run.skipped) == (1, [])


def test_times_are_medians() -> None:
    run = SetRun(EvaluationSet("gate", "scenes", Path(), ()))
    for decode, total in ((5.0, 10.0), (7.0, 100.0), (6.0, 20.0)):
        run.time(decode=decode, total=total, detect=None)
    assert run.figures().median_ms == {"decode": 6.0, "total": 20.0}


def test_all_runs_of_a_system_are_gathered(models: Path, photo: Photo) -> None:
    pictures = scenes(photo, PlateLabel(box=RED, text="AB01"))
    street = EvaluationSet("street", "scenes", pictures.root, pictures.records)
    who = ours(models)
    system = gather(who, [run for s in (pictures, street) for run in evaluate_set(s, [who])])
    assert (system.name, system.predictions) == ("ours", None)
    assert [s.name for s in system.sets] == ["gate", "street"]
    assert [(o.set, o.flow) for o in system.outcomes] == [(s, f) for s in ("gate", "street") for f in ("path", "ocr")]
    assert [i.set for i in system.images] == ["gate", "street"]


def test_the_reader_may_be_told_the_countries_of_a_picture(models: Path, photo: Photo) -> None:
    with_formats(models)
    pictures = scenes(
        photo, PlateLabel(box=RED, text="AB01", region="AT"), PlateLabel(box=BLUE, text="京B0", region="CN")
    )
    reader, sweep = Reader(models, 1), Detector(models / "detector", 1, "cpu", AP_FLOOR)
    asked: list[list[str]] = []
    within = reader.within
    reader.within = lambda countries: asked.append(list(countries)) or within(countries)  # type: ignore[method-assign]
    told, untold = (evaluate_set(pictures, [kind(reader, sweep)])[0].figures() for kind in (OursByCountry, Ours))
    assert asked == [["AT", "CN"]] * 2
    assert value(told.path, "read") == value(untold.path, "read") == value(told.path, "region") == 1


def test_a_continent_stands_for_its_countries_and_no_label_for_all(models: Path, photo: Photo) -> None:
    reader = Reader(with_formats(models), 1)
    ours = OursByCountry(reader, Detector(models / "detector", 1, "cpu", AP_FLOOR))
    asked: list[list[str]] = []
    reader.within = lambda countries: asked.append(list(countries)) or reader  # type: ignore[method-assign]
    for region in ("EU", None, "CN"):
        evaluate_set(scenes(photo, PlateLabel(box=RED, text="AB01", region=region)), [ours])
    assert asked[::2] == [["AT"], [], ["CN"]]
