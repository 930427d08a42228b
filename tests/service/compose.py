"""What the tests need of compose.yaml: its services, and their commands as processes of this machine."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.commands import ROOT
from tests.service.dockerfile import lay_out, stages, variables

COMPOSE = ROOT / "compose.yaml"
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


def services() -> dict[str, Any]:
    """By name."""
    return yaml.safe_load(COMPOSE.read_text())["services"]


def dockerfile(service: Mapping[str, Any]) -> Path:
    """That of a service which is built here."""
    return ROOT / service["build"]["context"] / service["build"]["dockerfile"]


def interpolate(text: str, values: Mapping[str, str]) -> str:
    """``${NAME}``, ``${NAME:-default}`` and ``${NAME:?fault}`` as Compose fills them. Raises KeyError."""

    def value(found: re.Match[str]) -> str:
        if given := values.get(found["name"]):
            return given
        if found["kind"] == "?":
            raise KeyError(found["rest"])
        return found["rest"] or ""

    return VARIABLE.sub(value, text)


@dataclass(frozen=True, slots=True)
class Local:
    """A service of compose.yaml on this machine: in ``folder`` lies what its image has.

    ``moved`` says what stands for the addresses, ports and paths of the containers; ``values`` for ``.env``.
    """

    name: str
    folder: Path
    moved: Mapping[str, str]
    values: Mapping[str, str]

    def lay_out(self) -> None:
        """Copies what the image would have."""
        lay_out(dockerfile(services()[self.name]), self.folder)

    @property
    def environment(self) -> dict[str, str]:
        """That of the image and of the file, and nothing of this process but where programs are."""
        service = services()[self.name]
        of_image = variables(stages(dockerfile(service))[-1]) if "build" in service else {}
        stated = of_image | {
            name: interpolate(str(value), self.values) for name, value in service["environment"].items()
        }
        return {name: self._here(value) for name, value in stated.items()} | {"PATH": os.environ["PATH"]}

    def words(self, stated: list[str]) -> list[str]:
        """A command, started by the Python of the tests where it is Python's."""
        return [sys.executable if word == "python" else self._here(word) for word in stated]

    def start(self, **streams: Any) -> "subprocess.Popen[str]":
        """The service's command."""
        command = self.words(services()[self.name]["command"])
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, text=True, **streams)

    def health(self) -> int:
        """The exit status of the health check, as the file states it."""
        kind, *words = services()[self.name]["healthcheck"]["test"]
        assert kind == "CMD"
        done = subprocess.run(self.words(words), cwd=self.folder, env=self.environment, capture_output=True, timeout=60)
        return done.returncode

    def _here(self, word: str) -> str:
        there = sorted(self.moved, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, there)), lambda found: self.moved[found[0]], word)
