"""What the large folder is made of is what its rows count on."""

import json
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from bench import making
from bench.making import Feeder, events, known_of, make_large
from bench.place import Place
from bench.scale import SMOKE
from bench.setting import BODY_BYTES, PLAIN, RARE, UNIQUE, UNIQUE_NAME, bodies

from hooklog.event import RequestIds, instant_of

TINY = msgspec.structs.replace(SMOKE, customers=50, entries=900, entries_small=200, burst_ids=150)


def test_events_have_their_size_and_no_reference_twice() -> None:
    ids = RequestIds()
    made = [
        *events(300, 99_900, 50, ids, is_unique=False),
        *events(300, 100_200, 50, ids, is_unique=True),
    ]
    assert {BODY_BYTES} == {len(event.body) for event in made}
    said = [json.loads(event.body) for event in made]
    assert 600 == len({one["reference"] for one in said})
    assert 1 == sum(one["event_name"] == RARE for one in said)
    assert {PLAIN, UNIQUE} == {event.webhook_id for event in made}
    assert UNIQUE_NAME == said[-1]["event_name"]
    assert 6 == sum(isinstance(one["amount"], str) for one in said)


def test_what_the_driver_sends_has_the_same_size() -> None:
    assert {BODY_BYTES} == {len(body.replace(b"{n}", b"0" * 10)) for body in bodies(100, 50)}


def test_the_large_folder_holds_a_month_and_the_small_one_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "KNOWN_EVERY", TINY.burst_ids)
    place = Place(TINY, tmp_path)
    seen: list[int] = []
    make_large(place, seen.append)
    assert place.is_made("large")
    assert place.is_made("small")
    assert (0, 945) == (seen[0], seen[-1])
    assert 200 in seen
    for name, entries in (("small", 200), ("large", 945)):
        with closing(Feeder(place.path(name))) as feeder:
            assert entries == feeder.log.position() == feeder.journal.last
            rows = feeder.log.feed(0, 1_000)
            ids = [request_id for row in rows for _, request_id in row.ids]
            assert entries == len(ids)
            assert ids == sorted(ids)
            entry = feeder.log.entry(rows[-1].ids[-1][0], ids[-1])
            assert entry is not None
            assert entry.response_ms < 1_000
        days = (instant_of(ids[-1]) - instant_of(ids[0])) / 86_400_000
        assert (days > 20) is (name == "large")
    assert known_of(place, "large")
