"""Several events of one batch may have had the same key; who holds it afterwards is the same in every backend."""

from pathlib import Path

import pytest

from hooklog.eventlog.base import Claim, EventLogWriter
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import ORG, make_batch, make_id, make_parked, make_settled

KEY = b"k" * 16


@pytest.fixture(params=["memory", "sqlite"])
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> EventLogWriter:
    writer: EventLogWriter = (
        MemoryEventLog().writer() if request.param == "memory" else SqliteEventLogWriter(tmp_path)
    )
    writer.take_over()
    return writer


def test_one_in_flight_holds_the_key_of_one_that_settled_before_it(writer: EventLogWriter) -> None:
    """Its predecessor's window was over (contract I.10)."""
    writer.commit(make_batch(0, make_settled(1, claim_key=KEY), make_parked(2, claim_key=KEY)))
    assert {KEY: Claim(make_id(2), is_settled=False)} == writer.claims(ORG, [KEY])


def test_the_last_of_several_that_settled_holds_the_key(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_settled(1, claim_key=KEY), make_settled(2, claim_key=KEY)))
    assert {KEY: Claim(make_id(2), is_settled=True)} == writer.claims(ORG, [KEY])


def test_one_in_flight_holds_the_key_of_one_that_failed_before_it(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_parked(1, claim_key=KEY)))
    writer.commit(
        make_batch(1, make_settled(1, released_key=KEY), make_parked(2, claim_key=KEY), to_position=2)
    )
    assert {KEY: Claim(make_id(2), is_settled=False)} == writer.claims(ORG, [KEY])
