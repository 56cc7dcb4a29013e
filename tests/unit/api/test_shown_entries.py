"""An entry is put into JSON once for all who may see the same of it, and never shown to those who may not."""

import msgspec
import pytest

from hooklog.api.shown_entries import ShownEntries
from hooklog.api.views import EntryView, entry_view
from hooklog.event import Entry
from hooklog.eventlog.masked import masked_entry
from hooklog.testing.builders import ORG, make_entry

CARD = frozenset({"card"})
BODY = b'{"card":"4711"}'


class Views:
    """Makes views, and counts."""

    def __init__(self, hidden: frozenset[str] | None) -> None:
        self.hidden = hidden
        self.made = 0

    def view(self, entry: Entry) -> EntryView:
        self.made += 1
        return entry_view(entry if self.hidden is None else masked_entry(entry, (), self.hidden))


@pytest.mark.parametrize("hidden", [None, frozenset(), CARD])
def test_what_is_shown_is_the_view_and_made_once(hidden: frozenset[str] | None) -> None:
    memory, views, entry = ShownEntries(), Views(hidden), make_entry(1, input=BODY)
    shown = [bytes(memory.shown(entry, hidden, views.view)) for _ in range(3)]
    assert [msgspec.json.encode(Views(hidden).view(entry))] * 3 == shown
    assert 1 == views.made


def test_who_may_not_see_a_value_is_never_shown_what_others_were() -> None:
    memory, entry = ShownEntries(), make_entry(1, input=BODY)
    all_of_it = memory.shown(entry, None, Views(None).view)
    masked = memory.shown(entry, CARD, Views(CARD).view)
    assert b"4711" in bytes(all_of_it)
    assert b"4711" not in bytes(masked)
    assert bytes(all_of_it) == bytes(memory.shown(entry, frozenset(), Views(frozenset()).view))


def test_entries_of_two_orgs_are_two() -> None:
    memory, views = ShownEntries(), Views(None)
    for org_id in (ORG, ORG + 1):
        assert (
            msgspec.json.decode(memory.shown(make_entry(1, org_id=org_id), None, views.view))["orgId"]
            == org_id
        )
    assert 2 == views.made


def test_large_inputs_are_not_kept_and_of_the_others_so_many() -> None:
    memory, views = ShownEntries(), Views(None)
    for _ in range(2):
        memory.shown(make_entry(1, input=b"x" * 5_000), None, views.view)
    assert 2 == views.made
    for number in range(2, 5_000):
        memory.shown(make_entry(number), None, views.view)
    assert len(memory._shown) <= 2_048
