"""Ends a sitting of a training that is continued later."""

import logging
import time

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback

log = logging.getLogger(__name__)


class TimeLimit(Callback):
    """Stops at the end of an epoch when another as long as the longest would pass ``minutes`` (None: never).

    Lightning's ``max_time`` fits no training in sittings: it breaks an epoch off and counts it as whole, and its
    clock is kept in the checkpoint, so that a resumed run stops at once. This clock starts when the callback is
    built, which counts the preparing of the data, and starts anew in every sitting.
    """

    def __init__(self, minutes: float | None) -> None:
        self._start = self._epoch_start = time.monotonic()
        self._seconds, self._longest = float("inf") if minutes is None else 60 * minutes, 0.0

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._epoch_start = time.monotonic()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Comes after the validation, so its time counts as part of the epoch."""
        now = time.monotonic()
        self._longest = max(self._longest, now - self._epoch_start)
        if now - self._start + self._longest > self._seconds:
            log.info("time limit: stopped after epoch %d, %.0f s", trainer.current_epoch, now - self._start)
            trainer.should_stop = True
