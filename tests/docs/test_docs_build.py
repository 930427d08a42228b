"""`make docs` builds every page, without a warning and without the network; a broken link fails it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import ROOT
from tests.docs.pages import PAGES

FAULTS = {
    "[to a page](nowhere.md)": "nowhere.md",
    "[to a heading](other.md#nothing)": "nothing",
    "![a picture](images/lost.png)": "lost.png",
    "```{nonsense}\n```": "nonsense",
}


def build(source: Path, out: Path) -> "subprocess.CompletedProcess[str]":
    """Runs the command of the Makefile on ``source``."""
    command = re.search(r"\$\(BIN\)/python (-m sphinx .*) \. docs/_build/html$", (ROOT / "Makefile").read_text(), re.M)
    assert command is not None
    words = [sys.executable, *command[1].split(), source, out]
    return subprocess.run(list(map(str, words)), cwd=source, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built pages."""
    out = tmp_path_factory.mktemp("docs")
    done = build(ROOT, out)
    assert (done.returncode, done.stderr) == (0, "")
    return out


def test_every_page_and_notebook_is_built(built: Path) -> None:
    notebooks = [f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert len(notebooks) == 4
    for name in (*PAGES, *notebooks, "notebooks/LOG.md"):
        assert (built / name).with_suffix(".html").is_file(), name
    assert 'url=docs/index.html"' in (built / "index.html").read_text()


def test_the_pages_load_nothing_from_other_hosts(built: Path) -> None:
    loaded = [
        address
        for path in built.rglob("*.html")
        for address in re.findall(r'<(?:script|link|img|iframe)\b[^>]*?(?:src|href)="([^"]+)"', path.read_text())
    ]
    assert len(loaded) > 100
    assert not [address for address in loaded if re.match(r"(\w+:)?//", address)]


def test_faults_fail_the_build_and_are_named(tmp_path: Path) -> None:
    """With the project's own configuration, on two small pages."""
    source = tmp_path / "docs"
    (source / "redirect").mkdir(parents=True)
    shutil.copy(ROOT / "docs" / "conf.py", source)
    (source / "other.md").write_text("# Other\n")
    index = "# Index\n\n```{toctree}\nother\n```\n"
    (source / "index.md").write_text(index)
    assert build(tmp_path, tmp_path / "out").returncode == 0
    (source / "index.md").write_text("\n\n".join([index, *FAULTS]))
    done = build(tmp_path, tmp_path / "out")
    assert done.returncode == 1
    assert [name for name in FAULTS.values() if name not in done.stderr] == []
