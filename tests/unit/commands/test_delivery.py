"""Sending many events: each ends exactly once or is reported open, whatever the server does; memory stays flat."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from hooklog.commands.delivery import Delivery, Report
from hooklog.commands.event_file import Outgoing
from hooklog.commands.patience import Patience
from hooklog.commands.webhook_sender import NO_ANSWER, Reply, Verdict
from hooklog.errors import LoadError, RemoteError

ACCEPTED = Reply(Verdict.ACCEPTED, 1100, "pushed", "id")
REFUSED = Reply(Verdict.REFUSED, 400, "not JSON")
BUSY = Reply(Verdict.AGAIN, 503, "busy", wait_seconds=0.001)
AWAY = Reply(Verdict.AGAIN, NO_ANSWER, "connection refused")
NO_WEBHOOK = Reply(Verdict.HOPELESS, 404, "Incorrect resource")

Answering = Callable[[Outgoing, int], Reply]


class World:
    """A server that answers as `answering` says of an event and how often it was sent before."""

    def __init__(self, answering: Answering, events_max: int = 1) -> None:
        self.answering = answering
        self.events_max = events_max
        self.sent: dict[int, int] = {}
        self.settled: list[tuple[int, Verdict]] = []
        self.waits: list[float] = []
        self.batch_sizes: list[int] = []
        self.senders_open = 0
        self._lock = threading.Lock()

    def make_sender(self) -> "World":
        with self._lock:
            self.senders_open += 1
        return self

    def close(self) -> None:
        with self._lock:
            self.senders_open -= 1

    def send(self, events: Sequence[Outgoing]) -> list[Reply]:
        with self._lock:
            self.batch_sizes.append(len(events))
            before = [self.sent.get(event.line, 0) for event in events]
            for event in events:
                self.sent[event.line] = self.sent.get(event.line, 0) + 1
        return [self.answering(event, count) for event, count in zip(events, before, strict=True)]

    def deliver(self, events: Iterator[Outgoing], concurrency: int = 4, patience: float = 30.0) -> Report:
        delivery = Delivery(
            self.make_sender,
            concurrency,
            # The waits are real, so they are made short.
            lambda: _Short(patience),
            lambda event, reply: self.settled.append((event.line, reply.verdict)),
            lambda _reply, seconds: self.waits.append(seconds),
            self.events_max,
        )
        try:
            return delivery.run(events)
        finally:
            assert 0 == self.senders_open

    @property
    def lines(self) -> list[int]:
        return sorted(line for line, _ in self.settled)


class _Short(Patience):
    def wait_seconds(self, asked: float | None) -> float | None:
        wait = super().wait_seconds(asked)
        return None if wait is None else min(wait, 0.001)


def _events(count: int) -> Iterator[Outgoing]:
    return (Outgoing(line, b"{}") for line in range(1, count + 1))


@pytest.mark.parametrize("concurrency", [1, 4, 16])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 200])
def test_every_event_is_settled_once(count: int, concurrency: int) -> None:
    world = World(lambda *_: ACCEPTED)
    assert Report() == world.deliver(_events(count), concurrency)
    assert list(range(1, count + 1)) == world.lines


def test_one_connection_keeps_the_order() -> None:
    world = World(lambda *_: ACCEPTED)
    world.deliver(_events(100), concurrency=1)
    assert [line for line, _ in world.settled] == list(range(1, 101))


def test_refused_events_do_not_stop_the_others() -> None:
    world = World(lambda event, _: REFUSED if event.line % 3 == 0 else ACCEPTED)
    assert Report() == world.deliver(_events(30))
    assert [3 * n for n in range(1, 11)] == sorted(
        line for line, verdict in world.settled if verdict is Verdict.REFUSED
    )


def test_a_busy_server_loses_nothing() -> None:
    """Every event is turned away at random, also for want of an answer, and settled once all the same."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")

    def answering(event: Outgoing, before: int) -> Reply:
        random_ = random.Random(f"{seed}/{event.line}/{before}")
        if event.line == 1:
            return ACCEPTED
        return random_.choice([ACCEPTED, REFUSED, BUSY, AWAY])

    world = World(answering)
    assert Report() == world.deliver(_events(200))
    assert list(range(1, 201)) == world.lines
    assert world.waits


def test_batches_send_again_only_what_was_not_settled() -> None:
    """The shape that a sender of many events a call needs: part of a batch may have to be sent again."""
    world = World(lambda event, before: BUSY if event.line % 2 and before < 2 else ACCEPTED, events_max=10)
    assert Report() == world.deliver(_events(100), concurrency=2)
    assert list(range(1, 101)) == world.lines
    assert {1} == {count for line, count in world.sent.items() if line % 2 == 0}
    assert 10 >= max(world.batch_sizes) > 1


def test_a_file_goes_in_full_batches_and_a_slow_source_in_what_there_is() -> None:
    world = World(lambda *_: ACCEPTED, events_max=50)
    assert Report() == world.deliver(_events(501), concurrency=4)
    assert [1, *[50] * 10] == world.batch_sizes
    assert list(range(1, 502)) == world.lines

    is_settled = threading.Event()

    def answering(event: Outgoing, _before: int) -> Reply:
        if event.line == 3:
            is_settled.set()
        return ACCEPTED

    world = World(answering, events_max=50)

    def slow() -> Iterator[Outgoing]:
        yield from _events(3)
        assert is_settled.wait(20), "what there is was held back"
        yield Outgoing(4, b"{}")

    assert Report() == world.deliver(slow())
    assert [1, 2, 3, 4] == world.lines


def test_large_events_go_in_smaller_batches() -> None:
    world = World(lambda *_: ACCEPTED, events_max=50)
    assert Report() == world.deliver((Outgoing(line, b"x" * 300_000) for line in range(1, 22)), concurrency=1)
    assert 3 == max(world.batch_sizes)
    assert list(range(1, 22)) == world.lines


def test_an_absent_server_is_told_at_once() -> None:
    world = World(lambda *_: AWAY)
    with pytest.raises(RemoteError, match="cannot be reached: connection refused; nothing was sent"):
        world.deliver(_events(5))
    assert {1: 1} == world.sent


def test_a_first_event_met_by_a_busy_server_is_sent_again() -> None:
    world = World(lambda _, before: BUSY if before == 0 else ACCEPTED)
    assert Report() == world.deliver(_events(3))
    assert [1, 2, 3] == world.lines


def test_a_hopeless_answer_stops_after_the_first_event() -> None:
    world = World(lambda *_: NO_WEBHOOK)
    report = world.deliver(_events(1000))
    assert (NO_WEBHOOK, 2, 1) == (report.hopeless, report.open_from, report.before_open)
    assert {1: 1} == world.sent


def test_a_hopeless_answer_later_says_what_is_open() -> None:
    world = World(lambda event, _: NO_WEBHOOK if event.line == 50 else ACCEPTED)
    report = world.deliver(_events(1000))
    assert NO_WEBHOOK == report.hopeless
    assert report.open_from is not None
    assert report.open_from - 1 == report.before_open
    assert set(range(1, report.open_from)) <= set(world.lines)
    assert len(world.settled) < 1000


def test_a_batch_that_is_hopeless_leaves_the_events_open_that_were_not_decided() -> None:
    """So that whoever goes on there sends them."""

    def answering(event: Outgoing, _before: int) -> Reply:
        return ACCEPTED if event.line < 40 else NO_WEBHOOK if event.line == 40 else BUSY

    world = World(answering, events_max=10)
    report = world.deliver(_events(100), concurrency=1)
    assert (NO_WEBHOOK, 41, 40) == (report.hopeless, report.open_from, report.before_open)


def test_the_end_of_patience_stops_and_says_where_to_go_on() -> None:
    world = World(lambda event, _: BUSY if event.line >= 20 else ACCEPTED)
    report = world.deliver(_events(500), patience=0.5)
    assert (20, 19) == (report.open_from, report.before_open)
    assert "busy" in report.stopped
    assert report.hopeless is None
    assert list(range(1, 20)) == world.lines


def test_numbers_with_holes_are_counted_right() -> None:
    """Blank lines have no event, so the line to go on from and the events before it differ."""
    world = World(lambda event, _: BUSY if event.line > 20 else ACCEPTED)
    events = (Outgoing(line, b"{}") for line in range(10, 200, 10))
    report = world.deliver(events, patience=0.5)
    assert (30, 2) == (report.open_from, report.before_open)


def test_unreadable_events_end_it_after_what_was_read() -> None:
    def broken() -> Iterator[Outgoing]:
        yield from _events(10)
        raise LoadError("the array is not closed")

    world = World(lambda *_: ACCEPTED)
    with pytest.raises(LoadError):
        world.deliver(broken())
    assert list(range(1, 11)) == world.lines


def test_an_interruption_ends_it_and_reports_what_is_open() -> None:
    def interrupted() -> Iterator[Outgoing]:
        yield from _events(10)
        raise KeyboardInterrupt

    world = World(lambda *_: ACCEPTED)
    report = world.deliver(interrupted())
    assert "interrupted" == report.stopped
    assert report.open_from is not None
    assert set(range(1, report.open_from)) <= set(world.lines)


def test_a_fault_of_ours_is_not_swallowed() -> None:
    def fault(event: Outgoing, _before: int) -> Reply:
        assert event.line != 5, "our own bug"
        return ACCEPTED

    with pytest.raises(AssertionError, match="our own bug"):
        World(fault).deliver(_events(1000))


def test_events_are_read_only_as_fast_as_they_are_sent() -> None:
    """So that a file of any size takes the same memory."""
    most_open = 0
    read = 0
    world = World(lambda *_: ACCEPTED)

    def counting() -> Iterator[Outgoing]:
        nonlocal most_open, read
        for event in _events(500):
            read += 1
            most_open = max(most_open, read - len(world.settled))
            yield event

    world.deliver(counting(), concurrency=4)
    # In the queue, with the senders, in hand.
    assert most_open <= 4 * 2 + 4 + 2
