"""The images, as far as they can be judged without building them."""

import json
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.commands import ROOT
from tests.service.dockerfile import context, copied, instructions, lay_out, stages, variables

DOCKERFILES = sorted((ROOT / "docker").glob("*.Dockerfile"))
EXTRAS = {"api.Dockerfile": ["service", "triton", "heif", "video"], "page.Dockerfile": ["page", "heif"]}
HEAVY = {"torch", "torchvision", "ultralytics", "pytorch-lightning", "albumentations", "matplotlib", "scipy"}

each = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)


def test_both_images_are_there() -> None:
    assert [path.name for path in DOCKERFILES] == sorted(EXTRAS)


@each
def test_hadolint_finds_nothing(path: Path) -> None:
    command = [Path(sys.executable).with_name("hadolint"), "--no-color", "--failure-threshold", "style", path]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")


@each
def test_what_is_copied_exists(path: Path) -> None:
    files = context()
    for copy in [i for i in instructions(path) if i.name == "COPY" and "from" not in i.flags]:
        for source in copy.words[:-1]:
            assert any(file.is_relative_to(source) for file in files), source


@each
def test_the_last_stage_keeps_the_paths_of_the_repository(path: Path) -> None:
    for copy in [i for i in stages(path)[-1] if i.name == "COPY" and "from" not in i.flags]:
        source, target = copy.words
        assert source == target


@each
def test_stages_that_are_copied_from_come_before(path: Path) -> None:
    names: list[str] = []
    for stage in stages(path):
        for copy in [i for i in stage if i.name == "COPY" and "from" in i.flags]:
            assert copy.flags["from"] in names
        names += stage[0].words[2:3]


@each
def test_runs_as_a_user_of_fixed_number(path: Path) -> None:
    assert [i.rest for i in stages(path)[-1] if i.name == "USER"] == ["10001:10001"]
    after = [i.name for i in stages(path)[-1]]
    assert "RUN" not in after[after.index("USER") :]


@each
def test_commands_are_in_the_exec_form(path: Path) -> None:
    last = stages(path)[-1]
    commands = [i.rest for i in last if i.name in ("CMD", "ENTRYPOINT")]
    commands += [i.rest.removeprefix("CMD ") for i in last if i.name == "HEALTHCHECK"]
    assert len(commands) == 2
    assert all(command.startswith("[") for command in commands)


@each
def test_weights_are_a_layer_below_the_code(path: Path) -> None:
    order = [i.words[0] for i in stages(path)[-1] if i.name == "COPY"]
    kinds = [word.split("/")[0] for word in order]
    assert kinds == sorted(kinds, key=["", "exports", "src"].index)


@each
def test_is_labelled(path: Path) -> None:
    labels = " ".join(i.rest for i in stages(path)[-1] if i.name == "LABEL")
    for name in ("title", "description", "version", "licenses"):
        assert f"org.opencontainers.image.{name}=" in labels


@each
def test_bases_are_pinned_and_alike(path: Path) -> None:
    bases = {stage[0].words[0] for each_path in DOCKERFILES for stage in stages(each_path)}
    assert bases == {"python:3.11-slim-bookworm"}


def test_the_context_is_what_the_images_copy_and_no_more() -> None:
    used = {file for path in DOCKERFILES for stage in stages(path) for file in copied(stage)}
    assert set(context()) == used
    assert not [file for file in used if file.suffix in (".safetensors", ".npz", ".pyc", ".env")]


def test_the_api_keeps_its_data_where_its_volume_is() -> None:
    last = stages(ROOT / "docker/api.Dockerfile")[-1]
    volumes = [i.rest for i in last if i.name == "VOLUME"]
    assert volumes == [variables(last)["NUMBER_PLATE_DATA_DIR"]]


@each
def test_all_that_is_installed_is_pinned_and_light(path: Path) -> None:
    installed = _needed(EXTRAS[path.name], base=path.name != "page.Dockerfile")
    of_video = {"scipy"} if path.name == "api.Dockerfile" else set()  # it associates plates from frame to frame
    assert HEAVY & installed == of_video
    pinned = {canonicalize_name(line.split("==")[0]) for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert not installed - pinned


def test_the_api_installs_its_extras() -> None:
    assert f"'.[{','.join(EXTRAS['api.Dockerfile'])}]'" in _installation("api.Dockerfile")


def test_the_page_installs_its_extras_alone(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    listing, _, installation = _installation("page.Dockerfile").partition("&&")
    subprocess.run(["sh", "-c", listing.replace("python ", f"{sys.executable} ", 1)], cwd=tmp_path, check=True)
    assert (tmp_path / "page.txt").read_text().splitlines() == [
        line for extra in EXTRAS["page.Dockerfile"] for line in _project()["optional-dependencies"][extra]
    ]
    assert installation.endswith("--requirement page.txt")


def _installation(name: str) -> str:
    """What the image runs to install packages."""
    return next(i.rest for i in instructions(ROOT / "docker" / name) if i.name == "RUN" and "--constraint" in i.rest)


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def _needed(extras: list[str], base: bool) -> set[str]:
    """Names of all that pip installs here for ``extras``, and where ``base`` for the project too."""
    wanted = [Requirement(line) for extra in extras for line in _project()["optional-dependencies"][extra]]
    wanted += map(Requirement, _project()["dependencies"] if base else [])
    seen: set[Requirement] = set()
    while wanted:
        requirement = wanted.pop()
        if requirement in seen:
            continue
        seen.add(requirement)
        for further in map(Requirement, distribution(requirement.name).requires or []):
            extras_of = {"", *requirement.extras}
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras_of):
                wanted.append(further)
    return {str(canonicalize_name(requirement.name)) for requirement in seen}


IMPORT_ALL = """
import importlib, json, pkgutil, sys
from importlib.abc import MetaPathFinder

class Image(MetaPathFinder):
    missing = frozenset(json.loads(sys.argv[1]))

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.missing:
            raise ModuleNotFoundError(f"the image has no {name}", name=name)

sys.meta_path.insert(0, Image())
sys.path[0] = ""
for package in sys.argv[3:]:
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if module.name not in sys.argv[2].split():
            importlib.import_module(module.name)
"""
"""Imports the modules of packages as an image would that lacks some of what is installed here."""

WORK_ON_IMPORT = "src.service.page.app src.service.database.migrations.env"


@each
def test_imports_nothing_that_the_image_lacks(path: Path, tmp_path: Path) -> None:
    lay_out(path, tmp_path)
    of_page = path.name == "page.Dockerfile"
    installed = _needed(EXTRAS[path.name], base=not of_page)
    modules = packages_distributions().items()
    missing = [module for module, of in modules if not installed & {str(canonicalize_name(name)) for name in of}]
    if not of_page:
        shutil.rmtree(tmp_path / "src/service/page")  # which the other image is for
    packages = ["src.service.page"] if of_page else ["src.core", "src.runtime", "src.service"]
    command = [sys.executable, "-c", IMPORT_ALL, json.dumps(missing), WORK_ON_IMPORT, *packages]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
