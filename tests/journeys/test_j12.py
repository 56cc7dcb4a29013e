"""Journey J12: past events are loaded row by row, failed rows are sent again, sensitive attributes stay hidden."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import LOGS, Visitor

SEARCH = "/v2/events/search"
ORG, WEBHOOK, FULL_KEY = 100001, "e1" * 16, "key-that-sees-all"
ROWS = """bill,mobile,passport,when
B-1,919800000001,P-1,2024-02-01T10:00:00+05:30
B-2,919800000001,P-2,2024-02-01 09:00:00
B-3,919800000002,P-3,01-02-2024 23:59:59
B-4,919800000002,P-4,yesterday
B-5,919800000001,P-5,20240202 00:00:00
B-6,91-98,P-6,2024-02-01T10:00:00Z
"""


@pytest.fixture(scope="module")
def engineer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    for number in (1, 2):
        content.customer(ORG, 500000 + number, mobile=f"91980000000{number}")
    content.event(
        ORG,
        "bill",
        customer_by_mobile(),
        field("bill", isUniqueKeyField="true", isRequired="true"),
        field("passport", isPsiData="true"),
    )
    content.webhook(ORG, WEBHOOK, "till01", is_unique=True)
    content.api_key(ORG, FULL_KEY, "events:read", "psi:read")
    folder = tmp_path_factory.mktemp("j12") / "data"
    with (
        running(folder, content.file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as visitor,
    ):
        yield visitor


def test_past_events_are_loaded_mended_and_found_by_their_own_day(engineer: Visitor) -> None:
    loaded = []
    for row in csv.DictReader(io.StringIO(ROWS)):
        row["eventDateTime"] = row.pop("when")
        loaded.append(engineer.accepted(WEBHOOK, {"event_name": "bill", **row}))
    engineer.settled(*loaded)

    first, last = (
        datetime.fromtimestamp((UUID(one).int >> 80) / 1000, UTC) for one in (loaded[0], loaded[-1])
    )
    days = {"from_date": f"{first:%Y-%m-%d}", "to_date": f"{last:%Y-%m-%d}"}
    processed = {"event_name": "bill", "limit": 100, **days}
    entries = engineer.answer(LOGS, **processed)["data"]
    assert len(loaded) == len(entries), "the log goes by the day of processing"
    by_day_of_event = {**processed, "from_date": "2024-02-01", "to_date": "2024-02-02"}
    assert [] == engineer.answer(LOGS, **by_day_of_event)["data"]
    failed = {entry["status"]: entry for entry in entries if entry["status"] != "EVENT_SUCCESS"}
    assert {"FIELD_VALIDATION_FAILED", "INVALID_CUSTOMER_IDENTIFIER"} == set(failed)

    with Visitor(engineer.program, headers={"X-API-Key": FULL_KEY}) as seeing:
        for entry in failed.values():
            body = json.loads(seeing.answer(f"{LOGS}/{entry['id']}")["data"][0]["inputRequest"])
            body |= {"eventDateTime": "2024-02-01", "mobile": "919800000002"}
            assert "EVENT_SUCCESS" == engineer.settled(engineer.accepted(WEBHOOK, body))[0]["status"]
        again = engineer.accepted(WEBHOOK, json.loads(seeing.entries(id=loaded[0])[0]["inputRequest"]))
        assert "EVENT_SUCCESS" == engineer.settled(again)[0]["status"], "to repeat a good row is harmless"

        day = {
            "eventName": "bill",
            "fromDate": "2024-02-01",
            "tillDate": "2024-02-01",
            "isDuplicate": "false",
        }
        found = seeing.answer(SEARCH, **day, sortOrder="ASC")["clickEventDataList"]
        shown = {
            record["additonalAttributes"]["bill"]: (
                int(record["additonalAttributes"]["eventDateTime"]),
                record["additonalAttributes"].get("eventDateTimeInputOffset"),
            )
            for record in found
        }
        midnight = 1_706_745_600_000  # 2024-02-01T00:00:00Z
        assert {
            "B-4": (midnight, None),
            "B-6": (midnight, None),
            "B-1": (midnight + 4 * 3_600_000 + 1_800_000, "+05:30"),
            "B-2": (midnight + 9 * 3_600_000, None),
            "B-3": (midnight + 86_399_000, None),
        } == shown
        assert sorted(moment for moment, _ in shown.values()) == [moment for moment, _ in shown.values()]
        assert [again] == [
            record["eventId"]
            for record in seeing.answer(SEARCH, **{**day, "isDuplicate": "true"})["clickEventDataList"]
        ]
        assert "P-1" in {record["additonalAttributes"]["passport"] for record in found}

    hidden = engineer.answer(SEARCH, **day)["clickEventDataList"]
    assert {"*****"} == {record["additonalAttributes"]["passport"] for record in hidden}
    assert {("passport",)} == {tuple(record["psiAttributes"]) for record in hidden}
