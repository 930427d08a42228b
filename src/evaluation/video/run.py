"""Renders clips one by one, shows each to a watcher and to the baselines, and scores what they tell."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from src.core.geometry import corners_to_box
from src.core.metrics import match_boxes
from src.evaluation.video.baselines import best_reading, majority, peer_passages
from src.evaluation.video.clip import Actor, Clip, truth
from src.evaluation.video.encode import decode, encode
from src.evaluation.video.fit import Evidence
from src.evaluation.video.render import render
from src.evaluation.video.schema import BEST, MAJORITY, OURS, ClipResult, Invention, Outcome, Speed, Told, TruePassage
from src.evaluation.video.scoring import Scored, score, score_clip
from src.evaluation.video.watched import NOTHING, Answer, added, watch, watch_file
from src.runtime.reader import Reader, ReadsImages
from src.video.sources import open_source
from src.video.watcher import WatchOptions

CLIPS = "more/clips"
"""The folder of the real clips below the data folder."""


@dataclass
class Results:
    """What every system made of the clips so far, by the system's name."""

    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    inventions: dict[str, list[Invention]] = field(default_factory=dict)
    still: list[Outcome] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    speed: Speed = NOTHING

    def add(self, system: str, scored: Scored) -> None:
        """Takes in what a system made of a clip."""
        self.outcomes.setdefault(system, []).extend(scored.outcomes)
        self.inventions.setdefault(system, []).extend(scored.inventions)


def play(
    clips: Iterable[Clip],
    reader: Reader,
    options: WatchOptions,
    peer: ReadsImages | None = None,
    peer_name: str = "",
    peer_passages_: int = 0,
    done: Callable[[Clip, Sequence[Outcome]], None] = lambda clip, outcomes: None,
) -> Results:
    """Watches ``clips``; the peer sees the first of them, until they hold ``peer_passages_`` vehicles.

    ``done`` is called after each with what ours made of it.
    """
    results = Results()
    for clip in clips:
        truths = truth(clip)
        file = encode(render(clip), clip.conditions.quality)
        watched = watch(decode(file), clip.name, reader, options)
        results.speed = added(results.speed, watched.speed)
        ours = score(truths, [answer.told for answer in watched.answers])
        results.add(OURS, ours)
        results.add(BEST, score(truths, [best_reading(answer) for answer in watched.answers]))
        results.add(MAJORITY, score(truths, [majority(answer) for answer in watched.answers]))
        results.still += [_still(actor, passage, reader) for actor, passage in zip(clip.actors, truths, strict=True)]
        results.evidence += _evidence(clip, truths, watched.answers)
        if peer is not None and len(results.outcomes.get(peer_name, [])) < peer_passages_:
            results.add(peer_name, score(truths, peer_passages(list(decode(file)), clip.name, peer)))
        done(clip, ours.outcomes)
    return results


def play_real(
    data: Path, reader: Reader, options: WatchOptions, peer: ReadsImages | None = None, peer_name: str = ""
) -> dict[str, tuple[ClipResult, ...]]:
    """Watches the real clips below ``data``, by system; nothing where there are none. Raises SourceError, OSError."""
    listed = data / CLIPS / "clips.jsonl"
    if not listed.is_file():
        return {}
    results: dict[str, list[ClipResult]] = {}
    for line in listed.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        path, truths = listed.parent / record["clip"], [plate["text"] for plate in record["plates"]]
        answers = watch_file(path, reader, options).answers
        told: dict[str, list[Told]] = {
            OURS: [answer.told for answer in answers],
            BEST: [best_reading(answer) for answer in answers],
            MAJORITY: [majority(answer) for answer in answers],
        }
        if peer is not None:
            with open_source(str(path)) as source:
                told[peer_name] = peer_passages(list(source), path.name, peer)
        for system, passages in told.items():
            results.setdefault(system, []).append(score_clip(record["clip"], truths, passages))
    return {system: tuple(of_clips) for system, of_clips in results.items()}


def _still(actor: Actor, passage: TruePassage, reader: Reader) -> Outcome:
    """What the reader makes of the vehicle's own picture, before it became a video."""
    vehicle = actor.vehicle
    plates = reader.read(vehicle.image).plates
    boxes = np.array([plate.box for plate in plates], np.float32).reshape(-1, 4)
    pairs = match_boxes(boxes, corners_to_box(vehicle.corners)[None])
    reading = plates[pairs[0][0]].reading if pairs else None
    return Outcome(
        source=passage.source,
        number=passage.number,
        kind=passage.kind,
        group=passage.group,
        half=passage.half,
        picture=passage.picture,
        lines=passage.lines,
        truth=passage.text,
        text=reading.text if reading else None,
        confidence=reading.confidence if reading else 0.0,
        accepted=False,
        doubles=0,
        doubles_accepted=0,
        exchanged=0,
        wait=None,
    )


def _evidence(clip: Clip, truths: Sequence[TruePassage], answers: Sequence[Answer]) -> list[Evidence]:
    """What a calibration is fitted on: every told passage with the text of the vehicle that it is of."""
    found = []
    for answer in answers:
        alone = score(truths, [answer.told])
        own = next((outcome.truth for outcome in alone.outcomes if outcome.text is not None), None)
        found.append(Evidence(clip.kind, clip.half, own, answer.evidence))
    return found
