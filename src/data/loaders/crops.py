"""Loads plate crops, synthetic and real, as batches for the reader."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from src.core.alphabet import Alphabet
from src.core.ctc import NO_LABEL
from src.core.geometry import box_to_corners, corners_to_box, crop_matrix, crop_plate, widen
from src.core.types import Corners, Image
from src.data.annotations.corrections import apply_known_texts
from src.data.annotations.labels import load_labels
from src.data.annotations.manifest import ManifestError, of_split, read_set
from src.data.copy_paste import PastedPlates, patches
from src.data.copy_paste.occluders import BEFORE_ENDS
from src.data.copy_paste.plates import LEAST_WIDTH
from src.data.loaders.backgrounds import Background, backgrounds
from src.data.loaders.char_alignment import Alignment, align_characters, unknown_alignment
from src.data.loaders.not_whole import COVERED_MORE, NotWhole
from src.data.loaders.real_crops import RealCrop, real_crops
from src.data.loaders.sampling import EpochSampler, balanced, epoch_of, one_thread, source_probabilities
from src.data.synthesis import CropSynthesiser, SynthesisError, find_fonts
from src.data.synthesis.synthesiser import MIN_CONTRAST, contrast
from src.data.synthesis.typefaces.fonts import DRAWN
from src.data.transforms.augment import CropAugment

SYNTHETIC, PASTED, NOT_WHOLE = -1, -2, -3
"""The indices of a synthetic crop, a synthetic plate pasted into a photograph, and a crop of no whole plate."""

READABLE_TRIES = 4
"""A pasted plate is drawn at most so many times until it is readable."""


@dataclass(frozen=True)
class CropSample:
    """``image`` uint8 [H, W, 3] RGB, its ``text``, its character alignment, and the country where it is known.

    The text is None if nobody knows what can be read; ``whole`` tells whether all of a plate is visible.
    """

    image: Image
    text: str | None
    alignment: Alignment
    region: str | None
    source: str
    whole: bool = True


@dataclass(frozen=True)
class CropBatch:
    """``images`` uint8 [N, H, W, 3] RGB; ``targets`` [N, longest] classes, 0 after the ``lengths`` [N] of each text;
    ``alignment`` [N, 2, columns] as ``align_characters`` gives it; ``regions`` [N] indices; NO_LABEL where unknown.

    ``read`` [N] says which texts are known; an unknown text is empty. ``whole`` [N]: which show a whole plate.
    """

    images: Tensor
    targets: Tensor
    lengths: Tensor
    alignment: Tensor
    regions: Tensor
    read: Tensor
    whole: Tensor
    texts: list[str]
    sources: list[str]


class CropDataset(Dataset[CropSample]):
    """Item ``(index, seed)`` is a real crop, or for SYNTHETIC, PASTED and NOT_WHOLE one that is made from the seed."""

    def __init__(
        self,
        crops: Sequence[RealCrop],
        size: tuple[int, int],
        columns: int,
        augment: CropAugment | None = None,
        synthesiser: CropSynthesiser | None = None,
        pasted: PastedPlates | None = None,
        not_whole: NotWhole | None = None,
    ) -> None:
        self.crops, self.size, self.columns = crops, size, columns
        self.augment, self.synthesiser, self.pasted = augment, synthesiser, pasted
        self.not_whole = not_whole

    def __len__(self) -> int:
        return len(self.crops)

    def __getitem__(self, key: tuple[int, int]) -> CropSample:
        index, seed = key
        if index == SYNTHETIC:
            return self._synthetic(np.random.default_rng(seed))
        if index == PASTED:
            return self._pasted(np.random.default_rng(seed))
        if index == NOT_WHOLE:
            return self._not_whole(np.random.default_rng(seed))
        crop = self.crops[index]
        if self.augment is None:
            cut = widen(crop.corners, crop.margin)
            image = crop_plate(crop.image, cut, self.size, margin=0.0)
        else:
            image, cut = self.augment(crop.image, crop.corners, self.size, np.random.default_rng(seed))
        return CropSample(image, crop.text, self._alignment(crop, cut), crop.region, crop.source)

    def _alignment(self, crop: RealCrop, cut: Corners) -> Alignment:
        if crop.chars is None:
            return unknown_alignment(self.columns)
        corners = cv2.perspectiveTransform(box_to_corners(crop.chars), crop_matrix(cut, self.size, margin=0.0))
        return align_characters(corners_to_box(corners), [0] * len(crop.text), self.size[1], self.columns)

    def _synthetic(self, rng: np.random.Generator) -> CropSample:
        if self.synthesiser is None:
            raise ValueError("a synthetic crop was asked for, but there is no synthesiser")
        plate = self.synthesiser(rng)
        alignment = align_characters(plate.chars, plate.rows, self.size[1], self.columns)
        return CropSample(plate.image, plate.text, alignment, plate.region or None, f"synthetic_{plate.region}")

    def _pasted(self, rng: np.random.Generator) -> CropSample:
        if self.pasted is None or self.augment is None:
            raise ValueError("a crop drawn into a photograph was asked for, but nothing makes one")
        for _ in range(READABLE_TRIES):
            plate = self.pasted(rng)
            image, cut = self.augment(plate.image, plate.corners, self.size, rng)
            chars = corners_to_box(cv2.perspectiveTransform(plate.chars, crop_matrix(cut, self.size, margin=0.0)))
            if contrast(image, chars) > MIN_CONTRAST:
                break
        alignment = align_characters(chars, plate.rows, self.size[1], self.columns)
        return CropSample(image, plate.text, alignment, plate.region or None, f"pasted_{plate.region}")

    def _not_whole(self, rng: np.random.Generator) -> CropSample:
        if self.not_whole is None:
            raise ValueError("a crop of no whole plate was asked for, but nothing makes one")
        made = self.not_whole(rng)
        return CropSample(made.image, made.text, made.alignment, made.region, f"not_whole_{made.kind}", made.whole)


class CropData(pl.LightningDataModule):
    """Loads real crops of ``sets`` and of the hand labels, and makes the share ``synthetic_share`` on the fly.

    A set is a folder below ``data_root``, or the path of a manifest; plates with a text are cut out of scenes.
    ``looked_at`` is a folder of corrected texts of crops (see ``apply_known_texts``), null for none. The share
    ``pasted_share`` of the synthetic plates is pasted into photographs of the training split of the sets ``scenes``.
    ``source_weights`` are relative frequencies of a source's crops (1 where not named). ``balance`` from 0 to 1 evens
    out countries and the beginnings of their texts over all sources (see ``sampling.balanced``). ``registry`` (folders
    of plate formats), ``synthetic_weights`` (by country), ``synthetic_without`` (groups of effects) and
    ``synthetic_outlines`` (typefaces drawn by this project, null for all) are those of ``CropSynthesiser``. The share
    ``not_whole_share`` of all crops shows no whole plate (see ``NotWhole``), and so do ``not_whole_val`` fixed crops of
    ``val``. Photographs that the folder ``kept_apart`` names give no backgrounds.
    """

    def __init__(
        self,
        sets: Sequence[str],
        labels: str | None,
        data_root: str,
        fonts: str,
        augment: CropAugment,
        alphabet: str,
        regions: Sequence[str],
        size: Sequence[int] = (48, 128),
        columns: int = 32,
        batch_size: int = 64,
        samples_per_epoch: int = 16384,
        synthetic_share: float = 0.7,
        synthetic_val: int = 256,
        scenes: Sequence[str] = (),
        pasted_share: float = 0.0,
        registry: Sequence[str] = ("configs/plates",),
        synthetic_weights: dict[str, float] | None = None,
        synthetic_without: Sequence[str] = (),
        synthetic_outlines: Sequence[str] | None = None,
        source_weights: dict[str, float] | None = None,
        balance: float = 0.0,
        not_whole_share: float = 0.0,
        not_whole_val: int = 0,
        kept_apart: str | None = None,
        looked_at: str | None = None,
        workers: int = 1,
        seed: int = 1,
    ) -> None:
        super().__init__()
        if not 0 <= synthetic_share <= 1:
            raise ValueError(f"synthetic_share must lie within 0..1, got {synthetic_share}")
        if not 0 <= pasted_share <= 1 or (pasted_share and not scenes):
            raise ValueError(f"pasted_share must lie within 0..1 and needs scenes, got {pasted_share} and {scenes}")
        if not 0 <= not_whole_share < 1:
            raise ValueError(f"not_whole_share must lie within 0 and less than 1, got {not_whole_share}")
        if not 0 <= balance <= 1:
            raise ValueError(f"balance must lie within 0..1, got {balance}")
        self.sets, self.labels = tuple(sets), labels
        self.data_root, self.fonts = Path(data_root), Path(fonts)
        self.augment, self.alphabet, self.regions = augment, Alphabet(alphabet), tuple(regions)
        self.size, self.columns = (int(size[0]), int(size[1])), columns
        self.batch_size, self.samples_per_epoch = batch_size, samples_per_epoch
        self.synthetic_share, self.synthetic_val = synthetic_share, synthetic_val
        self.scenes, self.pasted_share = tuple(scenes), pasted_share
        self.registry = [Path(folder) for folder in registry]
        self.synthetic_weights, self.synthetic_without = synthetic_weights, tuple(synthetic_without)
        self.synthetic_outlines = DRAWN if synthetic_outlines is None else tuple(synthetic_outlines)
        self.source_weights, self.balance = source_weights or {}, balance
        self.not_whole_share, self.not_whole_val = not_whole_share, not_whole_val
        self.kept_apart = None if kept_apart is None else Path(kept_apart)
        self.looked_at = None if looked_at is None else Path(looked_at)
        self.workers, self.seed = workers, seed

    def setup(self, stage: str) -> None:
        drawn = self.synthetic_share or self.synthetic_val
        self.synthesiser = self._synthesiser() if drawn else None
        self.pasted = self._pasted(self.synthesiser) if self.synthesiser and self.pasted_share else None
        self.crops = {split: self._real(split) for split in ("train", "val")}
        if not self.crops["train"] and self.synthetic_share < 1:
            raise ManifestError("no real training crop: name a set or set synthetic_share=1")
        asked = {"train": self.not_whole_share, "val": self.not_whole_val}
        self.backgrounds = {split: self._backgrounds(split) if wanted else [] for split, wanted in asked.items()}

    def _synthesiser(self) -> CropSynthesiser:
        synthesiser = CropSynthesiser(
            find_fonts(self.fonts),
            self.size,
            self.synthetic_weights,
            without=self.synthetic_without,
            registry=self.registry,
            pens=self.synthetic_outlines,
            arranged=True,
        )
        synthesiser.check(self.alphabet)
        if unknown := sorted(set(synthesiser.countries) - set(self.regions)):
            raise SynthesisError(f"plates of {', '.join(unknown)} are drawn, which `regions` lacks")
        return synthesiser

    def _pasted(self, synthesiser: CropSynthesiser) -> PastedPlates:
        scenes = [record for name in self.scenes for record in read_set(name, self.data_root)]
        found = patches(of_split(scenes, "train"), Path())
        if not found:
            named = ", ".join(self.scenes)
            raise ManifestError(
                f"{named}: no plate of train is {LEAST_WIDTH:g} pixels wide, so none can be pasted over"
            )
        return PastedPlates(found, synthesiser)

    def _backgrounds(self, split: str) -> list[Background]:
        scenes = [record for name in self.scenes for record in of_split(read_set(name, self.data_root), split)]
        return backgrounds(scenes, Path(), self.kept_apart)

    def _not_whole(self, odds: npt.NDArray[np.float64]) -> NotWhole | None:
        """Makes the training's ``NotWhole`` from its crops, drawn by ``odds`` [N]; None if its share is 0."""
        if not self.not_whole_share:
            return None
        return NotWhole(
            self.size,
            self.columns,
            self.augment,
            self.crops["train"],
            odds,
            1 - self.synthetic_share,
            self.synthesiser,
            self.pasted,
            self.backgrounds["train"],
            COVERED_MORE,
            BEFORE_ENDS,
        )

    def _real(self, split: str) -> list[RealCrop]:
        records = [record for name in self.sets for record in of_split(read_set(name, self.data_root), split)]
        if self.looked_at is not None:
            records = apply_known_texts(records, Path(), self.looked_at)
        # crops with unverified texts are left out, since such a text is worth less than none; the labels may hold it
        # verified
        crops = real_crops([record for record in records if record.verified], Path())
        if self.labels:
            crops += real_crops(of_split(load_labels(Path(self.labels), self.data_root), split), self.data_root)
        for crop in crops:
            if unknown := self.alphabet.unknown(crop.text):
                raise ManifestError(f"{crop.source}: text {crop.text!r} has {unknown[0]!r}, which the alphabet lacks")
        return crops

    @property
    def sources(self) -> dict[str, int]:
        """Counts real training crops by source, and photographed plates that are pasted over, for the model card."""
        drawn_over = (f"pasted_{patch.source}" for patch in (self.pasted.patches if self.pasted else ()))
        return dict(Counter([*(c.source for c in self.crops["train"]), *drawn_over]))

    def train_dataloader(self) -> DataLoader[CropSample]:
        """Makes a new loader for each epoch, whose number is part of every seed."""
        crops = self.crops["train"]
        real = source_probabilities([c.source for c in crops], self.source_weights)
        if crops:
            real = balanced(real, [c.region or "" for c in crops], [c.text for c in crops], self.balance)
        drawn = self.synthetic_share * np.array([1 - self.pasted_share, self.pasted_share])
        shares = np.concatenate([real * (1 - self.synthetic_share), drawn]) * (1 - self.not_whole_share)
        shares = np.append(shares, self.not_whole_share * shares.sum() / (1 - self.not_whole_share))
        indices = [*range(len(crops)), SYNTHETIC, PASTED, NOT_WHOLE]
        epoch, _ = epoch_of(self.trainer)
        sampler = EpochSampler(shares / shares.sum(), self.samples_per_epoch, self.seed, epoch)
        not_whole = self._not_whole(real)
        dataset = CropDataset(crops, self.size, self.columns, self.augment, self.synthesiser, self.pasted, not_whole)
        return self._loader(dataset, [(indices[i], seed) for i, seed in sampler])

    def val_dataloader(self) -> DataLoader[CropSample]:
        """Loads the real crops of ``val`` and fixed synthetic ones, whose seeds the training never uses.

        Crops of no whole plate are made of photographs of ``val`` alone.
        """
        crops, not_whole = self.crops["val"], None
        if self.not_whole_val:
            not_whole = NotWhole(self.size, self.columns, self.augment, crops, backgrounds=self.backgrounds["val"])
        dataset = CropDataset(crops, self.size, self.columns, None, self.synthesiser, not_whole=not_whole)
        keys = [(i, 0) for i in range(len(dataset))]
        keys += [(SYNTHETIC, 2**31 + i) for i in range(self.synthetic_val)]
        keys += [(NOT_WHOLE, 2**31 + i) for i in range(self.not_whole_val)]
        return self._loader(dataset, keys)

    def _loader(self, dataset: CropDataset, keys: list[tuple[int, int]]) -> DataLoader[CropSample]:
        return DataLoader(
            dataset,
            self.batch_size,
            sampler=keys,
            num_workers=self.workers,
            collate_fn=self._collate,
            worker_init_fn=one_thread,
        )

    def _collate(self, samples: Sequence[CropSample]) -> CropBatch:
        encoded = [self.alphabet.encode(s.text or "") for s in samples]
        longest = max(1, *map(len, encoded))
        return CropBatch(
            torch.from_numpy(np.stack([s.image for s in samples])),
            torch.tensor([classes + [0] * (longest - len(classes)) for classes in encoded]),
            torch.tensor([len(classes) for classes in encoded]),
            torch.from_numpy(np.stack([s.alignment for s in samples])),
            torch.tensor([self._region(s.region) for s in samples]),
            torch.tensor([s.text is not None for s in samples]),
            torch.tensor([s.whole for s in samples]),
            [s.text or "" for s in samples],
            [s.source for s in samples],
        )

    def _region(self, code: str | None) -> int:
        """Returns the index of a country, or NO_LABEL: labels may name what is none of the reader's, such as EU."""
        return self.regions.index(code) if code in self.regions else NO_LABEL

    def transfer_batch_to_device(self, batch: CropBatch, device: torch.device, dataloader_idx: int) -> CropBatch:
        tensors = ("images", "targets", "lengths", "alignment", "regions", "read", "whole")
        return replace(batch, **{name: getattr(batch, name).to(device) for name in tensors})
