"""Campaigns of accidents: scripted runs on simulated disks, and a look at every wreck that they leave.

Every accident is repeated by its name: the sync point, the cut and the fate of what was not synced.
"""

import itertools
import random
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import apsw
import msgspec

from hooklog.errors import HooklogError
from hooklog.testing.clock import FakeClock
from hooklog.testing.crash_laws import recover
from hooklog.testing.disk import Disk
from hooklog.testing.power import mounted, power_cuts, sync_failures, wrecks
from hooklog.testing.scripted_run import carry_on, live
from hooklog.testing.stored_system import Ledger, Means

__all__ = ["Campaign", "Figures"]

_FINDINGS_SHOWN_MAX = 10
# Where the second accident falls: sync points of the start and of the work after the first.
_SECOND_CUTS = (1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16, 20, 25, 30, 36, 45)

_Act = Callable[[Path, Ledger, FakeClock, Means], None]


class Figures(msgspec.Struct):
    """What a campaign did and found.

    `acknowledged` and `unanswered` count events, each once for every wreck in which it was looked for;
    `findings` is by law.
    """

    cuts: int = 0
    wrecks: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    findings: dict[str, int] = {}
    first_findings: list[str] = []
    seconds: float = 0.0


class Campaign:
    """Runs on disks that meet accidents, and a look at each wreck."""

    def __init__(self, scratch: Path, prepared: Path, seeds: Iterable[int], **means: str) -> None:
        """Args:
        scratch: a folder for runs and wrecks, which are removed as soon as they were looked at.
        prepared: a folder with the files that every run begins with.
        seeds: a wreck for each beside the two that need no chance.
        means: fields of Means.
        """
        self.figures = Figures()
        self._scratch = scratch
        self._prepared = prepared
        self._seeds = tuple(seeds)
        self._means = Means(**means)
        self._began = time.monotonic()

    def cut_everywhere(self, step: int) -> Figures:
        """One loss of power in each run; only every `step`-th sync point is cut."""
        for disk in power_cuts(self._scratch / "runs", step=step, prepared=self._prepared):
            ledger, clock = self._run(disk, live, Ledger(), FakeClock())
            self._look(disk, ledger, clock)
        return self._figures()

    def fail_everywhere(self, step: int, cuts: tuple[int | None, ...]) -> Figures:
        """One sync fails in each run; the power goes so many sync points later, or at the end."""
        for disk in sync_failures(self._scratch / "runs", step=step, cuts=cuts, prepared=self._prepared):
            ledger, clock = self._run(disk, live, Ledger(), FakeClock())
            self._look(disk, ledger, clock)
        return self._figures()

    def cut_twice(self, step: int, second_cuts: int, *, by_kill: bool) -> Figures:
        """A loss of power (or a kill of all programs) in each run, and `second_cuts` in what comes after it."""
        disks = power_cuts(self._scratch / "runs", step=step, prepared=self._prepared)
        return self._cut_again(disks, second_cuts, by_kill=by_kill)

    def fail_and_kill(self, step: int, cuts: tuple[int, ...], second_cuts: int) -> Figures:
        """A sync fails, soon after all programs are killed, and the power goes in what comes after."""
        disks = sync_failures(self._scratch / "runs", step=step, cuts=cuts, prepared=self._prepared)
        return self._cut_again(disks, second_cuts, by_kill=True)

    def _cut_again(self, disks: Iterable[Disk], second_cuts: int, *, by_kill: bool) -> Figures:
        later = itertools.cycle(_SECOND_CUTS)
        for disk in disks:
            ledger, clock = self._run(disk, live, Ledger(), FakeClock())
            for cut in itertools.islice(later, second_cuts):
                folder = self._scratch / "between" / f"{disk.root.name}-then-{cut}"
                second = _second_disk(disk, folder, cut, by_kill=by_kill)
                after = self._run(second, carry_on, _copied(ledger), FakeClock(clock.now_ms()))
                self._look(second, *after)
                shutil.rmtree(folder)
        return self._figures()

    def _run(self, disk: Disk, act: _Act, ledger: Ledger, clock: FakeClock) -> tuple[Ledger, FakeClock]:
        """Until it is done or the power is off; its end is a worker's death in any case."""
        with mounted(disk) as vfs:
            try:
                act(disk.root, ledger, clock, msgspec.structs.replace(self._means, vfs=vfs))
            except (HooklogError, apsw.Error, OSError):
                if not disk.is_off:
                    raise
        ledger.worker_deaths += 1
        self.figures.cuts += 1
        return ledger, clock

    def _look(self, disk: Disk, ledger: Ledger, clock: FakeClock) -> None:
        figures = self.figures
        for folder in wrecks(disk, self._scratch / "wrecks", self._seeds):
            figures.wrecks += 1
            figures.acknowledged += len(ledger.acknowledged)
            figures.unanswered += len(ledger.submitted) - len(ledger.acknowledged)
            # OFF: looking at a wreck need not survive another loss of power, and is quicker so.
            quick = Means(journal_synchronous="OFF", log_synchronous="OFF")
            for finding in recover(folder, ledger, FakeClock(clock.now_ms()), quick):
                law = finding.law.value
                figures.findings[law] = figures.findings.get(law, 0) + 1
                if len(figures.first_findings) < _FINDINGS_SHOWN_MAX:
                    figures.first_findings.append(f"{folder.name}: {law}: {finding.what[:300]}")

    def _figures(self) -> Figures:
        self.figures.seconds = round(time.monotonic() - self._began, 1)
        return self.figures


def _second_disk(first: Disk, folder: Path, cut: int, *, by_kill: bool) -> Disk:
    if by_kill:
        return first.kill_programs(folder, power_off_at_sync=cut)
    return Disk(first.lose_power(folder, _chance(cut)), power_off_at_sync=cut)


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - chance must be repeatable


def _copied(ledger: Ledger) -> Ledger:
    return Ledger(
        dict(ledger.submitted),
        dict(ledger.acknowledged),
        dict(ledger.shown),
        [*ledger.resettled],
        ledger.worker_deaths,
    )
