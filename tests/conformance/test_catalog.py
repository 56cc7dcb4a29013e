"""Every catalog keeps the promise of `hooklog.catalog.base`."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hooklog.catalog.base import (
    EI_CONSUMER,
    EMF_CONSUMER,
    Attribute,
    Catalog,
    Definition,
    Field,
    PublishState,
    Webhook,
)
from hooklog.catalog.memory import MemoryCatalog
from hooklog.catalog.sqlite import SqliteCatalog
from hooklog.testing.builders import ORG, WEBHOOK_ID, make_definition, make_field, make_webhook

FIRST = make_definition()
SECOND = make_definition(fields=(*FIRST.fields, make_field("hotel")))
FULL = Definition(
    org_id=2**62,
    name="Visit-é_ ",
    version=1,
    actions=(EI_CONSUMER, EMF_CONSUMER),
    fields=(
        Field("mobile", "customer", {"identifierType": Attribute("mobile", "STRING")}),
        Field("hotel", "enum", {"values": Attribute(None, "LIST", ("Ritz", "", "Ωé\x00"))}),
        Field("bare", "productSku"),
        Field("", "string", {"": Attribute(), "isRequired": Attribute("", "BOOLEAN", ())}),
    ),
    state=PublishState.PUBLISHED,
    is_verified=True,
    label="A visit",
    description='of a "hotel"\n',
)


@pytest.fixture(params=["memory", "sqlite"])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalog]:
    catalog: Catalog = MemoryCatalog() if request.param == "memory" else SqliteCatalog(tmp_path)
    yield catalog
    catalog.close()


def with_version(definition: Definition, version: int, **changes: object) -> Definition:
    return msgspec.structs.replace(definition, version=version, **changes)


def test_what_was_never_put_is_not_found(catalog: Catalog) -> None:
    assert catalog.webhook(WEBHOOK_ID) is None
    assert catalog.definition(ORG, "visit") is None
    assert catalog.definition_version(ORG, "visit", 1) is None
    assert [] == catalog.definitions(ORG)


def test_nobody_else_changed_anything(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    catalog.put_webhook(make_webhook())
    assert not catalog.refresh()
    assert FIRST == catalog.definition(ORG, "visit")
    assert make_webhook() == catalog.webhook(WEBHOOK_ID)


def test_definition_comes_back_in_all_it_holds(catalog: Catalog) -> None:
    assert FULL == catalog.put_definition(FULL)
    assert FULL == catalog.definition(FULL.org_id, FULL.name)
    assert FULL == catalog.definition_version(FULL.org_id, FULL.name, 1)


def test_first_version_is_1_whatever_is_given(catalog: Catalog) -> None:
    assert 1 == catalog.put_definition(with_version(FIRST, 7)).version
    assert FIRST == catalog.definition(ORG, "visit")
    assert catalog.definition_version(ORG, "visit", 7) is None


def test_changed_fields_or_actions_make_the_next_version(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    assert with_version(SECOND, 2) == catalog.put_definition(SECOND)
    third = msgspec.structs.replace(SECOND, actions=(EI_CONSUMER, EMF_CONSUMER))
    assert with_version(third, 3) == catalog.put_definition(third)
    assert with_version(third, 3) == catalog.definition(ORG, "visit")


def test_every_version_is_kept_as_it_was_judged_by(catalog: Catalog) -> None:
    for definition in (FIRST, SECOND, FIRST):
        catalog.put_definition(definition)
    found = [catalog.definition_version(ORG, "visit", version) for version in range(5)]
    assert [None, FIRST, with_version(SECOND, 2), with_version(FIRST, 3), None] == found


def test_putting_the_same_again_makes_no_version(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    for version in (1, 5):
        assert FIRST == catalog.put_definition(with_version(FIRST, version))
    assert FIRST == catalog.definition(ORG, "visit")
    assert catalog.definition_version(ORG, "visit", 2) is None


def test_state_may_be_set_directly_and_holds_at_once(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    published = msgspec.structs.replace(FIRST, state=PublishState.PUBLISHED, label="Visit")
    stored = catalog.put_definition(published)
    assert (PublishState.PUBLISHED, "Visit") == (stored.state, stored.label)
    assert stored == catalog.definition(ORG, "visit")
    assert stored == catalog.definition_version(ORG, "visit", stored.version)


@pytest.mark.parametrize("state", [PublishState.UNPUBLISHED, PublishState.PUBLISHED])
def test_disabled_definition_stays_disabled_whatever_is_put(catalog: Catalog, state: str) -> None:
    catalog.put_definition(msgspec.structs.replace(FIRST, state=state))
    catalog.disable_definition(ORG, "visit")
    disabled = catalog.definition(ORG, "visit")
    assert disabled is not None
    assert PublishState.DISABLED == disabled.state
    assert FIRST.fields == disabled.fields, "it stays readable"
    for definition in (FIRST, SECOND):
        again = msgspec.structs.replace(definition, state=PublishState.PUBLISHED)
        assert PublishState.DISABLED == catalog.put_definition(again).state
        assert catalog.definition(ORG, "visit") in catalog.definitions(ORG)
    catalog.disable_definition(ORG, "visit")
    newest = catalog.definition(ORG, "visit")
    assert newest is not None
    assert (2, PublishState.DISABLED) == (newest.version, newest.state)


def test_disabling_what_is_unknown_does_nothing(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    catalog.disable_definition(ORG, "Visit")
    catalog.disable_definition(ORG + 1, "visit")
    catalog.disable_webhook(WEBHOOK_ID)
    assert FIRST == catalog.definition(ORG, "visit")
    assert catalog.definition(ORG + 1, "visit") is None
    assert catalog.webhook(WEBHOOK_ID) is None


def test_names_are_exact_and_belong_to_an_org(catalog: Catalog) -> None:
    kept = [make_definition(name) for name in ("visit", "Visit", "", "visit ")]
    other = make_definition("visit", org_id=ORG + 1, label="other")
    for definition in (*kept, other):
        catalog.put_definition(definition)
    assert kept == [catalog.definition(ORG, definition.name) for definition in kept]
    assert other == catalog.definition(ORG + 1, "visit")
    assert catalog.definition(ORG, "VISIT") is None
    assert catalog.definition(ORG + 2, "visit") is None


def test_definitions_are_the_newest_of_each_name_in_order(catalog: Catalog) -> None:
    for definition in (make_definition("b"), make_definition("a"), make_definition("c", org_id=ORG + 1)):
        catalog.put_definition(definition)
    newer = catalog.put_definition(msgspec.structs.replace(SECOND, name="b"))
    catalog.disable_definition(ORG, "a")
    disabled = make_definition("a", state=PublishState.DISABLED)
    assert [disabled, newer] == catalog.definitions(ORG)
    assert [make_definition("c", org_id=ORG + 1)] == catalog.definitions(ORG + 1)


def test_first_success_verifies_the_version_and_makes_no_new_one(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    for _ in range(2):
        catalog.mark_verified(ORG, "visit", 1)
        assert with_version(FIRST, 1, is_verified=True) == catalog.definition(ORG, "visit")
    assert catalog.definition_version(ORG, "visit", 2) is None


def test_success_of_an_older_version_verifies_that_one_only(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    catalog.put_definition(SECOND)
    catalog.mark_verified(ORG, "visit", 1)
    assert with_version(SECOND, 2) == catalog.definition(ORG, "visit")
    assert with_version(FIRST, 1, is_verified=True) == catalog.definition_version(ORG, "visit", 1)


@pytest.mark.parametrize(("org", "name", "version"), [(ORG, "visit", 2), (ORG, "other", 1), (1, "visit", 1)])
def test_success_of_what_is_unknown_verifies_nothing(
    catalog: Catalog, org: int, name: str, version: int
) -> None:
    catalog.put_definition(FIRST)
    catalog.mark_verified(org, name, version)
    assert FIRST == catalog.definition(ORG, "visit")


def test_verification_lasts_until_the_definition_changes(catalog: Catalog) -> None:
    catalog.put_definition(FIRST)
    catalog.mark_verified(ORG, "visit", 1)
    assert catalog.put_definition(FIRST).is_verified, "loading the same again takes nothing away"
    assert not catalog.put_definition(SECOND).is_verified
    assert not catalog.put_definition(FIRST).is_verified, "also when it changes back"


def test_webhook_comes_back_in_all_it_holds(catalog: Catalog) -> None:
    full = Webhook(ORG, "ff" * 16, "webEngageTransformer", "till é", True, "OAUTH", True, True, True)
    assert full == catalog.put_webhook(full)
    assert make_webhook() == catalog.put_webhook(make_webhook())
    assert full == catalog.webhook("ff" * 16)
    assert make_webhook() == catalog.webhook(WEBHOOK_ID)


def test_webhook_is_replaced(catalog: Catalog) -> None:
    catalog.put_webhook(make_webhook(auth_enabled=True, auth_mechanism="BASIC", listen_to_child_events=True))
    changed = make_webhook(till_code="till02")
    assert changed == catalog.put_webhook(changed)
    assert changed == catalog.webhook(WEBHOOK_ID)


def test_disabled_webhook_stays_disabled_and_readable(catalog: Catalog) -> None:
    catalog.put_webhook(make_webhook())
    for _ in range(2):
        catalog.disable_webhook(WEBHOOK_ID)
        assert make_webhook(is_disabled=True) == catalog.webhook(WEBHOOK_ID)
    expected = make_webhook(is_disabled=True, till_code="till02")
    assert expected == catalog.put_webhook(make_webhook(till_code="till02"))
    assert expected == catalog.webhook(WEBHOOK_ID)


def test_uniqueness_stays_on_once_it_is_on(catalog: Catalog) -> None:
    catalog.put_webhook(make_webhook())
    assert catalog.put_webhook(make_webhook(uniqueness_check_enabled=True)).uniqueness_check_enabled
    assert catalog.put_webhook(make_webhook()).uniqueness_check_enabled
    found = catalog.webhook(WEBHOOK_ID)
    assert found is not None
    assert found.uniqueness_check_enabled
