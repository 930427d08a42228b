"""Where the figures of a report come from: what a sceptic needs to run it again."""

from collections.abc import Mapping

from src.evaluation.accuracy.schema import MeasuredModel, Report
from src.evaluation.decisions.schema import Decisions
from src.evaluation.latency.schema import Benchmark
from src.evaluation.report.document import Paragraph, Section
from src.evaluation.robustness.schema import Robustness
from src.evaluation.video.schema import VideoReport


def provenance(run: Report | Robustness | VideoReport | Decisions | Benchmark, further: Mapping[str, str]) -> Section:
    """Command, commit and date, then ``further`` facts, then the machine."""
    when = {"command": run.command, "commit": run.commit, "created": run.created}
    machine = {name: str(stated) for name, stated in run.machine.items()}
    return Section("How this was made", [Paragraph(facts={**when, **further, **machine})], detail=True)


def session(run: Report | Robustness | VideoReport | Decisions) -> dict[str, str]:
    """The models, and what they ran on."""
    threads = "1 thread" if run.threads == 1 else f"{run.threads or 'all'} threads"
    return {
        "split": run.split,
        "provider": f"{run.provider}, {threads}",
        "detector": _stated(run.detector),
        "reader": _stated(run.ocr),
    }


def _stated(model: MeasuredModel) -> str:
    threshold = "" if model.threshold is None else f", threshold {model.threshold:g}"
    size = " × ".join(map(str, model.input_size))
    return f"{model.name}, {size} pixels{threshold}, commit {model.commit}, SHA-256 {model.sha256}"
