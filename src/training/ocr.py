"""The Lightning module of the reader: it trains the text, the country, and whether a plate is whole."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pytorch_lightning as pl
import torch
from rapidfuzz.distance import Levenshtein
from torch import Tensor

from src.core.alphabet import LATIN, PROVINCES, SUFFIXES, Alphabet
from src.core.ctc import NO_LABEL
from src.data.loaders.crops import CropBatch
from src.models.ocr import Head, PlateOCR
from src.training.ocr_loss import region_loss, whole_loss
from src.training.schedule import optimisation
from src.training.weights import Rows, WeightsError


class OCRModule(pl.LightningModule):
    """Trains a ``PlateOCR``; ``regions`` are the countries that it tells apart.

    The loss is a weighted sum. The loss of the texts has weight 1. The loss of the character alignment helps CTC to
    begin: the synthesiser knows where each character stands, and without that help CTC learns nothing for tens of
    thousands of crops. Its weight falls from ``alignment_weight`` to ``alignment_weight_end`` during the share
    ``alignment_fade`` of the training. ``region_weight`` weighs the loss of the countries. ``whole_weight`` weighs the
    loss of the output ``whole``, which tells whole plates from plates that are cut, covered or unreadable, and from
    crops without a plate.
    """

    def __init__(
        self,
        regions: Sequence[str],
        alphabet: str = LATIN + PROVINCES + SUFFIXES,
        size: Sequence[int] = (48, 128),
        width_kept: Sequence[int] = (3, 4),
        cut_after: int = 5,
        head: Head = "two-line-ctc",
        head_width: int = 256,
        dropout: float = 0.1,
        pretrained: bool = False,
        alignment_weight: float = 2.0,
        alignment_weight_end: float = 0.1,
        alignment_fade: float = 0.8,
        region_weight: float = 0.1,
        whole_weight: float = 0.5,
        learning_rate: float = 2e-3,
        weight_decay: float = 0.05,
        warmup_samples: int = 8000,
        channels_last: bool = True,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.alphabet, self.regions = Alphabet(alphabet), tuple(regions)
        self.model = PlateOCR(
            self.alphabet.classes,
            len(self.regions),
            (int(size[0]), int(size[1])),
            width_kept,
            cut_after,
            head,
            head_width,
            dropout,
            pretrained,
        )
        if channels_last:
            self.model.to(memory_format=torch.channels_last)

    @property
    def rows(self) -> tuple[Rows, ...]:
        """The character and the country that each row of the last layers stands for; row 0 of the text is the blank."""
        characters = Rows("head.classify", "alphabet", tuple(self.alphabet.characters), first=1)
        return characters, Rows("region.1", "regions", self.regions)

    def training_step(self, batch: CropBatch, index: int) -> Tensor:
        features = self.model.features(batch.images)
        text, alignment = self.model.head.loss(self.model.head(features), batch)
        region = region_loss(self.model.regions(features), batch.regions)
        whole = whole_loss(self.model.whole(features), batch.whole)
        loss = text + self.alignment_weight() * alignment + self.hparams["region_weight"] * region
        loss = loss + self.hparams["whole_weight"] * whole
        n = len(batch.texts)
        self.log("loss", loss.detach(), prog_bar=True, batch_size=n)
        self.log("loss_text", text.detach(), prog_bar=True, batch_size=n)
        self.log("loss_alignment", alignment.detach(), batch_size=n)
        self.log("loss_region", region.detach(), batch_size=n)
        self.log("loss_whole", whole.detach(), batch_size=n)
        return loss

    def alignment_weight(self) -> float:
        """Returns the weight of the alignment's loss at the present step."""
        start, end = self.hparams["alignment_weight"], self.hparams["alignment_weight_end"]
        progress = self.trainer.global_step / max(1, int(self.trainer.estimated_stepping_batches))
        return float(start + (end - start) * min(1.0, progress / max(self.hparams["alignment_fade"], 1e-6)))

    def on_validation_epoch_start(self) -> None:
        self._exact: dict[str, list[bool]] = defaultdict(list)
        self._edits: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._regions: dict[str, list[bool]] = defaultdict(list)
        self._whole: dict[str, list[bool]] = defaultdict(list)

    def validation_step(self, batch: CropBatch, index: int) -> Any:
        """Returns the texts that were read, which ``SampleReadings`` draws."""
        log_probs, regions, whole = self.model(batch.images)
        told = ((whole.squeeze(1) > 0) == batch.whole).tolist()
        readings = [self.model.head.decode(row, self.alphabet).text for row in log_probs.cpu().numpy()]
        right = (regions.argmax(1) == batch.regions).tolist()
        for i, (read, true, source) in enumerate(zip(readings, batch.texts, batch.sources, strict=True)):
            self._whole[source if source.startswith("not_whole") else "plates"].append(told[i])
            if source.startswith("not_whole"):
                continue
            name = "synthetic" if source.startswith("synthetic") else source
            self._exact[name].append(read == true)
            self._edits[name].append((Levenshtein.distance(read, true), len(true)))
            if batch.regions[i] != NO_LABEL:
                self._regions[name].append(right[i])
        return readings

    def on_validation_epoch_end(self) -> None:
        """Logs the figures of the validation.

        ``val/read`` and ``val/region`` are means over the sources, so that one with many crops does not outvote the
        others. ``val/whole`` is the share of crops whose wholeness is told rightly: a mean over the whole plates and
        over each kind of crop that shows no whole plate.
        """
        for name, edits in self._edits.items():
            wrong, characters = map(sum, zip(*edits, strict=True))
            self.log(f"val/cer_{name}", wrong / max(characters, 1))
        self._log_rates("read", self._exact)
        self._log_rates("region", self._regions)
        self._log_rates("whole", self._whole)

    def _log_rates(self, figure: str, outcomes: dict[str, list[bool]]) -> None:
        rates = {name: sum(right) / len(right) for name, right in outcomes.items()}
        for name, rate in rates.items():
            self.log(f"val/{figure}_{name}", rate)
        real = [rate for name, rate in rates.items() if name != "synthetic"] or list(rates.values())
        if real:
            self.log(f"val/{figure}", sum(real) / len(real), prog_bar=True)

    @classmethod
    def from_checkpoint(cls, saved: dict[str, Any]) -> "OCRModule":
        """Builds the trained reader of a checkpoint, which ``torch.load`` has read; it downloads nothing.

        Raises WeightsError for a checkpoint of a reader that this version cannot build.
        """
        module = cls(**hyper_parameters(saved["hyper_parameters"]) | {"pretrained": False})
        module.on_load_checkpoint(saved)
        module.load_state_dict(saved["state_dict"])
        return module

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Raises WeightsError for a checkpoint of a reader that has no output ``whole`` yet."""
        if not any(name.startswith("model.whole.") for name in checkpoint["state_dict"]):
            raise WeightsError(
                "the checkpoint is of a reader without the output `whole`: a new training may begin with it "
                "(init_from=CHECKPOINT init_may_lack=[whole.]), but it can be neither resumed nor exported"
            )

    def configure_optimizers(self) -> Any:
        batch = self.trainer.datamodule.batch_size  # type: ignore[attr-defined]
        warmup = self.hparams["warmup_samples"] // batch
        total = int(self.trainer.estimated_stepping_batches)
        return optimisation(self.model, self.hparams["learning_rate"], self.hparams["weight_decay"], warmup, total)


_DROPPED = "slots"
"""The number of slots of a head that no longer exists. Checkpoints and cards of then have it for every head."""
_RENAMED = {
    "column_weight": "alignment_weight",
    "column_weight_end": "alignment_weight_end",
    "column_fade": "alignment_fade",
}


def hyper_parameters(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what a checkpoint or card of any age states of a reader as ``OCRModule`` takes it today.

    Raises WeightsError for a reader with the head of learned slots.
    """
    if stated.get("head") == "slots":
        raise WeightsError("the checkpoint is of a reader with the head `slots`, which this version does not have")
    return {_RENAMED.get(name, name): value for name, value in stated.items() if name != _DROPPED}
