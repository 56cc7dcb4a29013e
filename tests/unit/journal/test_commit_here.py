"""On a quick disk the loop commits itself, after a slow commit a thread for a while; answers are the same."""

import asyncio
import threading
from collections.abc import Sequence
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooklog.errors import JournalUnavailable
from hooklog.event import Event
from hooklog.testing.builders import make_event, make_events
from hooklog.testing.gated_journal import GatedJournal, GroupCommitBench, run_law, until

QUICK, SLOW = 0.001, 0.02
BOUND = 0.005
LONG = 60.0


class TimedJournal(GatedJournal):
    """Its appends take as long as they are told to, on a clock of its own; it keeps who called them."""

    def __init__(self, takes: float = QUICK) -> None:
        super().__init__()
        self.now = 0.0
        self.takes = takes
        self.callers: list[int] = []

    def append(self, events: Sequence[Event]) -> int:
        self.callers.append(threading.get_ident())
        self.now += self.takes
        return super().append(events)

    def was_here(self) -> list[bool]:
        """For each append, whether the loop's thread called it."""
        return [caller == threading.get_ident() for caller in self.callers]


def bench_of(journal: TimedJournal, **settings: float) -> GroupCommitBench:
    return GroupCommitBench(
        journal, clock=lambda: journal.now, **{"commit_here_seconds_max": BOUND, **settings}
    )


def test_on_a_quick_disk_the_loop_commits_itself() -> None:
    async def law() -> None:
        journal = TimedJournal()
        bench = bench_of(journal)
        for number in (1, 2, 3):
            bench.submit(make_event(number))
            await bench.answered(number)
        assert [True, True, True] == journal.was_here()
        bench.commit.close()

    run_law(law)


def test_events_of_one_turn_of_the_loop_share_a_commit() -> None:
    async def law() -> None:
        bench = bench_of(TimedJournal())
        for event in make_events(1, 64):
            bench.submit(event)
        await bench.answered(64)
        assert [64] == bench.journal.appended()
        bench.commit.close()

    run_law(law)


def test_after_a_slow_commit_a_thread_commits_until_a_while_is_over() -> None:
    async def law() -> None:
        journal = TimedJournal(takes=SLOW)
        bench = bench_of(journal)
        for number, takes, passes in ((1, SLOW, 0.0), (2, QUICK, 0.0), (3, QUICK, LONG), (4, QUICK, 0.0)):
            journal.takes, journal.now = takes, journal.now + passes
            bench.submit(make_event(number))
            await bench.answered(number)
        # The third was handed over while nobody had looked at the clock yet.
        assert [True, False, False, True] == journal.was_here()
        bench.commit.close()

    run_law(law)


def test_failure_here_is_told_to_all_who_wait_and_nothing_is_taken_any_more() -> None:
    async def law() -> None:
        journal = TimedJournal()
        journal.fails_on = "append"
        bench = bench_of(journal, group_events_max=2)
        for event in make_events(1, 5):
            bench.submit(event)
        await bench.answered(5)
        assert 1 == len(bench.failures)
        assert all(isinstance(answer, JournalUnavailable) for (answer,) in bench.answers.values())
        with pytest.raises(JournalUnavailable):
            bench.submit(make_event(6))
        assert [] == bench.commits
        bench.commit.close()

    run_law(law)


def test_close_commits_what_waits_behind_commits_made_here() -> None:
    async def law() -> None:
        bench = bench_of(TimedJournal())
        bench.submit(make_event(1))
        await bench.answered(1)
        for event in make_events(2, 9):
            bench.submit(event)
        bench.commit.close()
        await bench.answered(9)
        assert [1, 8] == bench.journal.appended()

    run_law(law)


def test_trim_goes_on_between_commits_made_here() -> None:
    async def law() -> None:
        bench = bench_of(TimedJournal())
        for number in range(1, 200):
            bench.submit(make_event(number))
            await bench.answered(number)
            bench.commit.trim(number - 1)
        await until(lambda: {100: 1} == bench.journal.backlog_by_org(0))
        bench.commit.close()

    run_law(law)


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.sampled_from((QUICK, SLOW)), st.sampled_from((0.0, LONG))),
        max_size=12,
    )
)
def test_however_quick_the_disk_is_every_event_is_answered_once_and_in_order(
    bursts: list[tuple[int, float, float]],
) -> None:
    async def law() -> None:
        journal = TimedJournal()
        bench = bench_of(journal, group_events_max=4)
        count = 0
        for size, takes, passes in bursts:
            journal.takes, journal.now = takes, journal.now + passes
            for event in make_events(count + 1, count + size):
                bench.submit(event)
            count += size
            bench.commit.trim(count // 2)
            await asyncio.sleep(0)
        await bench.answered(count)
        bench.commit.close()
        assert all([None] == answers for answers in bench.answers.values())
        expected = make_events(1, count) if count else []
        assert expected == [event for _, group in bench.commits for event in group]
        assert list(accumulate(len(group) for _, group in bench.commits)) == [
            last for last, _ in bench.commits
        ]

    run_law(law)
