"""Pictures of what is hard, made from labelled photographs by fixed seeds; no training ever sees one of them."""

from src.evaluation.datasets.hard.sets import hard_sets, not_whole

__all__ = ["hard_sets", "not_whole"]
