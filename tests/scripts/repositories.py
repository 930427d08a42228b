"""The layouts of the public repositories, a few files each, and the archives that a server makes of them."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from serving import COMMIT, archive, picture

from src.data.public.catalogue import SOURCES

PHOTO, CROP, PNG = picture(), picture(94, 24), picture(94, 24, "PNG")
YOLO = b"0 0.5 0.5 0.2 0.1\n"  # 80, 45, 120, 55
AREAS = '[{"id": 1, "x": 10, "y": 20, "z": 100, "width": 50, "height": 15}]'


def _voc(name: str, *plates: str) -> bytes:
    box = "<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>60</xmax><ymax>35</ymax></bndbox>"
    objects = "".join(f"<object><name>{plate}</name>{box}</object>" for plate in plates)
    size = "<size><width>200</width><height>100</height></size>"
    return f"<annotation><filename>{name}</filename>{size}{objects}</annotation>".encode()


def _database(folder: Path) -> bytes:
    path = folder / "train.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE annotations (filename, imwidth, imheight, isdeleted, imgareas)")
        database.execute("INSERT INTO annotations VALUES ('10.jpg', 200, 100, 0, ?)", [AREAS])
        database.commit()
    content = path.read_bytes()
    path.unlink()
    return content


def trees(folder: Path) -> dict[str, dict[str, bytes]]:
    """Per repository a few files at the places where it has them."""
    plates = "yolo_training/content/experiment-plates-1"
    kaggle = "license_plate_detection/dataset"
    snowy, tunisia = "Number-Plate-Detection-2", "detection/dataset_split"
    ocr = "recognition3/license_plates_recognition_train"
    return {
        "faisalthaheem/open-lpr-dataset-plate-detection": {"train.db": _database(folder), "train/10.jpg": PHOTO},
        "RobertLucian/license-plate-dataset": {
            "dataset/train/annots/ride.mp4#t=1.xml": _voc("ride.mp4#t=1.jpg", "license-plate"),
            "dataset/train/images/ride.mp4#t=1.jpg": PHOTO,
            "dataset/valid/annots/ride.mp4#t=2.xml": _voc("ride.mp4#t=2.jpg", "license-plate"),
            "dataset/valid/images/ride.mp4#t=2.jpg": PHOTO,
        },
        "sambett/tunisian-license-plate-recognition": {
            f"{tunisia}/test/annotations/104.xml": _voc("104.jpg", "license_plate"),
            f"{tunisia}/test/images/104.jpg": PHOTO,
            f"{ocr}_train.csv": b"img_id,text\n1.jpg,93T140\n",
            f"{ocr}_val.csv": b"img_id,text\n2.jpg,158T 412\n",
            f"{ocr}/1.jpg": CROP,
            f"{ocr}/2.jpg": CROP,
        },
        "TechKhid/LicensePlateDetection": {
            "Lp/data.yaml": b"train: /content/gdrive/Lp/test/images\nnames: ['license-plate', 'vehicle']\n",
            "Lp/train/images/a.jpg": PHOTO,
            "Lp/train/labels/a.txt": YOLO + b"1 0.5 0.5 0.9 0.9\n",
            "Lp/valid/images/b.jpg": PHOTO,
            "Lp/valid/labels/b.txt": b"",
            "Lp/test/images/c.jpg": PHOTO,
            "Lp/test/labels/c.txt": YOLO,
        },
        "70Null07/plateyolov8train": {
            f"{snowy}/train/images/-1-_jpeg.rf.6a.jpg": PHOTO,
            f"{snowy}/train/labels/-1-_jpeg.rf.6a.txt": YOLO,
        },
        "RithvikGoud/license-plate-detection": {
            f"{kaggle}/{half}/{file}": content
            for half in ("train", "valid", "test")
            for file, content in ((f"images/Cars{half}.png", PHOTO), (f"labels/Cars{half}.txt", YOLO))
        },
        "chirag-agrawal24/ANPR": {
            f"{plates}/{half}/{file}": content
            for half in ("train", "valid", "test")
            for file, content in ((f"images/{half}.jpg", PHOTO), (f"labels/{half}.txt", YOLO))
        },
        "openalpr/train-detector": {
            "br/#_CC_011241_AXK3125.JPG_0000_0428_0037_0103_0042.jpg": CROP,
            "eu2/crop_cz_3b62037_close.jpg": CROP,
            "eu2/crop_ch_zh-543756.jpg": CROP,
            "eu/eu-0.png": PNG,
            "neg/x.jpg": b"not wanted",
        },
        "openalpr/benchmarks": {
            "seg_and_ocr/groundtruth.csv": b"ak1165.png,ak,FUW999\n",
            "seg_and_ocr/usimages/ak1165.png": PNG,
            "endtoend/eu/eu5.txt": b"eu5.jpg\t10\t20\t50\t15\tOYO9FEU\n",
            "endtoend/eu/eu5.jpg": PHOTO,
            "endtoend/eu/eu1.txt": b"eu1.jpg\t10\t20\t50\t15\tM5XSX\n",
            "endtoend/eu/eu1.jpg": PHOTO,
            "endtoend/br/HPM9362.txt": b"HPM9362.jpeg\t10\t20\t50\t15\tHPM9362\n",
            "endtoend/br/HPM9362.jpeg": PHOTO,
        },
        "sirius-ai/LPRNet_Pytorch": {"data/test/皖A00E66.jpg": CROP},
        "telattar/Egyptian-motorcycle-license-plate-dataset": {
            f"{half}/{file}": content
            for half in ("train", "valid", "test")
            for file, content in ((f"images/{half}.jpg", PHOTO), (f"labels/{half}.txt", YOLO))
        },
        "IzzatulloOne/LPRNet": {"dataset/final/train/01A115AA_2ab15b.jpg": CROP},
        "dstaroff/russian-license-plate-recognition": {
            "data/004.xml": _voc("004.jpg", "car_rear", "plate"),
            "data/004.jpg": PHOTO,
        },
    }


def archives(of: Mapping[str, Mapping[str, bytes]]) -> dict[str, bytes]:
    """By path of the address, each of the commit that is pinned."""
    pinned = {source.repository.name: source.repository.commit for source in SOURCES}
    return {
        f"/{name}/tar.gz/{pinned[name]}": archive(tree, commit=pinned[name] + COMMIT[len(pinned[name]) :])
        for name, tree in of.items()
    }
