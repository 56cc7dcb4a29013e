"""Sensitive values are hidden under every name that a source has or had for them (contract I.24)."""

import pytest

from hooklog.api.masking import Mask
from hooklog.catalog.base import FieldMapping
from hooklog.catalog.memory import MemoryCatalog
from hooklog.directory.memory import MemoryDirectory
from hooklog.testing.builders import make_entry
from hooklog.testing.setting import ORG_ID, Setting, field

CHILD_ID = 200_001


@pytest.fixture
def setting() -> Setting:
    setting = Setting(MemoryCatalog(), MemoryDirectory())
    setting.add_org(CHILD_ID, parent_org_id=ORG_ID)
    for org_id in (ORG_ID, CHILD_ID):
        setting.define(
            "visit", field("note", "string", isPsiData="true"), field("sku", "string"), org_id=org_id
        )
    with setting.catalog.changing() as changes:
        changes.map_fields(ORG_ID, "visit", [FieldMapping("note", "Old Note"), FieldMapping("sku", "SKU")])
    with setting.catalog.changing() as changes:
        changes.map_fields(ORG_ID, "visit", [FieldMapping("note", "New Note")])
    return setting


NAMES = {"note", "Old Note", "New Note"}


@pytest.mark.parametrize("org_id", [ORG_ID, CHILD_ID])
@pytest.mark.parametrize("event_name", ["visit", "unknown", "", None])
def test_all_names_are_known_for_the_event_and_where_none_is_known(
    setting: Setting, org_id: int, event_name: str | None
) -> None:
    assert NAMES == Mask(setting.catalog, setting.directory).names(org_id, event_name)


def test_an_event_without_sensitive_fields_has_none(setting: Setting) -> None:
    setting.define("plain", field("note", "string"))
    assert frozenset() == Mask(setting.catalog, setting.directory).names(ORG_ID, "plain")


def test_a_child_adds_its_own_names(setting: Setting) -> None:
    with setting.catalog.changing() as changes:
        changes.map_fields(CHILD_ID, "visit", [FieldMapping("note", "Remark")])
    mask = Mask(setting.catalog, setting.directory)
    assert NAMES | {"Remark"} == mask.names(CHILD_ID, "visit")
    assert NAMES == mask.names(ORG_ID, "visit")
    assert NAMES | {"Remark"} == mask.names(ORG_ID, None), "of the org and its children"


def test_a_field_that_is_gone_stays_hidden_under_all_its_names(setting: Setting) -> None:
    setting.define("browse", field("productCategory", "string", isPsiData="true"))
    with setting.catalog.changing() as changes:
        changes.map_fields(ORG_ID, "browse", [FieldMapping("productCateogry", "Cateogry")])
    names = Mask(setting.catalog, setting.directory).names(ORG_ID, "browse")
    assert {"productCategory", "productCateogry", "Cateogry", "Category"} == names
    setting.define("browse")
    assert names == Mask(setting.catalog, setting.directory).names(ORG_ID, "browse")


def test_what_was_pushed_is_hidden_and_the_rest_stays_as_it_is(setting: Setting) -> None:
    body = b'{"event_name":"Store Visit", "Old Note":"x1","SKU":"s1","note" : ["x2"],"New Note":{"a":"x3"}}'
    entry = make_entry(org_id=ORG_ID, event_name="visit", input=body)
    masked = Mask(setting.catalog, setting.directory).entry(entry, ())
    expected = (
        b'{"event_name":"Store Visit", "Old Note":"*****","SKU":"s1","note" : "*****","New Note":"*****"}'
    )
    assert expected == masked.input
