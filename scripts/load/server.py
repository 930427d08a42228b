"""The service as a process that can be started, killed and started again (Linux)."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from src.service.probe import probe

START_S = 120.0
END_S = 60.0
TICK_S = 0.1


class ServerError(RuntimeError):
    """A server that did not start; the message says why."""


class Server:
    """``python -m src.service`` on a free port of this machine, with its data below ``data_dir``."""

    def __init__(self, data_dir: Path, database_url: str, settings: Mapping[str, str] | None = None) -> None:
        """Settings in the environment hold, but for these two and ``settings``."""
        self.log = data_dir / "log"
        ours = {"NUMBER_PLATE_DATA_DIR": str(data_dir), "NUMBER_PLATE_DATABASE_URL": database_url}
        self._environment = {**os.environ, **ours, **(settings or {})}
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the process that was started last."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> float:
        """Starts it; seconds until it answers. Raises ServerError."""
        command = [sys.executable, "-m", "src.service", "--host", "127.0.0.1", "--port", str(self.port)]
        started = monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        while await asyncio.to_thread(probe, f"{self.url}/health") is not None:
            if self._process.poll() is not None or monotonic() - started > START_S:
                raise ServerError(f"the service did not start, {self.log} ends with: {self._last_line()}")
            await asyncio.sleep(TICK_S)
        return monotonic() - started

    def kill(self) -> None:
        """Ends it as a power cut would end a process: at once, wherever it is."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self) -> int:
        """Ends it in good order; its exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(END_S)

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "nothing"


def free_port() -> int:
    """Returns a port of this machine that nobody uses just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def resident(pid: int) -> float:
    """MiB of memory that a process has at the moment; 0 where there is none."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pid: int) -> float:
    """Seconds that a process and its children that have ended have spent on CPUs."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, after_name[11:15])) / os.sysconf("SC_CLK_TCK")
