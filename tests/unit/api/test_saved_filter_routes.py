"""The routes that show saved filters, where it takes rooms in memory to see it: what they look up, and where."""

import threading
from typing import Any
from unittest.mock import patch

import pytest

from hooklog.catalog.base import SavedFilter
from hooklog.testing.served import served
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

FILTERS = "/v2/events/filters"


def shown(path: str, *, is_by_seer: bool) -> tuple[list[dict[str, Any]], list[str]]:
    """What is shown of filters, and in which threads the names that are sensitive were looked for."""
    system = MemorySystem()
    system.define("pay", customer_field(), field("pin", "string", isPsiData="true"))
    with system.catalog.changing() as changes:
        for name in ("a", "b", "c"):
            changes.put_filter(SavedFilter(ORG_ID, name, "attr.pin=1", is_by_seer=is_by_seer))
    threads: list[str] = []
    children = system.directory.children

    def noted(org_id: int) -> Any:
        threads.append(threading.current_thread().name.partition("_")[0])
        return children(org_id)

    with patch.object(system.directory, "children", noted), served(system) as api:
        status, body = api.get(path)
    assert 200 == status, body
    return body["data"], threads


@pytest.mark.parametrize(("path", "count"), [(FILTERS, 3), (f"{FILTERS}/b", 1)])
def test_what_is_hidden_is_looked_up_once_and_beside_the_loop(path: str, count: int) -> None:
    filters, threads = shown(path, is_by_seer=True)
    assert (["attr.pin=%2A%2A%2A%2A%2A"] * count, ["reader"]) == ([one["query"] for one in filters], threads)


@pytest.mark.parametrize(("path", "count"), [(FILTERS, 3), (f"{FILTERS}/b", 1)])
def test_nothing_is_looked_up_where_there_is_nothing_to_hide(path: str, count: int) -> None:
    filters, threads = shown(path, is_by_seer=False)
    assert (["attr.pin=1"] * count, []) == ([one["query"] for one in filters], threads)
