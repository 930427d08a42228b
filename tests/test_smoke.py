"""Both trainings for real, on pictures made here: train, export, read the same strings back."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from src.core.alphabet import LATIN
from src.core.card import load_card
from src.core.image import read_image
from src.data.annotations.manifest import Record, read_manifest, write_manifest
from src.data.synthesis import CropSynthesiser, find_fonts
from src.runtime.detector import Detector
from src.runtime.plate_reader import PlateReader
from tests.fonts import FONTS

pytestmark = pytest.mark.slow

SAMPLES = Path("data/samples/manifest.jsonl").resolve()
COUNTRY = """
code: XX
name: Nowhere
sign: XX
prior: 5
sources: [https://example.org]
parts:
  place: {codes: بA بB}
types:
  - {name: car, vehicles: car, since: 2020, weight: 1, size: [520, 110], lines: <place> ddd, typeface: european,
     script: arabic, drawn: {ب: ب}, looks: {ground: white, ink: black}}
"""


def run(module: str, *overrides: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *overrides], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def eight_plates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight clean synthetic crops, both splits alike: what is to be learnt by heart."""
    folder = tmp_path_factory.mktemp("plates")
    fonts = [p for p in find_fonts(FONTS) if p.stem == "DejaVuSans-Bold"]
    synthesise, records, seed = CropSynthesiser(fonts, (32, 128)), [], 0
    while len(records) < 16:
        crop = synthesise(np.random.default_rng(seed))
        seed += 1
        if crop.lines == 1 and crop.image.std() > 50:
            name = f"{len(records)}.png"
            Image.fromarray(crop.image).save(folder / name)
            chars = tuple(tuple(map(float, box)) for box in crop.chars)
            records += [Record(image=name, text=crop.text, chars=chars, split=s) for s in ("train", "val")]
    write_manifest(folder / "manifest.jsonl", records)
    return folder


def test_the_reader_learns_eight_plates_by_heart(eight_plates: Path, tmp_path: Path) -> None:
    run(
        "src.train_ocr", f"output_dir={tmp_path}", f"data.sets=[{eight_plates / 'manifest.jsonl'}]", "threads=1",
        "data.synthetic_share=0", "data.synthetic_val=0", "data.workers=0", "data.batch_size=8",
        "data.samples_per_epoch=3200", "augment.margin=[0,0]", "augment.corner=0", "trainer.max_epochs=1",
        "model.cut_after=3", "model.width_kept=[3]", "model.dropout=0", "optim.learning_rate=3e-3",
        "optim.warmup_samples=80", "optim.weight_decay=0", "trainer.precision=32-true", "callbacks.ema.decay=0.9",
    )  # fmt: skip
    run("src.export", "models=[ocr]", f"ocr.checkpoint={tmp_path}/checkpoints/last.ckpt", f"ocr.out={tmp_path}/ocr")
    assert (tmp_path / "triton" / "plate_reader" / "1" / "model.onnx").is_file()
    reader = PlateReader(tmp_path / "ocr", threads=1)
    wanted = {r.image: r.text for r in read_manifest(eight_plates / "manifest.jsonl")}
    read = {name: reader.read_whole(read_image(eight_plates / name)).text for name in wanted}
    assert read == wanted
    card = json.loads((tmp_path / "ocr" / "card.json").read_text())
    assert card["metrics"]["val/read"] == 1.0
    assert card["trained_on"]["samples_drawn"] == 3200


def test_a_country_is_added_by_one_file(tmp_path: Path) -> None:
    """Its name, its prior and a character that no other plate has stand there alone."""
    (tmp_path / "plates").mkdir()
    (tmp_path / "plates" / "xx.yaml").write_text(COUNTRY, encoding="utf-8")
    run(
        "src.train_ocr", "experiment=ocr_finetune", f"output_dir={tmp_path}", "threads=1", "data.workers=0",
        f"registry=[configs/plates,{tmp_path}/plates]", "data.synthetic_weights={XX: 1, rest: 1}",
        f"data.fonts={FONTS}", "data.samples_per_epoch=320", "data.batch_size=16",
        "data.synthetic_val=16", "trainer.max_epochs=1",
    )  # fmt: skip
    saved = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    assert saved["global_step"] == 20
    assert "XX" in saved["hyper_parameters"]["regions"]
    assert saved["hyper_parameters"]["alphabet"].startswith(LATIN + "ب")
    run(
        "src.export", "models=[ocr]", f"ocr.checkpoint={tmp_path}/checkpoints/last.ckpt", f"ocr.out={tmp_path}/ocr",
        f"ocr.registry=[configs/plates,{tmp_path}/plates]",
    )  # fmt: skip
    card = load_card(tmp_path / "ocr")
    assert "XX" in card.regions
    assert card.formats is not None
    assert "XX" in card.formats.countries


def test_the_detector_learns_the_samples_by_heart(tmp_path: Path) -> None:
    records = [
        r.model_copy(update={"split": split, "image": str(SAMPLES.parent / r.image)})
        for r in read_manifest(SAMPLES)
        for split in ("train", "val")
    ]
    write_manifest(tmp_path / "manifest.jsonl", records)
    run(
        "src.train_detector", f"output_dir={tmp_path}", f"data.sets=[{tmp_path / 'manifest.jsonl'}]", "threads=1",
        f"cache={tmp_path}", "data.sizes=[[0,160]]", "data.val_size=160", "data.batch_size=6", "data.workers=0",
        "data.samples_per_epoch=1200", "data.mosaic_share=0", "trainer.max_epochs=1", "optim.warmup_samples=60",
        "optim.learning_rate=4e-3",
        "augment.zoom=[0.9,1.1]", "augment.focus=0", "augment.rotate=0", "augment.shear=0", "callbacks.ema.decay=0.9",
    )  # fmt: skip
    checkpoint = f"detector.checkpoint={tmp_path}/checkpoints/last.ckpt"
    run("src.export", "models=[detector]", checkpoint, f"detector.out={tmp_path}/detector", "detector.size=160")
    detector = Detector(tmp_path / "detector", threads=1, min_confidence=0.1)
    found = sum(bool(detector.detect(read_image(r.image))) for r in records[::2])
    assert found >= 4


@pytest.mark.parametrize(
    ("module", "override", "status", "names"),
    [
        ("src.train_detector", "data.sets=[nowhere]", 1, "nowhere/manifest.jsonl"),
        ("src.train_ocr", "data.fonts=nowhere", 1, "nowhere: no font file"),
        ("src.train_ocr", "resume=nowhere.ckpt", 2, "no checkpoint nowhere.ckpt"),
        ("src.train_ocr", "model._target_=os.system", 2, "'os.system' is not allowed"),
    ],
)
def test_what_the_user_can_mend_is_said_in_one_line(
    module: str, override: str, status: int, names: str, tmp_path: Path
) -> None:
    words = [sys.executable, "-m", module, f"output_dir={tmp_path}", override]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == status
    assert names in done.stderr
    assert "Traceback" not in done.stderr


def test_export_without_a_checkpoint_says_what_to_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "src.export", "models=[ocr]", f"ocr.checkpoint={tmp_path}/no.ckpt"],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "make train-ocr" in done.stderr
    assert "Traceback" not in done.stderr
