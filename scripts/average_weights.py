"""The mean of two checkpoints' weights: ``python -m scripts.average_weights BEFORE AFTER OUT``.

AFTER is a training that went on from BEFORE. Weights between the two often keep what BEFORE did well and have most of
what AFTER has learnt (Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022). OUT is AFTER with them, as
``make export`` takes it, with figures of a validation of its own, on the data that AFTER's folder names in config.yaml.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from omegaconf import OmegaConf

from src.core.cli import Parser, refused, run_command
from src.export.package import ExportError, load_checkpoint
from src.training.build import build
from src.training.train import USER_FAULTS
from src.training.weights import sha256_of

PROG = "python -m scripts.average_weights"


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    parser = Parser(PROG, "Writes a checkpoint whose weights lie between those of two.", "")
    parser.add_argument("before", type=Path, metavar="BEFORE", help="the checkpoint that AFTER started from")
    parser.add_argument("after", type=Path, metavar="AFTER", help="the checkpoint of the later training")
    parser.add_argument("out", type=Path, metavar="OUT", help="the checkpoint to write")
    parser.add_argument("--share", type=float, default=0.5, metavar="S", help="of AFTER, 0 to 1 (default: 0.5)")
    args = parser.parse_args(argv)
    if not 0 <= args.share <= 1:
        parser.error(f"--share: {args.share:g} is not from 0 to 1")
    try:
        before, after = (load_checkpoint(path, "make train-ocr") for path in (args.before, args.after))
        starts = [start["sha256"] for start in after["provenance"].get("started_from", [])]
        if sha256_of(args.before) not in starts:
            raise ExportError(f"{args.after}: did not start from {args.before}")
        after["state_dict"] = between(before["state_dict"], after["state_dict"], args.share)
        after["provenance"]["metrics"] = validated(args.after.parents[1] / "config.yaml", after["state_dict"])
    except (ExportError, *USER_FAULTS, OSError) as error:
        return refused(PROG, error)
    torch.save(after, args.out)
    return 0


def between(before: dict[str, Any], after: dict[str, Any], share: float) -> dict[str, Any]:
    """Returns the weights ``(1 - share) * before + share * after``; what counts, and is no weight, is that of after.

    Raises ExportError where they are not of the same network.
    """
    if {name: value.shape for name, value in before.items()} != {name: value.shape for name, value in after.items()}:
        raise ExportError("the two are not of the same network")
    return {
        name: ((1 - share) * before[name].float() + share * value.float()).to(value.dtype)
        if value.is_floating_point()
        else value
        for name, value in after.items()
    }


def validated(path: Path, state: dict[str, Any]) -> dict[str, float]:
    """Returns the figures of a validation of the weights, as the training of the configuration at ``path`` makes them.

    Raises one of USER_FAULTS and OSError.
    """
    config = OmegaConf.load(path)
    module = build(config.model)
    module.load_state_dict(state)
    trainer = pl.Trainer(logger=False, enable_checkpointing=False, precision=config.trainer.precision)
    (figures,) = trainer.validate(module, datamodule=build(config.data), verbose=False)
    return {name: float(value) for name, value in figures.items() if name.startswith("val/")}


if __name__ == "__main__":
    run_command(main)
