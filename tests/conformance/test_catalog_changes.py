"""Every catalog keeps mappings, audits changes and changes things in transactions (contract I.9, I.12, I.30, I.31)."""

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hooklog.author import Attribution
from hooklog.catalog.base import (
    Author,
    Catalog,
    Change,
    ChangeKind,
    EventMapping,
    Field,
    FieldMapping,
    PublishState,
    WebEngageMapping,
)
from hooklog.catalog.sqlite import SqliteCatalog
from hooklog.testing.builders import ORG, START_MS, WEBHOOK_ID, make_definition, make_field, make_webhook
from hooklog.testing.clock import FakeClock

FIRST = make_definition()
SECOND = make_definition(fields=(*FIRST.fields, make_field("hotel")))
SOMEBODY = Author("till", "till01", "0" * 32)
FOR_A_TILL = Author("client", "client01", "1" * 32, Attribution("till02", "TILL", "till02"))
MOBILE = FieldMapping("mobile", "Customer Mobile")
KINDS = [
    ChangeKind.CREATE_EVENT,
    ChangeKind.UPDATE_EVENT,
    ChangeKind.PUBLISH_EVENT,
    ChangeKind.DISABLE_EVENT,
    ChangeKind.CREATE_WEBHOOK,
    ChangeKind.UPDATE_WEBHOOK,
    ChangeKind.DISABLE_WEBHOOK,
    ChangeKind.CREATE_MAPPING,
    ChangeKind.UPDATE_MAPPING,
]


def kinds(catalog: Catalog) -> list[str]:
    """What was done, oldest first."""
    return [change.kind.value for change in reversed(catalog.audits(ORG))]


def test_each_change_has_one_item_that_says_who_and_when_and_what(catalog: Catalog, clock: FakeClock) -> None:
    catalog.put_definition(FIRST, SOMEBODY)
    clock.advance(seconds=1)
    catalog.put_definition(msgspec.structs.replace(SECOND, created_ms=START_MS))
    created = msgspec.structs.replace(FIRST, created_ms=START_MS)
    updated = msgspec.structs.replace(SECOND, version=2, created_ms=START_MS)
    assert [
        Change(ChangeKind.UPDATE_EVENT, START_MS + 1_000, None, updated, created),
        Change(ChangeKind.CREATE_EVENT, START_MS, SOMEBODY, created),
    ] == catalog.audits(ORG)


@pytest.mark.parametrize("by", [None, SOMEBODY, FOR_A_TILL])
def test_every_kind_of_change_is_named(catalog: Catalog, by: Author | None) -> None:
    catalog.put_definition(FIRST, by)
    catalog.put_definition(SECOND, by)
    with catalog.changing(by) as changes:
        changes.publish_definition(ORG, "visit")
    catalog.disable_definition(ORG, "visit", by)
    catalog.put_webhook(make_webhook(), by)
    catalog.put_webhook(make_webhook(till_code="till02"), by)
    catalog.disable_webhook(WEBHOOK_ID, by)
    with catalog.changing(by) as changes:
        changes.map_by_default(ORG, "visit")
    with catalog.changing(by) as changes:
        changes.map_names(ORG, {"Visit": "visit"})
    assert [kind.value for kind in KINDS] == kinds(catalog)
    assert {by} == {change.by for change in catalog.audits(ORG)}


def test_state_that_a_file_sets_is_named_for_what_it_is(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    for state in (PublishState.PUBLISHED, PublishState.DISABLED):
        catalog.put_definition(msgspec.structs.replace(FIRST, state=state))
    catalog.put_webhook(make_webhook())
    catalog.put_webhook(make_webhook(is_disabled=True))
    assert [
        ChangeKind.CREATE_EVENT,
        ChangeKind.PUBLISH_EVENT,
        ChangeKind.DISABLE_EVENT,
        ChangeKind.CREATE_WEBHOOK,
        ChangeKind.DISABLE_WEBHOOK,
    ] == kinds(catalog)


def test_names_that_were_once_sensitive_are_remembered(catalog: Catalog) -> None:
    marked = {name: make_field(name, isPsiData="true") for name in ("hotel", "room")}
    plain = make_field("hotel")
    steps: list[tuple[tuple[Field, ...], tuple[str, ...]]] = [
        ((marked["room"], marked["hotel"]), ()),
        ((plain,), ("hotel", "room")),
        ((plain,), ("hotel", "room")),
        ((marked["hotel"],), ("room",)),
        ((), ("hotel", "room")),
    ]
    for fields, former in steps:
        stored = catalog.put_definition(make_definition(fields=fields))
        assert former == stored.former_psi
        assert {"hotel", "room"} == stored.ever_psi
    assert frozenset() == catalog.put_definition(make_definition("plain", fields=(plain,))).ever_psi


def test_what_changes_nothing_is_not_audited(catalog: Catalog) -> None:
    def everything() -> None:
        catalog.put_definition(FIRST, SOMEBODY)
        catalog.put_webhook(make_webhook(), SOMEBODY)
        with catalog.changing(SOMEBODY) as changes:
            changes.map_by_default(ORG, "visit")
            changes.map_names(ORG, {"Visit": "visit"})
            changes.map_fields(ORG, "visit", [MOBILE])
            changes.publish_definition(ORG, "visit")

    everything()
    before = catalog.audits(ORG)
    assert 4 == len(before)
    catalog.put_definition(catalog.definitions(ORG)[0], SOMEBODY)
    catalog.put_webhook(make_webhook(), SOMEBODY)
    with catalog.changing(SOMEBODY) as changes:
        changes.map_by_default(ORG, "visit")
        changes.map_names(ORG, {"Visit": "visit"})
        changes.map_fields(ORG, "visit", [MOBILE])
        changes.publish_definition(ORG, "visit")
        changes.publish_definition(ORG, "unknown")
        changes.disable_definition(ORG, "unknown")
    assert before == catalog.audits(ORG)


def test_verification_is_nobodys_change(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    catalog.mark_verified(ORG, "visit", 1)
    assert [ChangeKind.CREATE_EVENT] == kinds(catalog)


def test_audit_belongs_to_an_org_and_can_be_asked_for_one_event(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    catalog.put_definition(make_definition("buy"))
    catalog.put_definition(make_definition("visit", org_id=ORG + 1))
    catalog.put_webhook(make_webhook())
    with catalog.changing() as changes:
        changes.map_by_default(ORG, "visit")
    assert 4 == len(catalog.audits(ORG))
    of_visit = [ChangeKind.CREATE_MAPPING, ChangeKind.CREATE_EVENT]
    assert of_visit == [change.kind for change in catalog.audits(ORG, "visit")]
    assert [] == catalog.audits(ORG, "")
    assert [] == catalog.audits(ORG + 2)
    assert 1 == len(catalog.audits(ORG + 1))


def test_audit_gives_the_newest_up_to_its_limit(catalog: Catalog) -> None:
    for number in range(5):
        catalog.put_definition(make_definition(f"event{number}"))
    assert ["event4", "event3"] == [change.event_name for change in catalog.audits(ORG, limit=2)]


def test_exception_inside_a_transaction_undoes_all_of_it(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)

    def fail() -> None:
        with catalog.changing(SOMEBODY) as changes:
            changes.put_definition(SECOND)
            changes.disable_definition(ORG, "visit")
            changes.put_webhook(make_webhook())
            changes.map_names(ORG, {"Visit": "visit"})
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    catalog.refresh()
    assert FIRST == catalog.definition(ORG, "visit")
    assert catalog.definition_version(ORG, "visit", 2) is None
    assert catalog.webhook(WEBHOOK_ID) is None
    assert {} == catalog.mapping(ORG).event_of
    assert [ChangeKind.CREATE_EVENT] == kinds(catalog)


def test_transaction_sees_what_it_wrote_and_others_only_afterwards(catalog: Catalog) -> None:
    with catalog.changing() as changes:
        changes.put_definition(FIRST)
        changes.put_webhook(make_webhook())
        changes.map_names(ORG, {"Visit": "visit"})
        assert FIRST == changes.definition(ORG, "visit")
        assert [FIRST] == changes.definitions(ORG)
        assert make_webhook() == changes.webhook(WEBHOOK_ID)
        assert {"Visit": "visit"} == changes.mapping(ORG).event_of
        assert catalog.definition(ORG, "visit") is None
        assert catalog.webhook(WEBHOOK_ID) is None
        assert {} == catalog.mapping(ORG).event_of
    assert FIRST == catalog.definition(ORG, "visit")
    assert make_webhook() == catalog.webhook(WEBHOOK_ID)
    assert {"Visit": "visit"} == catalog.mapping(ORG).event_of


def test_transactions_follow_one_another(catalog: Catalog) -> None:
    """Each of many threads reads and writes; none builds on what another is just changing."""
    catalog.put_definition(FIRST)

    def add_a_field(name: str) -> None:
        with catalog.changing() as changes:
            newest = changes.definition(ORG, "visit")
            assert newest is not None
            changes.put_definition(msgspec.structs.replace(newest, fields=(*newest.fields, make_field(name))))

    threads = [threading.Thread(target=add_a_field, args=(f"field{number}",)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    newest = catalog.definition(ORG, "visit")
    assert newest is not None
    assert (21, 21) == (newest.version, len(newest.fields))


def test_replacing_can_ask_for_a_new_verification(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    catalog.mark_verified(ORG, "visit", 1)
    with catalog.changing() as changes:
        assert changes.put_definition(FIRST).is_verified
        assert not changes.put_definition(FIRST, keeps_verified=False).is_verified
    assert FIRST == catalog.definition(ORG, "visit")


def test_publishing_changes_the_state_only_and_not_of_what_is_disabled(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    with catalog.changing() as changes:
        changes.publish_definition(ORG, "visit")
    published = msgspec.structs.replace(FIRST, state=PublishState.PUBLISHED)
    assert published == catalog.definition(ORG, "visit")
    catalog.disable_definition(ORG, "visit")
    with catalog.changing() as changes:
        changes.publish_definition(ORG, "visit")
    assert msgspec.structs.replace(FIRST, state=PublishState.DISABLED) == catalog.definition(ORG, "visit")


def test_standard_event_stays_one_and_keeps_its_time(catalog: Catalog, clock: FakeClock) -> None:
    catalog.put_definition(msgspec.structs.replace(FIRST, is_standard=True), SOMEBODY)
    clock.advance(seconds=5)
    stored = catalog.put_definition(SECOND, SOMEBODY)
    assert (True, START_MS) == (stored.is_standard, stored.created_ms)


def test_webhooks_of_an_org_come_newest_first_disabled_ones_too(catalog: Catalog, clock: FakeClock) -> None:
    ids = [f"{number:032x}" for number in (5, 2, 9)]
    for webhook_id in ids:
        clock.advance(ms=1)
        catalog.put_webhook(make_webhook(id=webhook_id), SOMEBODY)
    catalog.put_webhook(make_webhook(id="f" * 32, org_id=ORG + 1), SOMEBODY)
    catalog.disable_webhook(ids[0], SOMEBODY)
    clock.advance(ms=1)
    catalog.put_webhook(make_webhook(id=ids[0], till_code="till02"), SOMEBODY)
    assert list(reversed(ids)) == [webhook.id for webhook in catalog.webhooks(ORG)]
    assert [] == catalog.webhooks(ORG + 2)


def test_mapping_of_an_org_is_empty_until_something_is_posted(catalog: Catalog) -> None:
    mapping = catalog.mapping(ORG)
    assert ({}, {}, ()) == (mapping.of_event, mapping.event_of, mapping.default_events)


def test_mappings_merge(catalog: Catalog) -> None:
    with catalog.changing() as changes:
        changes.map_by_default(ORG, "visit")
        assert {} == changes.map_names(ORG, {"Visit": "visit", "Came": "visit"})
        changes.map_fields(ORG, "visit", [MOBILE, FieldMapping("sku", "SKU")])
    with catalog.changing() as changes:
        assert {} == changes.map_names(ORG, {"Bought": "buy", "Came": "visit"})
        changes.map_fields(ORG, "visit", [FieldMapping("mobile", "Phone")])
    fields = FieldMapping("mobile", "Phone"), FieldMapping("sku", "SKU")
    visit = EventMapping(
        ORG, "visit", is_default=True, web_engage=WebEngageMapping(("Visit", "Came"), fields, (MOBILE,))
    )
    buy = EventMapping(ORG, "buy", web_engage=WebEngageMapping(("Bought",)))
    mapping = catalog.mapping(ORG)
    assert {"visit": visit, "buy": buy} == mapping.of_event
    assert {"Visit": "visit", "Came": "visit", "Bought": "buy"} == mapping.event_of
    assert {} == catalog.mapping(ORG + 1).of_event


def test_source_name_means_one_event_only(catalog: Catalog) -> None:
    with catalog.changing() as changes:
        changes.map_names(ORG, {"Visit": "visit", "Came": "visit"})
    with catalog.changing() as changes:
        assert {"Came": "visit"} == changes.map_names(ORG, {"Came": "buy"})
    assert {"Visit": "visit", "Came": "buy"} == catalog.mapping(ORG).event_of
    touched = [(change.kind, change.event_name) for change in catalog.audits(ORG)]
    assert {
        (ChangeKind.CREATE_MAPPING, "visit"),
        (ChangeKind.UPDATE_MAPPING, "visit"),
        (ChangeKind.CREATE_MAPPING, "buy"),
    } == set(touched)
    assert 3 == len(touched)


def test_names_and_fields_posted_together_are_one_change(catalog: Catalog) -> None:
    with catalog.changing(SOMEBODY) as changes:
        changes.map_names(ORG, {"Visit": "visit"})
        changes.map_fields(ORG, "visit", [MOBILE])
    [change] = catalog.audits(ORG)
    after = EventMapping(ORG, "visit", web_engage=WebEngageMapping(("Visit",), (MOBILE,)))
    assert (ChangeKind.CREATE_MAPPING, after, None) == (change.kind, change.after, change.before)


@pytest.mark.parametrize(
    "change",
    [
        lambda changes: changes.put_definition(SECOND),
        lambda changes: changes.map_by_default(ORG, "visit"),
        lambda changes: changes.put_webhook(make_webhook()),
    ],
    ids=["definition", "mapping", "webhook"],
)
def test_another_process_sees_every_kind_of_change(
    tmp_path: Path, change: Callable[[object], object]
) -> None:
    ours, theirs = SqliteCatalog(tmp_path), SqliteCatalog(tmp_path)
    with ours.changing(SOMEBODY) as changes:
        change(changes)
    assert theirs.refresh()
    assert ours.definitions(ORG) == theirs.definitions(ORG)
    assert ours.webhooks(ORG) == theirs.webhooks(ORG)
    assert ours.mapping(ORG) == theirs.mapping(ORG)
    assert ours.audits(ORG) == theirs.audits(ORG) != []
    ours.close()
    theirs.close()
