"""``python -m src.improve``: the reader learns from corrections, and is shipped if it is better than the one before.

Exit status: 0 promoted or rolled back, 1 not promoted or failed, 2 wrong usage.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from rich import box
from rich.console import Console
from rich.table import Table

import src.train_ocr  # noqa: F401  # the schema of its configuration is registered there
from src.core.card import CardError, ModelCard, load_card, write_card
from src.core.cli import FAILED, Parser, counted, refused, run_command
from src.core.formats.registry import load_registry
from src.data.annotations.manifest import Record, manifest_path, read_manifest, write_manifest
from src.evaluation.accuracy.run import evaluate_set, gather
from src.evaluation.accuracy.system_result import System
from src.evaluation.accuracy.systems import Ours
from src.evaluation.datasets.sets import EvaluationSet, SetError, data_folder, default_sets, sets_of
from src.evaluation.metrics.average_precision import AP_FLOOR
from src.evaluation.metrics.verdict import Verdict, judge
from src.export.__main__ import sample_crops
from src.export.onnx import ParityError
from src.export.package import ExportError, export_ocr
from src.export.versions import VersionError, promote, rollback
from src.runtime.detector import Detector
from src.runtime.reader import Reader
from src.runtime.session import ProviderError
from src.training.build import ConfigError
from src.training.train import USER_FAULTS, train

PROG = "python -m src.improve"
EPILOG = """\
examples:
  python -m src.service.export_training runs/corrections --accepted
  python -m src.improve runs/corrections
  python -m src.improve runs/corrections minutes=60 optim.learning_rate=1e-4
  python -m src.improve --rollback

The shipped reader goes on training with split train of CORRECTIONS, among the sets of configs/mix that are below the
data folder and drawn plates (configs/experiment/ocr_improve.yaml; OVERRIDES are Hydra's). It keeps the shipped one's
calibration. Both readers then read split test of CORRECTIONS, which neither has learnt from, and val and the benchmarks
where they are. The new one is promoted if it reads more of the corrections right, beyond noise, and reads no set worse
beyond noise, and if its confidences are not worse beyond noise either.

The shipped reader is kept below MODELS/.earlier, and --rollback puts it back. A service takes the other reader when it
is started again.
Exit status: 0 promoted or rolled back, 1 not promoted or failed, 2 wrong usage."""

HELD_OUT = "test"
CORRECTIONS = "corrections"
FEWEST = 6
"""Plates that have to become right before McNemar's test takes that for more than noise."""
CONFIGS = Path(__file__).parents[1] / "configs"
SAMPLES = Path("data/samples/manifest.jsonl")
WIDTH = 120
FAULTS = (*USER_FAULTS, CardError, ProviderError, SetError, VersionError)


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    args = parse(argv)
    place = args.models / "ocr"
    try:
        if args.rollback:
            card = rollback(place)
            print(f"{place}: the reader of commit {card.commit[:7]} again ({card.created})")
            return 0
        sets = judging_sets(args)  # what cannot be judged is said before an hour of training
        candidate = improved(args)
        verdict = judged(args, candidate, sets)
        show(verdict)
        if not verdict.is_better:
            print(f"{place} stays: {'; '.join(verdict.against)}", file=sys.stderr)
            return FAILED
        promote(candidate / "ocr", place)
    except (ParityError, ExportError) as error:  # it has learnt something odd, such as to say the same of all plates
        print(f"{PROG}: the new reader cannot be shipped: {error}", file=sys.stderr)
        return FAILED
    except (HydraException, OmegaConfBaseException, *FAULTS, OSError) as error:
        return refused(PROG, _on_one_line(error))
    print(f"{place}: the new reader; --rollback puts the one before back")
    return 0


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The checked flags. Ends the program with status 2 for wrong ones."""
    parser = Parser(PROG, "Trains the reader on corrections and promotes it if it is better.", EPILOG)
    parser.add_argument(
        "words",
        nargs="*",
        metavar="CORRECTIONS OVERRIDES",
        help="the folder that export_training wrote, and what is to be otherwise in the training, such as minutes=60",
    )
    parser.add_argument("--rollback", action="store_true", help="put the reader before the last promotion back")
    parser.add_argument("--models", type=Path, default=Path("exports"), metavar="DIR", help="default: exports")
    parser.add_argument("--data", metavar="DIR", help="data folder (default: $PLATE_DATA, else data)")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/improve"), metavar="DIR", help="of the run (default: runs/improve)"
    )
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="CPU threads (default: 0, all cores)")
    args = parser.parse_intermixed_args(argv)
    if args.rollback == bool(args.words):
        parser.error("either CORRECTIONS or --rollback is needed")
    args.corrections, args.overrides = Path(args.words[0] if args.words else ""), args.words[1:]
    return args


def improved(args: argparse.Namespace) -> Path:
    """Trains the reader, and returns a folder of models with it and the shipped detector.

    Raises one of FAULTS, ParityError, ExportError, and what Hydra raises for wrong overrides.
    """
    shipped = load_card(args.models / "ocr")
    learnt = args.out / "corrections.jsonl"
    write_manifest(learnt, _readable(args.corrections, shipped))
    config = _composed(args, learnt)
    train(config)
    candidate = args.out / "models"
    _link(candidate / "detector", (args.models / "detector").resolve())
    registry = load_registry(*map(Path, config.registry))
    checkpoint = Path(config.output_dir) / "checkpoints" / "best.ckpt"
    made = export_ocr(checkpoint, candidate / "ocr", partial(sample_crops, SAMPLES), registry)
    write_card(_calibrated_as(made, shipped), candidate / "ocr")
    return candidate


def judging_sets(args: argparse.Namespace) -> list[EvaluationSet]:
    """Returns the sets that both readers read: the corrections that are held out, and what must not get worse.

    Raises SetError, also where too few corrections are held out to show that anything is better.
    """
    manifest = manifest_path(str(args.corrections), Path())
    held_out = sets_of(manifest, HELD_OUT, CORRECTIONS)
    plates = sum(bool(plate.text) for pictures in held_out for record in pictures.records for plate in record.labels)
    if plates < FEWEST:
        some = counted(plates, "plate")
        raise SetError(f"{manifest}: {some} of split {HELD_OUT!r}, of which fewer than {FEWEST} cannot show a gain")
    return [*held_out, *_guards(data_folder(args.data))]


def judged(args: argparse.Namespace, candidate: Path, sets: Sequence[EvaluationSet]) -> Verdict:
    """Returns what the shipped and the new reader make of the same pictures. Raises one of FAULTS."""
    readers = [Reader(models, args.threads) for models in (args.models, candidate)]
    sweep = Detector(args.models / "detector", args.threads, min_confidence=AP_FLOOR)
    before, after = _measured(sets, [Ours(reader, sweep) for reader in readers])
    return judge(before, after, CORRECTIONS)


def show(verdict: Verdict) -> None:
    """A row for each figure."""
    table = Table("", "plates", "before", "after", "beyond noise", box=box.SIMPLE)
    for column in table.columns[1:]:
        column.justify = "right"
    for change in verdict.changes:
        noise = "better" if change.better else "worse" if change.worse else ""
        table.add_row(change.what, f"{change.plates:,}", f"{change.before:.4f}", f"{change.after:.4f}", noise)
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)


def _composed(args: argparse.Namespace, learnt: Path) -> DictConfig:
    """Returns the configuration of the training: the experiment, the sets that are at hand, and the overrides."""
    data = data_folder(args.data)
    with initialize_config_dir(version_base="1.3", config_dir=str(CONFIGS)):
        usual = [name for name in compose("train_ocr").mix.crops if _is_there(name, data)]
        sets = [str(learnt.resolve()), *usual]
        stated = [
            "experiment=ocr_improve",
            f"data.sets=[{','.join(sets)}]",
            f"data.data_root={data}",
            f"init_from={args.models / 'ocr'}",
            f"output_dir={args.out / 'training'}",
            f"threads={args.threads}",
        ]
        print(f"the training has {' and '.join([CORRECTIONS, *usual])}", file=sys.stderr)
        return compose("train_ocr", [*stated, *args.overrides])


def _is_there(name: str, data: Path) -> bool:
    return (data / name / "manifest.jsonl").is_file()


def _readable(corrections: Path, card: ModelCard) -> list[Record]:
    """Returns the corrections with the full paths of their pictures, without those that a reader cannot learn.

    An operator may have typed a character that the reader does not know: such a text is named and left out.
    """
    manifest = manifest_path(str(corrections), Path())
    known, records = set(card.alphabet or ""), []
    for record in read_manifest(manifest):
        texts = [label.text or "" for label in record.labels]
        if odd := sorted({character for text in texts for character in text} - known):
            print(f"{record.image}: has {odd[0]!r}, which the reader does not know; left out", file=sys.stderr)
        else:
            records.append(record.model_copy(update={"image": str((manifest.parent / record.image).resolve())}))
    return records


def _calibrated_as(made: ModelCard, shipped: ModelCard) -> ModelCard:
    """Returns the card with the calibration of the reader that it went on from, of which it says so.

    That one is fitted on sources that it has not seen, which cannot be had again. Whether it holds is a part of the
    verdict.
    """
    calibration, formats = shipped.calibration, made.formats
    if calibration is not None and calibration.read_by is None:
        calibration = calibration.model_copy(update={"read_by": shipped.sha256})
    if formats is not None and shipped.formats is not None:
        formats = formats.model_copy(update={"parameters": shipped.formats.parameters})
    kept = {"calibration": calibration, "formats": formats, "name": shipped.name}
    kept |= {name: getattr(shipped, name) for name in ("confidence_threshold", "whole", "passages", "acceptance")}
    return made.model_copy(update=kept)


def _guards(data: Path) -> list[EvaluationSet]:
    """Returns the sets that must not get worse: the benchmarks, and those of val with texts."""
    found: dict[str, EvaluationSet] = {}
    for split in ("test", "val"):
        try:
            found |= {pictures.name: pictures for pictures in default_sets(data, split)}
        except SetError as error:
            print(f"not judged by {split}: {error}", file=sys.stderr)
    return [pictures for pictures in found.values() if any(p.text for r in pictures.records for p in r.labels)]


def _measured(sets: Sequence[EvaluationSet], systems: Sequence[Ours]) -> list[System]:
    runs = []
    for pictures in sets:
        print(f"{pictures.name}: {counted(len(pictures.records), 'picture')}", file=sys.stderr, flush=True)
        runs.append(evaluate_set(pictures, systems))
    return [gather(who, [of_set[number] for of_set in runs]) for number, who in enumerate(systems)]


def _link(name: Path, target: Path) -> None:
    """Makes ``name`` lead to the folder ``target``."""
    name.parent.mkdir(parents=True, exist_ok=True)
    name.unlink(missing_ok=True)
    name.symlink_to(target, target_is_directory=True)


def _on_one_line(error: Exception) -> Exception:
    """Returns an error that says the same on one line; that of a file stays as it is."""
    return error if isinstance(error, OSError) else ConfigError(" ".join(str(error).split()))


if __name__ == "__main__":
    run_command(main)
