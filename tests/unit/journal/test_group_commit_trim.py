"""Beside the commits, the journal's thread trims without starving or losing a wish, and ends in good order."""

import asyncio
from collections import Counter

import pytest

from hooklog.errors import JournalUnavailable
from hooklog.testing.builders import make_event, make_events
from hooklog.testing.gated_journal import GatedJournal, GroupCommitBench, run_law, until
from hooklog.testing.program import wait_until


def test_failed_trim_fails_the_journal() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal())
        bench.submit(make_event(1))
        await bench.answered(1)
        bench.journal.fails_on = "trim"
        bench.commit.trim(1)
        await until(lambda: bool(bench.failures))
        with pytest.raises(JournalUnavailable):
            bench.submit(make_event(2))
        bench.commit.close()

    run_law(law)


def test_trim_goes_on_until_all_that_is_settled_is_gone() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal())
        for number in range(1, 6):
            bench.submit(make_event(number))
            await bench.answered(number)
        bench.commit.trim(4)
        bench.commit.trim(2)
        await until(lambda: {100: 1} == bench.journal.backlog_by_org(0))
        assert [5] == [item.position for item in bench.journal.memory.read(4, 10)]
        bench.commit.close()

    run_law(law)


def test_trim_asked_for_during_a_trim_is_not_lost() -> None:
    async def law() -> None:
        journal = GatedJournal(is_open=False)
        journal.memory.append(make_events(1, 2))
        bench = GroupCommitBench(journal)
        bench.commit.trim(1)
        await until(journal.entered.is_set)
        # The trim that waits at the gate will find nothing to do; it must not take this wish along.
        bench.commit.trim(2)
        journal.gate.set()
        await until(lambda: {} == journal.backlog_by_org(0))
        bench.commit.close()

    run_law(law)


def test_trim_does_not_starve_while_events_keep_waiting() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False), group_events_max=1)
        await bench.fill(1, 400)
        bench.commit.trim(1)
        bench.journal.gate.set()
        await bench.answered(400)
        acts = [act for act, _ in bench.journal.diary]
        assert acts.index("trim") < 100, "at most 64 groups go first"
        assert acts.count("trim") < 20, "a trim costs a sync, so it is not done after every group"
        bench.commit.close()

    run_law(law)


def test_nothing_is_asked_of_the_writer_while_there_is_nothing_to_do() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal())
        bench.submit(make_event(1))
        await bench.answered(1)
        bench.commit.trim(1)
        await until(lambda: [("append", 1), ("trim", 1), ("trim", 1)] == bench.journal.diary)
        bench.submit(make_event(2))
        await bench.answered(2)
        assert [("append", 1)] == bench.journal.diary[3:]
        bench.commit.close()

    run_law(law)


def test_close_commits_what_waits_then_closes_the_writer() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False), group_events_max=2)
        await bench.fill(1, 6)

        def open_gate() -> None:
            wait_until("the close waits for the thread", lambda: bench.commit._is_closing)
            assert not bench.journal.is_closed
            bench.journal.gate.set()

        opening = asyncio.create_task(asyncio.to_thread(open_gate))
        await asyncio.sleep(0)
        bench.commit.close()
        await opening
        await bench.answered(6)
        assert bench.journal.is_closed
        assert {(None,): 6} == Counter(tuple(answers) for answers in bench.answers.values())
        assert 6 == bench.journal.last

    run_law(law)


def test_event_that_comes_after_the_close_is_refused_not_forgotten() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal())
        bench.commit.close()
        with pytest.raises(JournalUnavailable):
            bench.submit(make_event(1))

    run_law(law)
