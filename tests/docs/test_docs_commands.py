"""What the pages have people type exists: targets, modules, scripts, experiments, options, files."""

import re
from importlib.util import find_spec

import pytest

from src import infer
from tests.commands import ROOT
from tests.docs.pages import PAGES, READMES, blocks, code, page, section

each = pytest.mark.parametrize("name", PAGES)
ALL = "\n".join(piece for name in PAGES for piece in code(page(name)))
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))


@each
def test_targets_are_in_the_makefile(name: str) -> None:
    asked = {target for piece in code(page(name)) for target in re.findall(r"^make ([a-z-]+)", piece, re.M)}
    assert asked <= TARGETS


def test_every_target_is_on_a_page() -> None:
    assert TARGETS - set(re.findall(r"^make ([a-z-]+)", ALL, re.M)) == set()


@each
def test_modules_can_be_run(name: str) -> None:
    for module in {found for piece in code(page(name)) for found in re.findall(r"python -m ([\w.]+)", piece)}:
        spec = find_spec(module)
        assert spec is not None, module
        assert spec.submodule_search_locations is None or find_spec(f"{module}.__main__") is not None, module


@each
def test_files_of_the_repository_are_there(name: str) -> None:
    named = {
        path
        for piece in code(page(name))
        for path in re.findall(r"(?<![\w/.-])(?:configs|scripts|docs|notebooks|data/samples|tests)/[\w./-]+", piece)
        if not path.startswith("docs/_build")
    }
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_the_experiments_are_those_of_the_configuration() -> None:
    told = set(re.findall(r"experiment=(\w+)", section(page("docs/training.md"), "Configuration")))
    assert told == {path.stem for path in (ROOT / "configs" / "experiment").glob("*.yaml")}
    assert set(re.findall(r"experiment=(\w+)", ALL)) == told


def test_the_options_of_the_command_line_are_explained_and_there_are_no_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        infer.main(["--help"])
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", capsys.readouterr().out))
    told = set(re.findall(r"(?<![\w-])--[a-z-]+", "\n".join(code(page("docs/command-line.md")))))
    assert told - {"--sets"} == options  # which is `make evaluate`'s


def test_both_readmes_have_the_same_code() -> None:
    english, russian = (blocks(page(name)) for name in READMES)
    assert len(english) >= 5
    assert [strip_comments(block) for block in english] == [strip_comments(block) for block in russian]


def strip_comments(block: str) -> list[str]:
    """The lines of a block of code, without what is said to people."""
    return [line.partition("  #")[0].rstrip() for line in block.splitlines() if not line.startswith("#")]
