"""Starting the load driver as a process of its own, and keeping to its rates from here."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.setting import API_KEY

__all__ = ["KEY_HEADER", "PUSH_EXPECTED", "Driver", "Figures", "cpu_us", "drive"]

Figures = dict[str, Any]

ROOT = Path(__file__).parent.parent
KEY_HEADER = f"X-API-Key: {API_KEY}"
PUSH_EXPECTED = '"code":1100'
FINISH_SECONDS_MAX = 60.0


class Driver:
    """A load that runs; `figures` waits for its end."""

    def __init__(self, url: str, *options: str | float | Path, steered: bool = False) -> None:
        """Start it. Args: `options`: see `python -m bench.driver --help`."""
        command = [sys.executable, "-m", "bench.driver", url, *map(str, options)]
        self._process = subprocess.Popen(
            [*command, *(["--steered"] if steered else [])],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def steer(self, rate: float) -> None:
        """The rate from now on, requests a second."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{max(1.0, rate):.1f}\n")
        self._process.stdin.flush()

    def stop(self) -> None:
        """End a load that was started with `--stoppable`, or is steered."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.stdin = None

    @property
    def is_running(self) -> bool:
        """Whether it is still at it."""
        return self._process.poll() is None

    def wait(self, seconds: float) -> None:
        """Wait for its end for a while; raises subprocess.TimeoutExpired when it goes on."""
        self._process.wait(seconds)

    def figures(self, seconds_max: float = FINISH_SECONDS_MAX) -> Figures:
        """What it measured.

        Raises:
            AssertionError: it failed, had an answer that was not as expected, or a broken connection.
        """
        output, _ = self._process.communicate(timeout=seconds_max)
        assert self._process.returncode == 0, f"the load driver ended with {self._process.returncode}"
        found: Figures = json.loads(output)
        assert set(found["statuses"]) <= {"200"}, found
        assert not found["errors"], found
        assert not found["unexpected"], found
        # At a fixed rate the time that they have waited is in the figures.
        assert found["rate"] or not found["unanswered"], found
        assert found["answers"], found
        return found


def drive(
    url: str, *options: str | float | Path, seconds: float, warm_up: float, pids: Sequence[int] = ()
) -> Figures:
    """Run one load to its end."""
    told = [item for pid in pids for item in ("--pid", pid)]
    driver = Driver(url, *options, "--seconds", seconds, "--warm-up", warm_up, *told)
    return driver.figures(seconds + warm_up + FINISH_SECONDS_MAX)


def cpu_us(found: Figures, pid: int | str) -> float:
    """Processor time of a process for each answer: of one that was named by `pids`, or of the "driver"."""
    spent: dict[str, float] = found["cpu_us_per_answer"][str(pid)]
    return round(sum(spent.values()), 1)
