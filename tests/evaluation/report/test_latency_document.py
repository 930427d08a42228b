"""A report that was made by hand, in every form."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.latency.schema import (
    BatchRow,
    Benchmark,
    BenchmarkError,
    FreshRow,
    ModelRow,
    Peer,
    PeerRow,
    PictureRow,
    Quantiles,
    read_benchmark,
)
from src.evaluation.report.html import html
from src.evaluation.report.latency import beside, document
from src.evaluation.report.markdown import markdown
from src.evaluation.report.terminal import show
from src.evaluation.report.write import write

SESSION = {"threads": 1, "providers": ("CPUExecutionProvider",), "device": "CPU"}


def times(median: float) -> Quantiles:
    return Quantiles(median=median, p95=median + 1, p99=median + 2, n=9)


def made(total: float = 30, ratio: float = 0.8) -> Benchmark:
    stages = {"decode": times(5), "detect": times(20), "from_pixels": times(25), "total": times(total)}
    row = PeerRow(
        set="gate",
        ours=times(30),
        peer=times(40),
        ratio=Figure(value=ratio, low=ratio - 0.05, high=ratio + 0.05, n=3),
        detect=0.6,
        read=0.1,
        rest=0.1,
    )
    return Benchmark(
        command="python -m src.benchmark --out '<here>'",
        commit="abc",
        created="2025-01-01",
        machine={"processor": "A fast one", "features": "avx2 avx512_vnni", "cores": 2},
        versions={"numpy": "2"},
        load=0.25,
        sets=("gate",),
        matmul_gflop_per_s=100,
        models=(
            ModelRow(name="net", task="detector", sha256="f" * 64, mib=9.9, gflop=2, ms=40, gflop_per_s=50, share=0.5),
        ),
        pictures=tuple(
            PictureRow(
                **SESSION | {"threads": threads},
                megapixels=2,
                pictures=3,
                plates=1,
                warm_up=(50.0, 31.0),
                stages=stages,
                outside=0.2,
            )
            for threads in (1, 0)
        ),
        batches=tuple(BatchRow(**SESSION, plates=n, read=times(4 * n), total=times(5 * n)) for n in (1, 4)),
        fresh=(FreshRow(megapixels=2, start=times(900), peak_mib=170),),
        peer=Peer(name="fast-alpr 0.4.0", weights={"cct.onnx": "e" * 64}, rows=(row,)),
    )


def test_every_form_is_written_and_the_json_comes_back(tmp_path: Path) -> None:
    report = made()
    write(document(report), report, tmp_path)
    names = ["benchmark.html", "benchmark.json", "benchmark.md", "benchmark.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert read_benchmark(tmp_path / "benchmark.json") == report
    with Image.open(tmp_path / "benchmark.png") as picture:
        assert picture.width > 1000


def test_markdown_has_the_figures_where_they_belong() -> None:
    text = markdown(document(made()))
    peer = "| gate | 3 | 30.0 (31.0 / 32.0) | 40.0 (41.0 / 42.0) | 0.80 (0.75 to 0.85) | 0.60 | 0.10 | 0.10 |"
    lines = text.splitlines()
    assert peer in lines
    assert "### Pictures, one thread, CPUExecutionProvider (CPU)" in lines
    assert "### Pictures, all threads, CPUExecutionProvider (CPU)" in lines
    assert "| detect (onnxruntime) | 20.0 (21.0 / 22.0) |" in lines
    assert "| share outside onnxruntime | 20.0% |" in lines
    assert "| 4 | one thread | 16.0 (17.0 / 18.0) | 20.0 (21.0 / 22.0) | 5.00 |" in lines
    assert "| net | 9.9 | 2.000 | 40.0 | 50.0 | 50% |" in lines
    assert "| 2 MP | 900 | 170 |" in lines


def test_without_a_peer_nothing_is_said_about_one() -> None:
    alone = made().model_copy(update={"peer": None})
    assert "fast-alpr" in markdown(document(made()))
    assert "fast-alpr" not in markdown(document(alone))


def test_the_page_needs_no_other_file_and_escapes_what_it_is_told() -> None:
    page = html(document(made()), {"benchmark.png": (b"light", b"dark")})
    assert re.findall(r'(?:src|srcset|href)="(?!data:|#)', page) == []
    assert "&lt;here&gt;" in page
    assert "<here>" not in page
    assert "photographs of real plates" not in page


def test_the_terminal_shows_medians_and_quantiles(capsys: pytest.CaptureFixture[str]) -> None:
    show(document(made()))
    out = capsys.readouterr().out
    assert "0.80 (0.75 to 0.85)" in out
    assert "one thread each, on A fast one with avx2 avx512_vnni" in out
    assert "20.0 (21.0 / 22.0)" in out
    assert "python -m src.benchmark" not in out  # where it comes from is left to the other forms


def test_two_runs_are_compared_by_their_medians(capsys: pytest.CaptureFixture[str]) -> None:
    table = beside(made(total=24, ratio=0.4), made())
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["2 MP, one thread: in all"] == ("30.00", "24.00", "0.80")
    assert rows["2 MP, all threads: detect (onnxruntime)"] == ("20.00", "20.00", "1.00")
    assert rows["gate: ratio to fast-alpr 0.4.0"] == ("0.80", "0.40", "0.50")
    show(document(made(), made()))
    assert "Only ratios within one run on the same machine are fair" in " ".join(capsys.readouterr().out.split())


def test_what_only_one_run_measured_is_left_out() -> None:
    assert "gate" not in str(beside(made(), made().model_copy(update={"peer": None})).rows)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"schema_version": 2}, r"b\.json: not a report of src.benchmark: schema_version: Input should be 1"),
        ({"speed": "high"}, r"b\.json: not a report of src.benchmark: speed: Extra inputs are not permitted"),
        ({"load": None}, r"b\.json: not a report of src.benchmark: load: Input should be a valid number"),
    ],
)
def test_a_report_of_another_schema_is_refused(tmp_path: Path, change: dict[str, object], fault: str) -> None:
    stated = json.loads(made().model_dump_json()) | change
    (tmp_path / "b.json").write_text(json.dumps(stated))
    with pytest.raises(BenchmarkError, match=fault):
        read_benchmark(tmp_path / "b.json")


def test_a_baseline_that_is_missing_or_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"b\.json: No such file"):
        read_benchmark(tmp_path / "b.json")
    (tmp_path / "b.json").write_text("{")
    with pytest.raises(BenchmarkError, match=r"b\.json: not a report of src.benchmark: file: Invalid JSON"):
        read_benchmark(tmp_path / "b.json")
