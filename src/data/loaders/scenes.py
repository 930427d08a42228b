"""Loads scenes with their plate boxes, as batches for the detector."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from src.core.card import sha256_of
from src.data.annotations.corrections import CorrectionError, apply_corrections, tightened, with_corners
from src.data.annotations.empty_regions import Region, regions_by_hash
from src.data.annotations.manifest import ManifestError, Record, of_split, read_set
from src.data.copy_paste import CopyPaste, clear
from src.data.loaders.image_cache import ImageCache
from src.data.loaders.sampling import EpochSampler, epoch_of, one_thread, source_probabilities
from src.data.transforms.augment import SceneAugment
from src.data.transforms.scene import Floats, Scene, fit, mosaic, no_boxes


@dataclass(frozen=True)
class SceneBatch:
    """Holds ``images`` uint8 [N, S, S, 3] RGB and ``boxes`` [M, 4] in canvas pixels of image ``batch_index`` [M].

    ``corners`` [M, 4, 3] are x, y, visible; visible is 0 where a plate has only a box. A detection of an ``ignore`` box
    [K, 4] of image ``ignore_index`` [K] is neither right nor wrong. Training batches have none, because these boxes are
    painted over.
    """

    images: Tensor
    boxes: Tensor
    corners: Tensor
    batch_index: Tensor
    ignore: Tensor = field(default_factory=lambda: torch.zeros(0, 4))
    ignore_index: Tensor = field(default_factory=lambda: torch.zeros(0, dtype=torch.long))


PLATES = 0.35
"""This share of the close views shows a plate, so that filling the canvas does not mean to be no plate."""
LEAST = 20.0
"""A plate must be this many pixels wide in its photograph to be shown closely."""


@dataclass(frozen=True)
class SceneLabels:
    """Holds ``boxes`` [M, 4], ``corners`` [M, 4, 3] and ``ignore`` [K, 4] of one record, in its own pixels.

    ``lookalikes`` [L, 4] are boxes that hold no plate although a detector took them for one.
    """

    boxes: Floats
    corners: Floats
    ignore: Floats
    lookalikes: Floats = field(default_factory=no_boxes)


def scene_labels(record: Record, regions: Sequence[Region] = ()) -> SceneLabels:
    """Returns the plates of a scene and its ``regions`` without plates; unknown corners are zero and not visible."""
    plates = record.plates or ()
    boxes = np.array([p.box for p in plates], np.float32).reshape(-1, 4)
    corners = np.zeros((len(plates), 4, 3), np.float32)
    for row, plate in zip(corners, plates, strict=True):
        if plate.corners is not None:
            row[:, :2], row[:, 2] = plate.corners, 1
    ignore, lookalikes = (
        np.array(found, np.float32).reshape(-1, 4) for found in (record.ignore, [region.box for region in regions])
    )
    return SceneLabels(boxes, corners, ignore, lookalikes)


class SceneDataset(Dataset[Scene]):
    """Item ``(index, seed)`` is a canvas of ``size`` pixels; with ``augment`` None it is the plain letterbox.

    ``copy_paste`` pastes plates and distractors into its share of the augmented canvases. For the share ``hard_share``
    of them the index does not count: they show a region without a plate closely, from any record that has some.
    ``regions`` are the regions of each record.
    """

    def __init__(
        self,
        records: Sequence[Record],
        images: ImageCache,
        size: int,
        augment: SceneAugment | None = None,
        mosaic_share: float = 0.0,
        copy_paste: CopyPaste | None = None,
        regions: Sequence[Sequence[Region]] | None = None,
        hard_share: float = 0.0,
    ) -> None:
        self.images = images
        given = regions if regions is not None else [()] * len(records)
        self.labels = [scene_labels(r, own) for r, own in zip(records, given, strict=True)]
        self.hard = [i for i, labels in enumerate(self.labels) if len(labels.lookalikes)]
        self.hard_share = hard_share if self.hard else 0.0
        self.size = size
        self.augment = augment
        self.mosaic_share = mosaic_share
        self.copy_paste = copy_paste

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, key: tuple[int, int]) -> Scene:
        index, seed = key
        if self.augment is None:
            return fit(self._scene(index), self.size)
        rng = np.random.default_rng(seed)
        scene = clear(self._framed(index, self.augment, rng), rng)
        if self.copy_paste is not None and rng.random() < self.copy_paste.share:
            scene = self.copy_paste(scene, rng)
            return replace(scene, image=self.augment.reencode(scene.image, rng))
        return replace(scene, image=self.augment.light(scene.image, rng))

    def _framed(self, index: int, augment: SceneAugment, rng: np.random.Generator) -> Scene:
        """Puts a scene, a mosaic of it and three others, or a close view of a lookalike onto a canvas."""
        if rng.random() < self.hard_share:
            return self._lookalike(augment, rng)
        if rng.random() >= self.mosaic_share:
            return augment.frame(self._scene(index), self.size, rng)
        four = [self._scene(i) for i in (index, *rng.integers(len(self), size=3))]
        return augment.move(mosaic(four, self.size, rng, augment.min_visible), self.size, rng)

    def _lookalike(self, augment: SceneAugment, rng: np.random.Generator) -> Scene:
        """Shows a region without a plate closely, or a plate of the same photograph."""
        index = self.hard[int(rng.integers(len(self.hard)))]
        labels = self.labels[index]
        plates = labels.boxes[labels.boxes[:, 2] - labels.boxes[:, 0] >= LEAST]
        shown = plates if len(plates) and rng.random() < PLATES else labels.lookalikes
        return augment.closely(self._scene(index), shown[int(rng.integers(len(shown)))], self.size, rng)

    def _scene(self, index: int) -> Scene:
        labels = self.labels[index]
        return Scene(self.images[index], labels.boxes, labels.corners, labels.ignore)


def collate(scenes: Sequence[Scene]) -> SceneBatch:
    """Stacks scenes of one size."""
    return SceneBatch(
        torch.from_numpy(np.stack([s.image for s in scenes])),
        torch.from_numpy(np.concatenate([s.boxes for s in scenes])),
        torch.from_numpy(np.concatenate([s.corners for s in scenes])),
        _image_index([len(s.boxes) for s in scenes]),
        torch.from_numpy(np.concatenate([s.ignore for s in scenes])),
        _image_index([len(s.ignore) for s in scenes]),
    )


def _image_index(counts: Sequence[int]) -> Tensor:
    return torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))


class SceneData(pl.LightningDataModule):
    """Loads the scenes of ``sets``; an epoch is ``samples_per_epoch`` draws, weighted by ``source_weights``.

    A set is a folder below ``data_root``, or the path of a manifest. ``sizes`` holds pairs: from which fraction of the
    training on, and canvas pixels. Mosaics stop after the fraction ``mosaic_until``. A source that is not named has
    weight 1 per image. ``corrections`` is a folder of hand labels that replace the manifest's, ``corners`` a folder of
    estimated corners. ``copy_paste`` pastes into training scenes, never into ``val``. ``hard`` is a folder of regions
    that look like plates and are none: the share ``hard_share`` of the training scenes shows one of them closely.
    """

    def __init__(
        self,
        sets: Sequence[str],
        data_root: str,
        cache: str,
        augment: SceneAugment,
        copy_paste: CopyPaste | None = None,
        corrections: str | None = None,
        corners: str | None = None,
        hard: str | None = None,
        hard_share: float = 0.12,
        loose: dict[str, float] | None = None,
        sizes: Sequence[Sequence[float]] = ((0.0, 320), (0.6, 416)),
        val_size: int = 416,
        batch_size: int = 16,
        samples_per_epoch: int = 8192,
        mosaic_share: float = 0.5,
        mosaic_until: float = 0.8,
        source_weights: dict[str, float] | None = None,
        val_limit: int | None = None,
        workers: int = 1,
        seed: int = 1,
    ) -> None:
        super().__init__()
        self.sets, self.data_root, self.cache = tuple(sets), Path(data_root), Path(cache)
        self.augment, self.copy_paste = augment, copy_paste
        self.corrections, self.corners, self.loose = corrections, corners, loose or {}
        self.hard, self.hard_share = hard, hard_share
        self.sizes = [(float(start), int(size)) for start, size in sizes]
        self.val_size = val_size
        self.batch_size = batch_size
        self.samples_per_epoch = samples_per_epoch
        self.mosaic_share, self.mosaic_until = mosaic_share, mosaic_until
        self.source_weights = source_weights or {}
        self.val_limit = val_limit
        self.workers = workers
        self.seed = seed

    def setup(self, stage: str) -> None:
        records = [record for name in self.sets for record in read_set(name, self.data_root)]
        records = tightened(records, self.loose)
        if self.corrections is not None:
            records = apply_corrections(records, self.sets, Path(self.corrections))
        if self.corners is not None:
            records = with_corners(records, self.sets, Path(self.corners))
        self.records = {split: of_split(records, split) for split in ("train", "val")}
        self.records["val"] = self.records["val"][: self.val_limit]
        for split, found in self.records.items():
            if not found:
                raise ManifestError(f"{', '.join(self.sets)}: no scene of split {split!r}")
        self.images = {s: ImageCache([Path(r.image) for r in rs], self.cache) for s, rs in self.records.items()}
        self.regions = self._regions() if self.hard is not None else None

    def _regions(self) -> list[list[Region]]:
        """Returns the regions of each training record; those of other sets are not used. Raises CorrectionError."""
        known = {
            digest: regions
            for digest, regions in regions_by_hash(Path(str(self.hard))).items()
            if regions[0].set in self.sets
        }
        hashes = [sha256_of(Path(record.image)) for record in self.records["train"]]
        if unknown := sorted(known.keys() - set(hashes)):
            raise CorrectionError(f"{self.hard}: no training scene of hash {unknown[0]} in {known[unknown[0]][0].set}")
        return [known.get(digest, []) for digest in hashes]

    @property
    def sources(self) -> dict[str, int]:
        """Counts training images by source, for the model card."""
        return dict(Counter(r.source for r in self.records["train"]))

    def train_dataloader(self) -> DataLoader[Scene]:
        """Makes a new loader per epoch (``reload_dataloaders_every_n_epochs=1``), whose size follows the progress."""
        epoch, progress = epoch_of(self.trainer)
        size = next(size for start, size in reversed(self.sizes) if progress >= start)
        share = self.mosaic_share if progress < self.mosaic_until else 0.0
        dataset = SceneDataset(
            self.records["train"],
            self.images["train"],
            size,
            self.augment,
            share,
            self.copy_paste,
            self.regions,
            self.hard_share,
        )
        probabilities = source_probabilities([r.source for r in self.records["train"]], self.source_weights)
        sampler = EpochSampler(probabilities, self.samples_per_epoch, self.seed, epoch)
        return self._loader(dataset, sampler)

    def val_dataloader(self) -> DataLoader[Scene]:
        dataset = SceneDataset(self.records["val"], self.images["val"], self.val_size)
        return self._loader(dataset, [(i, 0) for i in range(len(dataset))])

    def _loader(self, dataset: SceneDataset, sampler: EpochSampler | list[tuple[int, int]]) -> DataLoader[Scene]:
        return DataLoader(
            dataset,
            self.batch_size,
            sampler=sampler,
            num_workers=self.workers,
            collate_fn=collate,
            drop_last=isinstance(sampler, EpochSampler) and len(sampler) > self.batch_size,
            worker_init_fn=one_thread,
        )

    def transfer_batch_to_device(self, batch: SceneBatch, device: torch.device, dataloader_idx: int) -> SceneBatch:
        return SceneBatch(*(getattr(batch, f.name).to(device) for f in fields(SceneBatch)))
