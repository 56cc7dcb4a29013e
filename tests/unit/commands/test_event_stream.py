"""Server-sent events, line by line."""

from hooklog.commands.event_stream import StreamEvent, stream_events


def test_events_marks_and_comments_are_told_apart() -> None:
    lines = ["retry: 1000", "id: 1:0", "", ": ", "id: 2:5", "event: entry", 'data: {"a":1}', "", "", ":", ""]
    assert [StreamEvent("1:0", "", ""), StreamEvent("2:5", "entry", '{"a":1}')] == list(stream_events(lines))


def test_an_event_that_is_cut_off_never_was() -> None:
    assert [] == list(stream_events(["id: 3:1", "event: entry", "data: {"]))
