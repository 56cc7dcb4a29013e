"""A file's field types are known in any case; one that does not exist is refused before an event meets it."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hooklog.errors import LoadError
from hooklog.load.form import read_load_file
from hooklog.load.store import load
from hooklog.server import Rooms, open_rooms
from hooklog.testing.content import Content, customer_by_mobile


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    rooms = open_rooms(tmp_path)
    yield rooms
    rooms.close()


def load_type(rooms: Rooms, kind: str) -> str:
    content = Content()
    content.org(1)
    content.event(1, "visit", customer_by_mobile(), {"name": "it", "type": kind, "attributes": {}})
    load(rooms, read_load_file(msgspec.json.encode(content.file), "test.json"))
    definition = rooms.catalog.definition(1, "visit")
    assert definition is not None
    return definition.fields[1].type


@pytest.mark.parametrize("kind", ["productSku", "PRODUCTSKU", "productsku"])
def test_a_type_is_stored_in_its_documented_spelling(rooms: Rooms, kind: str) -> None:
    assert "productSku" == load_type(rooms, kind)


@pytest.mark.parametrize("kind", ["", "integer", "string "])
def test_a_type_that_does_not_exist_is_refused(rooms: Rooms, kind: str) -> None:
    with pytest.raises(LoadError, match=r"event visit: field 'it' has the type .*; there are tillCode"):
        load_type(rooms, kind)
