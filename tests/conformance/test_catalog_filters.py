"""Every catalog keeps saved filters: by org and name, with who and when, audited."""

from contextlib import suppress
from pathlib import Path

import msgspec

from hooklog.catalog.base import Author, Catalog, ChangeKind, SavedFilter
from hooklog.catalog.sqlite import SqliteCatalog
from hooklog.testing.builders import ORG, START_MS, make_definition
from hooklog.testing.clock import FakeClock

GIVEN = SavedFilter(ORG, "lost-visits", "status=!EVENT_SUCCESS&q=%C3%A9", "Ωé\n")
ANNE, BERT = Author("till", "anne", "0" * 32), Author("api_key", "bert", "1" * 32)


def put(catalog: Catalog, given: SavedFilter, by: Author | None = ANNE) -> SavedFilter:
    with catalog.changing(by) as changes:
        return changes.put_filter(given)


def kinds(catalog: Catalog) -> list[str]:
    return [change.kind.value for change in reversed(catalog.audits(ORG))]


def test_what_was_never_put_is_not_found(catalog: Catalog) -> None:
    assert catalog.filter(ORG, "lost-visits") is None
    assert [] == catalog.filters(ORG)


def test_a_filter_is_kept_with_who_made_it_and_when(catalog: Catalog, clock: FakeClock) -> None:
    stored = put(catalog, GIVEN)
    assert stored == catalog.filter(ORG, "lost-visits")
    expected = msgspec.structs.replace(
        GIVEN, created_ms=START_MS, created_by="anne", changed_ms=START_MS, changed_by="anne"
    )
    assert expected == stored
    clock.advance(seconds=1)
    changed = put(catalog, msgspec.structs.replace(GIVEN, query="q=x"), BERT)
    assert ("anne", START_MS, "bert", START_MS + 1_000, "q=x") == (
        changed.created_by,
        changed.created_ms,
        changed.changed_by,
        changed.changed_ms,
        changed.query,
    )
    assert [changed] == catalog.filters(ORG)
    assert ["createOrgFilter", "updateOrgFilter"] == kinds(catalog)
    newest = catalog.audits(ORG)[0]
    assert (ChangeKind.UPDATE_FILTER, changed, stored, "lost-visits", None) == (
        newest.kind,
        newest.after,
        newest.before,
        newest.subject,
        newest.event_name,
    )


def test_saving_the_same_again_changes_nothing(catalog: Catalog, clock: FakeClock) -> None:
    stored = put(catalog, GIVEN)
    clock.advance(seconds=1)
    assert stored == put(catalog, GIVEN, BERT)
    assert ["createOrgFilter"] == kinds(catalog)


def test_a_deleted_filter_is_gone_and_the_audit_tells_what_it_was(catalog: Catalog) -> None:
    stored = put(catalog, GIVEN)
    for _ in range(2):
        with catalog.changing(BERT) as changes:
            changes.delete_filter(ORG, "lost-visits")
            assert (None, []) == (changes.filter(ORG, "lost-visits"), changes.filters(ORG))
    assert catalog.filter(ORG, "lost-visits") is None
    assert ["createOrgFilter", "deleteOrgFilter"] == kinds(catalog)
    assert (stored, BERT) == (catalog.audits(ORG)[0].after, catalog.audits(ORG)[0].by)
    again = put(catalog, GIVEN, BERT)
    assert "bert" == again.created_by


def test_orgs_and_names_are_kept_apart_and_listed_by_name(catalog: Catalog) -> None:
    names = ["b", "B", "a"]
    for name in names:
        put(catalog, msgspec.structs.replace(GIVEN, name=name))
    put(catalog, msgspec.structs.replace(GIVEN, org_id=ORG + 1))
    catalog.put_definition(make_definition())
    assert sorted(names) == [one.name for one in catalog.filters(ORG)]
    assert ["lost-visits"] == [one.name for one in catalog.filters(ORG + 1)]


def test_what_raises_inside_a_transaction_leaves_no_trace(catalog: Catalog) -> None:
    stored = put(catalog, GIVEN)
    with suppress(ValueError), catalog.changing(ANNE) as changes:
        changes.delete_filter(ORG, "lost-visits")
        raise ValueError
    assert [stored] == catalog.filters(ORG)


def test_filters_are_there_after_a_restart_and_for_other_processes(tmp_path: Path) -> None:
    ours, theirs = SqliteCatalog(tmp_path), SqliteCatalog(tmp_path)
    stored = put(ours, GIVEN)
    assert theirs.refresh()
    assert [stored] == theirs.filters(ORG)
    with theirs.changing(BERT) as changes:
        changes.delete_filter(ORG, "lost-visits")
    assert ours.refresh()
    assert [] == ours.filters(ORG)
    put(ours, GIVEN)
    ours.close()
    theirs.close()
    again = SqliteCatalog(tmp_path)
    assert ["lost-visits"] == [one.name for one in again.filters(ORG)]
    again.close()
