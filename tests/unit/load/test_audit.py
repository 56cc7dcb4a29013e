"""What the audit tells of a load: everything new or changed, and nothing of what was there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hooklog.directory.audit import About
from hooklog.load.form import read_load_file
from hooklog.load.store import load
from hooklog.server import Rooms, open_rooms, prepare
from hooklog.testing.content import Content

ORG = 1001


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    prepare(tmp_path / "data")
    rooms = open_rooms(tmp_path / "data")
    yield rooms
    rooms.close()


def _content() -> dict[str, Any]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.api_key(ORG, "hk_admin", "admin")
    content.customer(ORG, 500, mobile="919800000500")
    content.customer(ORG, 501, mobile="919800000501")
    content.group(ORG, 5, "G5", 501, 500)
    return content.file


def _load(rooms: Rooms, content: dict[str, Any]) -> list[tuple[str, str | None]]:
    """What the audit has now, oldest first: what was done and what came of it."""
    load(rooms, read_load_file(msgspec.json.encode(content), "test"))
    found = [
        change for room in (rooms.directory, rooms.access) for change in room.audits(ORG, [*About], 100)[::-1]
    ]
    assert all(("operator", "operator") == (change.by.kind, change.by.name) for change in found)
    return [(change.kind.value, change.after) for change in found]


def test_customers_and_groups_are_counted_and_the_rest_is_told_one_by_one(rooms: Rooms) -> None:
    told = _load(rooms, _content())
    assert ["createOrg", "createOrgTill", "importOrgCustomers", "importOrgGroups"] == [
        kind for kind, _ in told[:4]
    ]
    assert ['{"lines":2,"stored":2,"failed":0}', '{"lines":1,"stored":1,"failed":0}'] == [
        after for _, after in told[2:4]
    ]
    assert ["createOrgTillLogin", "createOrgApiKey"] == [kind for kind, _ in told[4:]]


def test_loading_again_tells_nothing_but_what_differs(rooms: Rooms) -> None:
    content = _content()
    first = _load(rooms, content)
    assert first == _load(rooms, content)
    content["orgs"][0]["timeZone"] = "Asia/Kolkata"
    content["customers"][1]["identifiers"].append({"type": "email", "value": "a@x.org"})
    added = [one for one in _load(rooms, content) if one not in first]
    assert ["updateOrg", "importOrgCustomers"] == [kind for kind, _ in added]
    assert '{"lines":1,"stored":1,"failed":0}' == added[1][1]
