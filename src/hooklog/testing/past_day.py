"""A data folder with a day behind it: a shop's events at their times, judged by the real stages. For pictures."""

import json
import math
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER
from hooklog.consumers.ei import EiConsumer
from hooklog.consumers.emf import CustomerCheck
from hooklog.event import Event, RequestIds, wall_clock_ms
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.journal.sqlite import SqliteJournalReader, SqliteJournalWriter
from hooklog.load.store import load_path
from hooklog.pipeline.runner import Runner
from hooklog.pipeline.settings import PipelineSettings
from hooklog.pipeline.stages import build_line
from hooklog.server import open_rooms, prepare
from hooklog.testing.clock import FakeClock
from hooklog.testing.content import Content, customer_by_mobile, field

__all__ = ["KEY", "MOBILE", "fill_past_day"]

KEY = "hk_pictures"
MOBILE = "919800000007"
_ORG, _TILL = 100737, "palace.street"
_WEBHOOK, _UNIQUE = "67b62dffb7f5337f8a8237970bd0a467", "91c4b8f7aa0e4a55b1d3f00c7a52e6d1"
_CUSTOMERS, _PER_HOUR, _HOURS = 60, 90, 24
_BOTH = (EI_CONSUMER, EMF_CONSUMER)
_MINUTE_MS = 60_000


def fill_past_day(folder: Path, seed: int = 7) -> None:
    """Make a folder in which an org called Palace has had a day with some thousand events. Takes seconds."""
    prepare(folder)
    path = folder.parent / "past_day.json"
    path.write_text(json.dumps(_content().file), encoding="utf-8")
    rooms = open_rooms(folder)
    load_path(rooms, path)
    log = SqliteEventLogWriter(folder)
    journal = SqliteJournalWriter(folder, log_id=log.log_id, position=log.position)
    clock = FakeClock(wall_clock_ms() - _HOURS * 60 * _MINUTE_MS)
    line = build_line(
        catalog=rooms.catalog,
        directory=rooms.directory,
        log=log,
        ei=EiConsumer(),
        emf=CustomerCheck(),
        settings=PipelineSettings(),
        clock_us=clock.now_us,
    )
    reader = SqliteJournalReader(folder, log_id=log.log_id)
    runner = Runner(reader, log, rooms.catalog, line, PipelineSettings(), clock.now_ms)
    for event in _events(clock, random.Random(seed)):  # noqa: S311 - pictures, no secrets
        journal.append([event])
        clock.advance(ms=2)
        while runner.step():
            pass
    log.end()
    reader.close()
    journal.close()
    rooms.close()


def _content() -> Content:
    content = Content()
    content.org(_ORG)
    content.file["orgs"][0]["name"] = "Palace"
    content.till(_ORG, _TILL)
    content.api_key(_ORG, KEY, "admin", "psi:read")
    for number in range(_CUSTOMERS):
        content.customer(_ORG, 500_000 + number, mobile=str(919_800_000_000 + number))
    visit = (customer_by_mobile(), field("store"), field("amount", "double"))
    content.event(_ORG, "store_visit", *visit, actions=_BOTH, label="Store visit")
    content.event(
        _ORG,
        "order_placed",
        *visit,
        field("order_id", isUniqueKeyField="true"),
        actions=_BOTH,
        label="Order placed",
    )
    content.event(_ORG, "cart_abandoned", *visit, actions=(EI_CONSUMER,), label="Cart abandoned")
    content.webhook(_ORG, _WEBHOOK, _TILL)
    content.webhook(_ORG, _UNIQUE, _TILL, is_unique=True)
    return content


def _events(clock: FakeClock, chance: random.Random) -> Iterator[Event]:
    """More by day than by night; a release in the evening breaks one source for an hour."""
    ids = RequestIds(clock.now_ms)
    end_ms = clock.now_ms() + _HOURS * 60 * _MINUTE_MS - 2 * _MINUTE_MS
    number = 0
    while clock.now_ms() < end_ms:
        hour = clock.now_ms() / 3_600_000 % 24
        busy = 0.15 + max(0.0, math.sin((hour - 5) / 18 * math.pi))
        clock.advance(ms=int(chance.expovariate(_PER_HOUR * busy / 3_600_000)) + 1)
        if clock.now_ms() >= end_ms:
            return
        number += 1
        hours_left = (end_ms - clock.now_ms()) / 3_600_000
        payload = _payload(number, chance, is_broken=2.0 < hours_left < 3.2)
        webhook_id = _UNIQUE if payload["event_name"] == "order_placed" else _WEBHOOK
        yield Event(ids.make(), _ORG, webhook_id, msgspec.json.encode(payload))


def _payload(number: int, chance: random.Random, *, is_broken: bool) -> dict[str, object]:
    name = chance.choices(("store_visit", "order_placed", "cart_abandoned"), (5, 3, 2))[0]
    payload: dict[str, object] = {
        "event_name": name,
        "mobile": str(919_800_000_000 + chance.randrange(_CUSTOMERS)),
        "store": chance.choice(("Palace Street", "Harbour", "Station")),
        "amount": round(chance.random() * 4_000, 2),
    }
    if name == "order_placed":
        payload["order_id"] = f"o-{number if chance.random() > 0.06 else number - 1:05}"
    if is_broken and name == "store_visit":
        payload["phone"] = payload.pop("mobile")
    elif chance.random() < 0.04:
        payload["amount"] = "unknown"
    elif chance.random() < 0.03:
        payload["event_name"] = "store_vist"
    return payload
