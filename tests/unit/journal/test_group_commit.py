"""Group commits: many pushes share one sync, and each gets exactly one answer, whatever happens."""

import asyncio
import threading
from collections import Counter

import pytest

from hooklog.errors import JournalUnavailable
from hooklog.testing.builders import make_event, make_events
from hooklog.testing.gated_journal import GatedJournal, GroupCommitBench, run_law, until


def test_events_that_wait_while_one_is_synced_share_the_next_commit() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False))
        await bench.fill(1, 500)
        bench.journal.gate.set()
        await bench.answered(500)
        assert [1, 499] == bench.journal.appended()
        bench.commit.close()

    run_law(law)


def test_single_event_is_committed_alone_when_idle() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal())
        for number in (1, 2, 3):
            bench.submit(make_event(number))
            await bench.answered(number)
        assert [1, 1, 1] == bench.journal.appended()
        bench.commit.close()

    run_law(law)


def test_every_event_is_answered_once_after_its_commit_and_in_order() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(), group_events_max=7)
        for event in make_events(1, 1_000):
            bench.submit(event)
        await bench.answered(1_000)
        bench.commit.close()
        await asyncio.sleep(0)
        assert {(None,): 1_000} == Counter(tuple(answers) for answers in bench.answers.values())
        assert make_events(1, 1_000) == [event for _, group in bench.commits for event in group]
        assert make_events(1, 1_000) == [item.event for item in bench.journal.memory.read(0, 2_000)]
        # Every commit is told before its answers, with the position of its last event.
        seen = 0
        for last, group in bench.commits:
            seen += len(group)
            assert seen == last
        assert "commit" == bench.told[0]
        assert {threading.get_ident()} == bench.threads

    run_law(law)


def test_answer_comes_only_when_the_group_is_durable() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False))
        await bench.fill(1, 2)
        await asyncio.sleep(0)
        assert [] == bench.told
        bench.journal.gate.set()
        await bench.answered(2)
        assert ["commit", "answer", "commit", "answer"] == bench.told
        bench.commit.close()

    run_law(law)


@pytest.mark.parametrize(("bound", "expected"), [(2, [1, 2, 2, 1]), (5, [1, 5]), (4, [1, 4, 1])])
def test_group_holds_at_most_its_events(bound: int, expected: list[int]) -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False), group_events_max=bound)
        await bench.fill(1, 6)
        bench.journal.gate.set()
        await bench.answered(6)
        assert expected == bench.journal.appended()
        bench.commit.close()

    run_law(law)


@pytest.mark.parametrize(("bound", "expected"), [(200, [1, 2, 1]), (199, [1, 1, 1, 1]), (10, [1, 1, 1, 1])])
def test_group_holds_at_most_its_bytes_but_always_one_event(bound: int, expected: list[int]) -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False), group_bytes_max=bound)
        await bench.fill(1, 1)
        for event in make_events(2, 4, body=b"x" * 100):
            bench.submit(event)
        bench.journal.gate.set()
        await bench.answered(4)
        assert expected == bench.journal.appended()
        bench.commit.close()

    run_law(law)


def test_too_many_waiting_events_are_refused_and_let_in_again() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False), waiting_events_max=3)
        await bench.fill(1, 3)
        # The event that is being committed is not answered yet, so it counts.
        with pytest.raises(JournalUnavailable) as caught:
            bench.submit(make_event(4))
        assert "3" in str(caught.value)
        bench.journal.gate.set()
        await bench.answered(3)
        bench.submit(make_event(5))
        await bench.answered(4)
        assert [] == bench.answers[make_event(4).id], "who was refused is not called"
        assert [1, 2, 3, 5] == [event.id[-1] for _, group in bench.commits for event in group]
        bench.commit.close()

    run_law(law)


def test_too_many_waiting_bytes_are_refused_and_let_in_again() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False), waiting_bytes_max=250)
        bench.submit(make_event(1, body=b"x" * 150))
        await until(bench.journal.entered.is_set)
        bench.submit(make_event(2, body=b"x" * 100))
        with pytest.raises(JournalUnavailable):
            bench.submit(make_event(3, body=b"x"))
        bench.submit(make_event(4, body=b""))
        bench.journal.gate.set()
        await bench.answered(3)
        bench.submit(make_event(5, body=b"x" * 250))
        await bench.answered(4)
        with pytest.raises(JournalUnavailable):
            bench.submit(make_event(6, body=b"x" * 251))
        bench.commit.close()

    run_law(law)


def test_failure_answers_all_who_wait_and_refuses_all_who_come() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False), group_events_max=2)
        await bench.fill(1, 7)
        bench.journal.fails_on = "append"
        bench.journal.gate.set()
        await bench.answered(7)
        await until(lambda: bool(bench.failures))
        assert all(
            len(answers) == 1 and isinstance(answers[0], JournalUnavailable)
            for answers in bench.answers.values()
        )
        assert ["answer"] * 7 + ["failure"] == bench.told
        for number in (8, 9):
            with pytest.raises(JournalUnavailable):
                bench.submit(make_event(number))
        assert [1] == bench.journal.appended(), "nothing is tried after a failure"
        assert {threading.get_ident()} == bench.threads
        bench.commit.close()
        assert bench.journal.is_closed

    run_law(law)


def test_failure_after_good_commits_leaves_their_answers_good() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal())
        bench.submit(make_event(1))
        await bench.answered(1)
        bench.journal.fails_on = "append"
        bench.submit(make_event(2))
        await bench.answered(2)
        assert [None] == bench.answers[make_event(1).id]
        assert isinstance(bench.answers[make_event(2).id][0], JournalUnavailable)
        bench.commit.close()

    run_law(law)


def test_bug_of_ours_in_the_writer_leaves_nobody_without_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal())
        monkeypatch.setattr(bench.journal.memory, "append", lambda _events: 1 / 0)
        bench.submit(make_event(1))
        await bench.answered(1)
        assert isinstance(bench.answers[make_event(1).id][0], JournalUnavailable)
        bench.commit.close()

    run_law(law)


def test_append_waits_for_the_commit_and_raises_what_went_wrong() -> None:
    async def law() -> None:
        bench = GroupCommitBench(GatedJournal(is_open=False))
        first, second = (asyncio.create_task(bench.commit.append(make_event(n))) for n in (1, 2))
        await until(bench.journal.entered.is_set)
        assert not first.done()
        second.cancel()  # Its push was broken off; the event is committed all the same.
        bench.journal.gate.set()
        await first
        await until(lambda: bench.journal.last == 2)
        bench.journal.fails_on = "append"
        with pytest.raises(JournalUnavailable):
            await bench.commit.append(make_event(3))
        bench.commit.close()

    run_law(law)
