"""An export ends, however much comes in while it is made."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from hooklog.event import Entry, id_to_text
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.eventlog.query import Query
from hooklog.testing.builders import make_settled
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID
from hooklog.testing.system import MemorySystem

EXPORT = "/v2/events/logs/export"
PARTS_MAX = 20


class BusyLog(MemoryEventLog):
    """With each part that is read of it one more event has settled."""

    def __init__(self) -> None:
        super().__init__()
        self.at_first = [self.settle() for _ in range(3)]

    def settle(self) -> str:
        item = make_settled(len(self.settled), org_id=ORG_ID)
        self.settled[ORG_ID, item.entry.id] = item
        return id_to_text(item.entry.id)

    def walk(self, query: Query) -> Iterator[list[Entry]]:
        for _ in range(PARTS_MAX):
            found = self.page(msgspec.structs.replace(query, limit=1))
            if not found:
                return
            self.settle()
            yield found
            query = msgspec.structs.replace(query, after=found[-1].id)


@pytest.mark.parametrize("asked", [{}, {"to_date": "2999-12-31"}, {"to_date": "2999-12-31", "order": "desc"}])
def test_what_comes_in_meanwhile_is_no_part_of_it(asked: dict[str, Any]) -> None:
    log = BusyLog()
    with served(MemorySystem(), log) as api:
        answer = api.answer(EXPORT, **{"order": "asc", **asked})
    found = [json.loads(line)["id"] for line in answer.text.splitlines()]
    assert sorted(log.at_first) == sorted(found)


def test_an_end_that_lies_before_everything_is_kept_to() -> None:
    with served(MemorySystem(), BusyLog()) as api:
        assert "" == api.answer(EXPORT, order="asc", to_date="2001-01-01").text
