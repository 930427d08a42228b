"""The Lightning module of the reader: texts, the places of their characters, the country, and what is a whole plate."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytorch_lightning as pl
import torch
from rapidfuzz.distance import Levenshtein
from torch import Tensor

from src.core.alphabet import LATIN, PROVINCES, SUFFIXES, Alphabet
from src.core.ctc import ctc_decode, slot_decode
from src.data.loaders.char_alignment import NO_LABEL
from src.data.loaders.crops import CropBatch
from src.models.heads import SlotHead
from src.models.ocr import Head, PlateOCR
from src.training.ocr_loss import ColumnsLoss, SlotsLoss, TextLoss, region_loss, whole_loss
from src.training.schedule import optimisation
from src.training.weights import Rows, WeightsError


class OCRModule(pl.LightningModule):
    """Trains a ``PlateOCR``; ``regions`` are the countries that it tells apart.

    The synthesiser knows where each character stands, so its columns are supervised: without it CTC sits on its
    plateau for tens of thousands of crops. The weight of that loss falls from ``column_weight`` to
    ``column_weight_end`` over the first ``column_fade`` of the training.
    ``whole_weight`` is that of telling whole plates from what is cut, covered, unreadable or no plate.
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
        slots: int = 12,
        dropout: float = 0.1,
        pretrained: bool = False,
        column_weight: float = 2.0,
        column_weight_end: float = 0.1,
        column_fade: float = 0.8,
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
            slots,
            dropout,
            pretrained,
        )
        trained = self.model.head
        self.text_loss: TextLoss = SlotsLoss(trained) if isinstance(trained, SlotHead) else ColumnsLoss(trained)
        self.decode = slot_decode if isinstance(trained, SlotHead) else ctc_decode
        if channels_last:
            self.model.to(memory_format=torch.channels_last)

    @property
    def rows(self) -> tuple[Rows, ...]:
        """What the rows of the last layers stand for; class 0 is the blank."""
        characters = Rows("head.classify", "alphabet", tuple(self.alphabet.characters), first=1)
        return characters, Rows("region.1", "regions", self.regions)

    def training_step(self, batch: CropBatch, index: int) -> Tensor:
        features = self.model.features(batch.images)
        text, places = self.text_loss(features, batch)
        region = region_loss(self.model.regions(features), batch.regions)
        whole = whole_loss(self.model.whole(features), batch.whole)
        loss = text + self.column_weight() * places + self.hparams["region_weight"] * region
        loss = loss + self.hparams["whole_weight"] * whole
        n = len(batch.texts)
        self.log("loss", loss.detach(), prog_bar=True, batch_size=n)
        self.log("loss_text", text.detach(), prog_bar=True, batch_size=n)
        self.log("loss_columns", places.detach(), batch_size=n)
        self.log("loss_region", region.detach(), batch_size=n)
        self.log("loss_whole", whole.detach(), batch_size=n)
        return loss

    def column_weight(self) -> float:
        """The present weight of the loss of the characters' places."""
        start, end = self.hparams["column_weight"], self.hparams["column_weight_end"]
        progress = self.trainer.global_step / max(1, int(self.trainer.estimated_stepping_batches))
        return float(start + (end - start) * min(1.0, progress / max(self.hparams["column_fade"], 1e-6)))

    def on_validation_epoch_start(self) -> None:
        self._exact: dict[str, list[bool]] = defaultdict(list)
        self._edits: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._regions: dict[str, list[bool]] = defaultdict(list)
        self._whole: dict[str, list[bool]] = defaultdict(list)

    def validation_step(self, batch: CropBatch, index: int) -> Any:
        """Returns the readings, for whoever draws them."""
        log_probs, regions, whole = self.model(batch.images)
        told = ((whole.squeeze(1) > 0) == batch.whole).tolist()
        readings = [self.decode(row, self.alphabet).text for row in log_probs.cpu().numpy()]
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
        """``val/read`` and ``val/region`` are means over sources: the Brazilian cameras must not outvote the rest.

        ``val/whole`` is the mean over whole plates, and over each kind of what is not whole, of the share told as such.
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

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Raises WeightsError for a checkpoint of a reader that could not yet tell what is whole."""
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
