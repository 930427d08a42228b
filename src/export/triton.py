"""Exported models as a Triton model repository: ``python -m src.export.triton exports exports/triton``.

A client takes the card from the export itself, so the repository has no alphabet and no thresholds. Each configuration
says which file a version is, and a client asks for the one of its card: see ``src.runtime.triton_model``.
"""

if __name__ == "__main__":  # before the imports that take seconds
    from src.core.cli import begin_command

    begin_command()

import shutil
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from src.core.card import CardError, ModelCard, sha256_of
from src.core.cli import USAGE, Parser, run_command
from src.core.files import replacing
from src.core.geometry import canvas_size
from src.runtime.model import INPUT, Model, Task, Tensor, check_contract
from src.runtime.plate_reader import MAX_BATCH
from src.runtime.session import open_model
from src.runtime.triton_model import HASH, SERVED_AS

PROG = "python -m src.export.triton"
PHOTOGRAPHS = ((3000, 3000), (3000, 4000), (1080, 1920))
"""Heights and widths of photographs as cameras make them, on whose canvases the detector is warmed up."""
CROPS = (8, 16, 32)
"""Crops that go through the reader together once so many wait."""
MOST: Mapping[Task, int] = {"detector": 8, "ocr": MAX_BATCH}
"""Images in one request or batch at most."""

_TYPES = {"uint8": "TYPE_UINT8", "float32": "TYPE_FP32"}
_BATCHING: Mapping[Task, str] = {
    "detector": """\
# Canvases of one size that wait anyway are one batch. They come in many sizes, so none waits for others.
dynamic_batching { }
""",
    "ocr": f"""\
# All crops have one size: a moment's wait makes one batch of the plates of several photographs.
dynamic_batching {{ preferred_batch_size: {list(CROPS)} max_queue_delay_microseconds: 1000 }}
""",
}


def add_model(folder: Path, repository: Path) -> Path:
    """Puts the export ``folder`` into ``repository`` as the newest version, unless it is that already.

    Returns the folder of the version. Raises CardError.
    """
    model = open_model(folder, threads=1)
    check_contract(model, model.card.task, model.outputs)
    served = repository / SERVED_AS[model.card.task]
    newest = max(_versions(served), default=0)
    if not newest or sha256_of(served / str(newest) / "model.onnx") != model.card.sha256:
        newest += 1
        _copy(folder / "model.onnx", served, newest)
    hashes = {number: sha256_of(served / str(number) / "model.onnx") for number in _versions(served)}
    _write(served / "config.pbtxt", configuration(model, hashes))
    return served / str(newest)


def configuration(model: Model, hashes: Mapping[int, str]) -> str:
    """The text of ``config.pbtxt`` for ``model``, whose versions are files with ``hashes``."""
    card = model.card
    return f"""\
# Written by {PROG}, which overwrites it.
name: "{SERVED_AS[card.task]}"
backend: "onnxruntime"
max_batch_size: {MOST[card.task]}
input [
{_tensors(model.inputs)}
]
output [
{_tensors(model.outputs)}
]
# The newest alone: an older one may tell other characters and countries apart, and so not fit the outputs above.
version_policy {{ latest {{ num_versions: 1 }} }}
{_BATCHING[card.task]}\
model_warmup [
{_joined(_warm_up(batch, size) for batch, size in _warm_ups(card))}
]
{_parameters(hashes)}
"""


def _versions(served: Path) -> list[int]:
    """Those that are there, as Triton names them: 1, 2, ..."""
    return sorted(int(path.parent.name) for path in served.glob("[1-9]*/model.onnx") if path.parent.name.isdecimal())


def _copy(file: Path, served: Path, number: int) -> None:
    """Whole or not at all: a server may be watching. It takes no folder for a version whose name is no number."""
    building = served / "building"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    shutil.copyfile(file, building / "model.onnx")
    building.rename(served / str(number))


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and only what is new: a server that watches loads the model again."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        with replacing(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8")


def _tensors(tensors: Mapping[str, Tensor]) -> str:
    """Dimensions are told without the batch's."""
    return _joined(
        f'name: "{name}" data_type: {_TYPES[tensor.dtype]} dims: {_dims(tensor.shape[1:])}'
        for name, tensor in tensors.items()
    )


def _warm_ups(card: ModelCard) -> list[tuple[int, Collection[int]]]:
    """Batch and canvas, or crop, of what comes most often."""
    if card.task == "ocr":
        return [(batch, card.input_size) for batch in (1, *CROPS)]
    if card.stride is None:
        return [(1, card.input_size)]
    return [(1, size) for size in sorted({canvas_size(p, card.input_size, card.stride) for p in PHOTOGRAPHS})]


def _warm_up(batch: int, size: Collection[int]) -> str:
    height, width = size
    value = f"data_type: TYPE_UINT8 dims: {_dims((height, width, 3))} zero_data: true"
    return f'name: "{batch} of {height} x {width}" batch_size: {batch} inputs {{ key: "{INPUT}" value {{ {value} }} }}'


def _parameters(hashes: Mapping[int, str]) -> str:
    return "\n".join(
        f'parameters {{ key: "{HASH.format(number)}" value {{ string_value: "{sha256}" }} }}'
        for number, sha256 in hashes.items()
    )


def _joined(messages: Iterable[str]) -> str:
    return ",\n".join(f"  {{ {message} }}" for message in messages)


def _dims(sides: Collection[int | None]) -> list[int]:
    return [-1 if side is None else side for side in sides]


def main(argv: list[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    parser = Parser(PROG, "Writes a Triton model repository of the exported models, or adds changed ones to it.")
    parser.add_argument("exports", type=Path, metavar="EXPORTS", help="folder with detector/ and ocr/")
    parser.add_argument("repository", type=Path, metavar="REPOSITORY", help="what tritonserver --model-repository gets")
    args = parser.parse_args(argv)
    try:
        for name in SERVED_AS:
            print(add_model(args.exports / name, args.repository))
    except (CardError, OSError) as error:
        print(f"{PROG}: {error}", file=sys.stderr)
        return USAGE
    return 0


if __name__ == "__main__":
    run_command(main)
