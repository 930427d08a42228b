"""The public sets that the project was trained and measured on, as ``docs/sources.md`` lists them."""

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from src.data.annotations.manifest import Record
from src.data.importers.common import Defaults, RecordError
from src.data.importers.crops_csv import Layout, read_csv
from src.data.importers.names import read_names, read_unlabelled
from src.data.importers.openalpr import read_openalpr
from src.data.importers.simanno import read_simanno
from src.data.importers.voc import read_voc
from src.data.importers.yolo import read_yolo_folders
from src.data.public.sources import Importer, Listed, PublicSet, Repository

VAL = 0.1
"""This share of the plates is ``val``, by which models are chosen."""
CORRECTED = {
    "eu5.jpg": "OY09FEU",
    "test_006.jpg": "RK099AN",
    "test_024.jpg": "RK026AJ",
    "test_033.jpg": "RK082AL",
    "test_051.jpg": "RK605AB",
    "test_056.jpg": "RK300AG",
    "test_065.jpg": "4B04979",
}
"""The published texts of these pictures of OpenALPR's European benchmark have a letter O instead of a zero."""


def _benchmark(corrections: Mapping[str, str]) -> Importer:
    """Reads the format of OpenALPR with corrected texts by picture, which replace the published ones."""

    def read(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
        for item in read_openalpr(source, defaults):
            text = None if isinstance(item, RecordError) else corrections.get(Path(item.image).name)
            yield item if text is None or isinstance(item, RecordError) else _with_text(item, text)

    return read


def _with_text(record: Record, text: str) -> Record:
    plates = [p.model_copy(update={"text": text, "published_text": p.text}) for p in record.plates or ()]
    return record.model_copy(update={"plates": tuple(plates)})


def _yolo(names: tuple[str, ...] = ("plate",), **folders: tuple[str, ...]) -> Importer:
    """Reads YOLO by the folders of each split: the ``data.yaml`` of these repositories names missing folders."""

    def read(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
        places = {split: [source / name / "images" for name in of_split] for split, of_split in folders.items()}
        return read_yolo_folders(places, names, defaults)

    return read


def _tunisian_crops(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
    stem = "license_plates_recognition_train"
    layout = Layout(("img_id", "text"), images=stem)
    return chain.from_iterable(read_csv(source / f"{stem}_{half}.csv", defaults, layout) for half in ("train", "val"))


def _american_crops(source: Path, defaults: Defaults) -> Iterator[Record | RecordError]:
    layout = Layout(header=("image_path", "state", "plate_text"), images="usimages")
    return read_csv(source / "groundtruth.csv", defaults, layout)


_OPEN_LPR = Repository(
    "faisalthaheem/open-lpr-dataset-plate-detection",
    "7251620bb3405a230eea1516a361dd7367818b88",
    "Apache-2.0; many photographs look collected from the web",
)
_ROBERTLUCIAN = Repository("RobertLucian/license-plate-dataset", "f00f309e4564e7f386fd7641569d861e2910d65f", "MIT")
_TUNISIA = Repository(
    "sambett/tunisian-license-plate-recognition", "0a8bdfc", "MIT badge in its README, no LICENSE file"
)
_OPENIMAGES = Repository(
    "TechKhid/LicensePlateDetection",
    "3cfcd736d880bb2abe7fddab3d26b73cab1c0f01",
    "Open Images: annotations CC BY 4.0, photographs CC BY 2.0",
)
_SNOWY_RU = Repository("70Null07/plateyolov8train", "8abc5cf", "MIT (Roboflow)")
_KAGGLE433 = Repository("RithvikGoud/license-plate-detection", "606d48a", "MIT carrier of a public Kaggle set")
_EXPERIMENT_PLATES = Repository("chirag-agrawal24/ANPR", "58862c5", "MIT (Roboflow)")
_TRAIN_DETECTOR = Repository("openalpr/train-detector", "1bd54b452c5fad1d7b5717a339664c85fefc4481", "AGPL-3.0")
_BENCHMARKS = Repository("openalpr/benchmarks", "9790ed20d475be1e940a7e2a3f492a97c2ebed9b", "AGPL-3.0")
_LPRNET = Repository("sirius-ai/LPRNet_Pytorch", "7c97666", "Apache-2.0 carrier of a sample of CCPD, which is MIT")
_DSTAROFF = Repository("dstaroff/russian-license-plate-recognition", "b548ae0", "GPL-3.0")
_EGYPT = Repository(
    "telattar/Egyptian-motorcycle-license-plate-dataset",
    "6fae4de",
    "CC BY 4.0 in its data.yaml, all rights reserved in its README",
)
_LPRNET_UZ = Repository("IzzatulloOne/LPRNet", "e514659", "none; its scenes look like platesmania.com")
_UA = Repository("Alex-Tsyb/Number_plates_project", "2682878", "none; photographs of platesmania.com")

SOURCES = (
    PublicSet("open_lpr", _OPEN_LPR, "scenes", "train.db", read_simanno, needs=("train",), val=VAL),
    PublicSet("robertlucian", _ROBERTLUCIAN, "scenes", "dataset", read_voc),  # its halves are frames of the same rides
    PublicSet("tunisia", _TUNISIA, "scenes", "detection/dataset_split", read_voc),
    PublicSet(
        "openimages",
        _OPENIMAGES,
        "scenes",
        "Lp",
        _yolo(("license-plate", "vehicle"), train=("train",), val=("valid", "test")),
        classes=("license-plate",),
    ),
    PublicSet("snowy_ru", _SNOWY_RU, "scenes", "Number-Plate-Detection-2", _yolo(train=("train",))),
    PublicSet(
        "kaggle433", _KAGGLE433, "scenes", "license_plate_detection/dataset", _yolo(train=("train", "valid", "test"))
    ),
    PublicSet(
        "experiment_plates",
        _EXPERIMENT_PLATES,
        "scenes",
        "yolo_training/content/experiment-plates-1",
        _yolo(train=("train", "valid", "test")),
    ),
    PublicSet("tunisia_ocr", _TUNISIA, "ocr", "recognition3", _tunisian_crops, val=VAL, region="TN"),
    PublicSet(
        "openalpr_br_camera",
        _TRAIN_DETECTOR,
        "ocr",
        "br",
        read_names,
        val=VAL,
        region="BR",
        pattern=r".*_(?P<text>[A-Z]{3}\d{4})\.JPG_.*",
    ),
    PublicSet(
        "openalpr_eu2",
        _TRAIN_DETECTOR,
        "ocr",
        "eu2",
        read_names,
        val=VAL,
        region="EU",
        pattern=r"crop_[a-z]{1,3}_(?P<text>.+?)(_close)?",
        verified=False,
    ),
    PublicSet("openalpr_us_ocr", _BENCHMARKS, "ocr", "seg_and_ocr", _american_crops, val=VAL, region="US"),
    PublicSet("ccpd_lprnet_test", _LPRNET, "ocr", "data/test", read_names, val=VAL, region="CN"),
    PublicSet(
        "egypt_moto_train",
        _EGYPT,
        "more/scenes",
        "",
        _yolo(("License Plate",), train=("train", "valid", "test")),
        needs=("train", "valid", "test"),
        val=VAL,
        region="EG",
    ),
    PublicSet(
        "uzbek_ocr_train",
        _LPRNET_UZ,
        "more/ocr",
        "dataset/final/train",
        read_names,
        val=VAL,
        region="UZ",
        pattern=r"(?P<text>[0-9A-Z]+)_[0-9a-f]+",
    ),
    PublicSet("openalpr_train_detector_eu", _TRAIN_DETECTOR, "ocr-unlabelled", "eu", read_unlabelled, region="EU"),
    PublicSet(
        "openalpr_benchmarks_e2e_eu",
        _BENCHMARKS,
        "benchmarks/openalpr-eu",
        "endtoend/eu",
        _benchmark(CORRECTED),
        split="test",
        region="EU",
    ),
    PublicSet(
        "openalpr_benchmarks_e2e_br",
        _BENCHMARKS,
        "benchmarks/openalpr-br",
        "endtoend/br",
        read_openalpr,
        split="test",
        region="BR",
    ),
    PublicSet(
        "dstaroff_ru_scene",
        _DSTAROFF,
        "benchmarks/ru-street",
        "data",
        read_voc,
        split="test",
        region="RU",
        classes=("plate",),
    ),
)
LISTED = (
    Listed("uzbek_scene", _LPRNET_UZ, "more/scenes", "boxes are the mean of two detectors', looked at by eye"),
    Listed("ua_platesmania", _UA, "more/scenes", "boxes are the mean of two detectors', looked at by eye"),
    Listed("ua_plates_mix", _UA, "more/ocr", "lies in the repository's history, wrong texts struck out by eye"),
    Listed("mixed_v3", _UA, "more/scenes", "pictures with an unboxed plate were left out by eye"),
    Listed(
        "indonesia_ocr_train",
        Repository("mhafizhk/UAS_OCR", "cb608a3", "none"),
        "more/ocr",
        "texts are put together from boxes of characters, wrong ones struck out by eye",
    ),
    Listed(
        "murat_turkish",
        Repository("muratlutfigoncu/turkish-license-plate-detector", "036ecf2", "none"),
        "more/ocr",
        "texts were read by eye",
    ),
    Listed(
        "exchioz_train",
        Repository("Exchioz/Indonesian-License-Plates", "badb385", "none"),
        "more/scenes",
        "one of three copies of each photograph, texts of its file names corrected by eye",
    ),
    Listed(
        "rf_lpr3",
        Repository("lchithanh/PhatHienBienSoXe", "58dbb6b", "none (Roboflow export)"),
        "more/scenes",
        "pictures with an unboxed plate were left out by eye",
    ),
    Listed(
        "iran_alpr",
        Repository("roozbehrajabi/ALPR_Dataset", "51da29f", "none; asks to cite its paper"),
        "more/scenes",
        "a part of it; pictures with an unboxed plate were left out by eye",
    ),
)
"""Further sets that the shipped weights were trained on."""
BY_HAND = """\
CCPD itself (MIT) is not in its repository: github.com/detectRecog/CCPD says where its archives are. Unpack one, then
  python -m src.data.importers ccpd CCPD2019/ccpd_base OUT/ccpd/manifest.jsonl --val 0.1"""
"""Says how to get what cannot be fetched."""
