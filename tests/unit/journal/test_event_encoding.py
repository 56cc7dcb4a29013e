"""What lies in the journal is readable across versions: by position, with what was added last left out."""

import msgspec

from hooklog.event import Event, Refusal, ReplayOf, Status
from hooklog.journal.sqlite_file import decode_events
from hooklog.testing.builders import make_event, make_id

_encode = msgspec.msgpack.encode


def test_an_event_as_the_first_version_wrote_it_is_no_replay() -> None:
    event = make_event(1, refusal=Refusal(Status.UNAUTHORIZED, "Unauthorized"))
    first_version = [[event.id, event.org_id, event.webhook_id, event.body, [7, "Unauthorized"]]]
    assert [event] == decode_events(_encode(first_version))


def test_an_event_comes_back_as_it_was_written() -> None:
    events: list[Event] = [
        make_event(1),
        make_event(2, replay_of=ReplayOf(make_id(1), make_id(9), 1_767_607_200_000)),
    ]
    assert events == decode_events(_encode(events))
