"""Chooses which images an epoch draws, and with which seed: the same for any number of workers."""

from collections.abc import Iterator, Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt
import pytorch_lightning as pl
import torch
from torch.utils.data import Sampler

from src.data.annotations.manifest import ManifestError


def source_probabilities(sources: Sequence[str], weights: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """Returns the probability of each image: the weight of its source (1 where none is named), normalised.

    Raises ManifestError for a weight whose source no image has: a misspelt source would otherwise be lost silently.
    """
    if unknown := set(weights) - set(sources):
        raise ManifestError(f"source_weights names sources that the data lack: {', '.join(sorted(unknown))}")
    raw = np.array([weights.get(source, 1.0) for source in sources])
    probabilities: npt.NDArray[np.float64] = raw / raw.sum()
    return probabilities


def balanced(
    probabilities: npt.NDArray[np.float64], countries: Sequence[str], texts: Sequence[str], balance: float
) -> npt.NDArray[np.float64]:
    """Evens ``probabilities`` [N] of crops out over countries and, within each, over the beginnings of texts.

    With a ``balance`` of 0 they stay as they are. With 1 all countries are equally likely, and so are all beginnings
    within a country. In between, the total of a country or beginning is raised to the power 1 - ``balance`` before it
    is normalised. Crops of the same country and beginning keep their proportions.
    """
    country = _numbers(countries)
    beginning = _numbers([f"{code} {prefix(text)}" for code, text in zip(countries, texts, strict=True)])
    of_beginning = np.bincount(beginning, probabilities)
    country_of = np.zeros(len(of_beginning), np.intp)
    country_of[beginning] = country
    within = of_beginning ** (1 - balance)
    within /= np.bincount(country_of, within)[country_of]
    of_country = np.bincount(country, probabilities) ** (1 - balance)
    of_country /= of_country.sum()
    even: npt.NDArray[np.float64] = probabilities / of_beginning[beginning] * within[beginning] * of_country[country]
    return even


def prefix(text: str) -> str:
    """Returns the beginning that often stands for a region: up to two leading digits, else one character."""
    digits = len(text) - len(text.lstrip("0123456789"))
    return text[: min(digits, 2) or 1]


def _numbers(names: Sequence[str]) -> npt.NDArray[np.intp]:
    """Numbers the distinct names and returns the number of each."""
    return np.asarray(np.unique(np.array(names, object).astype(str), return_inverse=True)[1], np.intp)


class EpochSampler(Sampler[tuple[int, int]]):
    """Draws ``count`` pairs (index, seed) with replacement; ``seed`` and ``epoch`` determine them."""

    def __init__(self, probabilities: npt.NDArray[np.float64], count: int, seed: int, epoch: int) -> None:
        self.probabilities, self.count, self.seed, self.epoch = probabilities, count, seed, epoch

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[tuple[int, int]]:
        rng = np.random.default_rng([self.seed, self.epoch])
        indices = rng.choice(len(self.probabilities), self.count, p=self.probabilities)
        seeds = rng.integers(2**31, size=self.count)
        yield from zip(indices.tolist(), seeds.tolist(), strict=True)


def one_thread(worker: int) -> None:
    """Keeps OpenCV and torch from starting a thread pool in every worker; it is a ``worker_init_fn``."""
    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def epoch_of(trainer: pl.Trainer | None) -> tuple[int, float]:
    """Returns the current epoch, and the fraction of all epochs that lies behind it."""
    if trainer is None:
        raise RuntimeError("training batches need a Trainer: how large and how mixed they are follows its progress")
    return trainer.current_epoch, trainer.current_epoch / max(trainer.max_epochs or 1, 1)
