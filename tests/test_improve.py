"""The circle for real: corrections are learnt for twenty steps, and the reader is promoted, or not, and goes back."""

import json
import shutil
from pathlib import Path

import pytest

from src.core.card import load_card, write_card
from src.data.annotations.manifest import Record, read_manifest, write_manifest
from src.improve import main
from tests.fonts import FONTS

SAMPLES = Path("data/samples/manifest.jsonl")
TINY = [
    *("threads=1", "data.workers=0", "data.batch_size=4", "data.samples_per_epoch=80", "trainer.max_epochs=1"),
    *("data.synthetic_val=8", "data.synthetic_share=0", "callbacks.ema.decay=0.5"),
    f"data.fonts={FONTS}",
]


@pytest.fixture
def corrections(tmp_path: Path) -> Path:
    """The rendered samples, as if operators had corrected them: two of each to judge by."""
    records = []
    for record in read_manifest(SAMPLES):
        for number, split in enumerate(("train", "test", "test")):
            name = f"{number}-{Path(record.image).name}"
            (tmp_path / "corrections").mkdir(exist_ok=True)
            shutil.copy(SAMPLES.parent / record.image, tmp_path / "corrections" / name)
            said = {"image": name, "split": split, "source": "corrections", "plates": record.plates}
            records.append(Record.model_validate(said))
    odd = records[0].model_copy(
        update={"plates": tuple(p.model_copy(update={"text": "Ω1"}) for p in records[0].plates or ())}
    )
    write_manifest(tmp_path / "corrections" / "manifest.jsonl", [*records, odd])
    return tmp_path / "corrections"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The shipped models; but of the reader's characters each digit is taken for another one."""
    for name in ("ocr", "detector"):
        shutil.copytree(Path("exports", name), tmp_path / "models" / name)
    card = load_card(tmp_path / "models" / "ocr")
    assert card.alphabet is not None
    turned = card.alphabet.replace("0123456789", "1234567890")
    write_card(card.model_copy(update={"alphabet": turned, "commit": "f" * 40}), tmp_path / "models" / "ocr")
    return tmp_path / "models"


@pytest.mark.slow
def test_a_reader_is_promoted_where_it_is_better_and_not_where_it_is_worse(
    corrections: Path,
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("PLATE_DATA", raising=False)
    flags = [str(corrections), "--models", str(models), "--out", str(tmp_path / "run"), "--threads", "1"]
    bad = load_card(models / "ocr")
    shutil.copytree(models / "ocr", tmp_path / "bad")

    assert main([*flags, *TINY, "init_from=exports/ocr", "optim.learning_rate=1e-6"]) == 0, capsys.readouterr().err
    assert "has 'Ω', which the reader does not know" in capsys.readouterr().err
    good = load_card(models / "ocr")
    assert good.trained_on == {"corrections": 7, "samples_drawn": 80}
    assert good.started_from[-1].trained_on == load_card(Path("exports/ocr")).trained_on
    assert (good.acceptance, good.whole, good.passages) == (bad.acceptance, bad.whole, bad.passages)
    assert good.formats is not None
    assert bad.formats is not None
    assert good.formats.parameters == bad.formats.parameters

    assert main([*flags, *TINY, f"init_from={tmp_path / 'bad'}", "optim.learning_rate=1e-6"]) == 1
    assert "corrections, ocr, read: worse beyond noise" in capsys.readouterr().err
    assert load_card(models / "ocr") == good

    assert main(["--rollback", "--models", str(models)]) == 0
    assert load_card(models / "ocr") == bad
    assert main(["--rollback", "--models", str(models)]) == 2
    assert capsys.readouterr().err.strip().endswith("no earlier version of it is kept")


@pytest.mark.parametrize("words", [[], ["corrections", "--rollback"]])
def test_wrong_usage(words: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gone"], "no such manifest"),
        (["{there}", "optim.rate=1"], "Could not override 'optim.rate'"),
        (["{there}", "optim.learning_rate=x"], "optim.learning_rate=x"),
    ],
)
def test_a_fault_is_one_line(
    words: list[str], said: str, corrections: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = [word.format(there=corrections) for word in words]
    assert main([*named, "--out", str(tmp_path / "run")]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("python -m src.improve: ")
    assert said in last


def test_what_cannot_be_judged_is_said_before_the_training(
    corrections: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("src.improve.train", lambda config: pytest.fail("it was trained"))
    manifest = corrections / "manifest.jsonl"
    records = read_manifest(manifest)
    flags = [str(corrections), "--out", str(tmp_path / "run")]
    for left, said in ((3, "3 plates of split 'test', of which fewer than 6 cannot show a gain"), (0, "no labelled")):
        held_out = [each for each in records if each.split == "test" and len(each.plates or ()) == 1][:left]
        write_manifest(manifest, [each for each in records if each.split == "train"] + held_out)
        assert main(flags) == 2
        assert said in capsys.readouterr().err.splitlines()[-1]


def test_the_card_says_whose_calibration_it_is(tmp_path: Path) -> None:
    """A calibration that was the reader's own is that of another one now."""
    from src.improve import _calibrated_as

    card = load_card(Path("exports/ocr"))
    assert card.calibration is not None
    own = card.model_copy(update={"calibration": card.calibration.model_copy(update={"read_by": None})})
    for shipped, read_by in ((own, own.sha256), (card, card.calibration.read_by)):
        made = _calibrated_as(card.model_copy(update={"sha256": "0" * 64, "calibration": None}), shipped)
        assert made.calibration is not None
        assert (made.sha256, made.calibration.read_by) == ("0" * 64, read_by)
        json.loads(made.model_dump_json())
