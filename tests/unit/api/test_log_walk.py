"""Looking through the log takes turns, and a bounded time; what was not found whole is not shown."""

from collections.abc import Iterator
from unittest.mock import patch

from hooklog.api import log_walk
from hooklog.event import Entry
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.query import Query
from hooklog.testing.builders import make_settled
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID
from hooklog.testing.system import MemorySystem

LOGS = "/v2/events/logs"


class SlowLog(MemoryEventLog):
    """Shows one entry a part, after many parts of none."""

    def __init__(self, parts: int) -> None:
        super().__init__()
        self.parts = parts
        self.asked = 0
        for number in range(3):
            item = make_settled(number, org_id=ORG_ID)
            self.settled[ORG_ID, item.entry.id] = item

    def walk(self, query: Query) -> Iterator[list[Entry]]:
        for entry in self.page(query):
            for _ in range(self.parts):
                self.asked += 1
                yield []
            yield [entry]


def test_a_page_is_whole_however_many_turns_it_takes() -> None:
    with patch.object(log_walk, "_TURN_SECONDS", 0.0), served(MemorySystem(), SlowLog(5)) as api:
        status, body = api.get(LOGS, limit=2, order="asc")
        everything = api.get(LOGS, order="asc")[1]
    assert (200, 2, 3) == (status, len(body["data"]), len(everything["data"]))


def test_a_question_that_takes_too_long_is_461_and_shows_nothing() -> None:
    log = SlowLog(1_000_000)
    with (
        patch.object(log_walk, "SECONDS_MAX", 0.0),
        patch.object(log_walk, "_TURN_SECONDS", 0.0),
        served(MemorySystem(), log) as api,
    ):
        status, body = api.get(LOGS, order="asc")
    assert (503, 461, []) == (status, body["errors"][0]["code"], body["data"])
    assert "narrow it by from_date and to_date" in body["errors"][0]["message"]
    assert log.asked < 10
