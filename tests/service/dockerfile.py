"""What the tests need of Dockerfiles: their instructions, and which files of the repository an image gets."""

import json
import re
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.commands import ROOT


@dataclass(frozen=True, slots=True)
class Instruction:
    """``COPY --from=build /venv /venv``: its name, its flags and the rest."""

    name: str
    flags: dict[str, str]
    rest: str

    @property
    def words(self) -> list[str]:
        """The rest as a list: JSON where it is in the exec form."""
        return json.loads(self.rest) if self.rest.startswith("[") else shlex.split(self.rest)


def instructions(path: Path) -> list[Instruction]:
    """All of a Dockerfile, comments left out."""
    lines = "\n".join(line for line in path.read_text().splitlines() if line and not line.lstrip().startswith("#"))
    return [_instruction(line) for line in lines.replace("\\\n", " ").splitlines()]


def _instruction(line: str) -> Instruction:
    name, _, rest = line.strip().partition(" ")
    flags = {}
    while found := re.match(r"\s*--([a-z-]+)=(\S+)\s+", rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    return Instruction(name.upper(), flags, rest.strip())


def stages(path: Path) -> list[list[Instruction]]:
    """The instructions from each FROM on."""
    found: list[list[Instruction]] = []
    for instruction in instructions(path):
        if instruction.name == "FROM":
            found.append([])
        found[-1].append(instruction)
    return found


def variables(stage: list[Instruction]) -> dict[str, str]:
    """What ENV sets."""
    words = [word for instruction in stage if instruction.name == "ENV" for word in instruction.words]
    return dict(word.split("=", 1) for word in words)


def context() -> list[Path]:
    """The files that a build may copy, relative to the repository: what ``.dockerignore`` leaves."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    candidates = {top for rule in rules if rule.startswith("!") for top in [ROOT / rule[1:]]}
    files = {path for top in candidates for path in [top, *top.rglob("*")] if path.is_file()}
    return sorted(path.relative_to(ROOT) for path in files if not _ignored(path.relative_to(ROOT), rules))


def _ignored(path: Path, rules: list[str]) -> bool:
    """The last rule that names the path, or a folder that it is in, decides."""
    names = [str(path), *map(str, path.parents)]
    ignored = False
    for rule in rules:
        pattern = re.escape(rule.lstrip("!")).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
        if any(re.fullmatch(pattern, name) for name in names):
            ignored = not rule.startswith("!")
    return ignored


def copied(stage: list[Instruction]) -> list[Path]:
    """The files of the repository that a stage gets. Its COPYs keep paths as they are, which a test checks."""
    sources = [word for copy in stage if copy.name == "COPY" and "from" not in copy.flags for word in copy.words[:-1]]
    return [path for path in context() if any(path.is_relative_to(source) for source in sources)]


def lay_out(dockerfile: Path, folder: Path) -> Path:
    """What the image has in its working folder, in ``folder``."""
    for path in copied(stages(dockerfile)[-1]):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
    return folder
