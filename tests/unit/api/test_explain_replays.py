"""`/logs/{id}/explain` of an event that was replayed more often than is listed."""

import pytest

from hooklog.api import explanation
from hooklog.event import Event, ReplayOf, id_to_text, instant_of
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID, WEBHOOK_ID, customer_field
from hooklog.testing.system import MemorySystem


@pytest.mark.parametrize(("count", "times", "warnings"), [(3, "3 times", 0), (4, "at least 3 times", 1)])
def test_replays_are_bounded_and_what_is_left_out_is_said(
    count: int, times: str, warnings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanation, "_REPLAYS_MAX", 3)
    system = MemorySystem()
    system.define("visit", customer_field())
    original = system.push({"event_name": "visit", "mobile": "919800000001"})
    system.settle()
    ids = [system._ids.make() for _ in range(count)]
    of, said = ReplayOf(original, b"", instant_of(original)), system.entry(original).input
    system.take([Event(one, ORG_ID, WEBHOOK_ID, said, None, of) for one in ids])
    system.settle_all()
    with served(system) as api:
        _, body = api.get(f"/v2/events/logs/{id_to_text(original)}/explain")
    [told] = body["data"]
    newest = [id_to_text(one) for one in ids[-3:]]
    assert newest == told["replays"]
    assert f"It has been replayed {times}, last as {newest[-1]}." in told["headline"]
    assert ["only the newest 3 replays are listed"] * warnings == [one["message"] for one in body["warnings"]]
