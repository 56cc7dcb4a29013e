"""From a source's names to our own (contract I.30, II.5, II.6)."""

import pytest

from hooklog.catalog.mapping import (
    EventMapping,
    FieldMapping,
    WebEngageMapping,
    map_payload,
    merge_fields,
    org_mapping,
    source_names,
    transformer_kind,
)

MOBILE = FieldMapping("mobile", "Customer Mobile")
SKU = FieldMapping("sku", "SKU ID")
DECLARED = frozenset({"mobile", "sku", "productCategory"})


def mapped(payload: dict[str, object], *fields: FieldMapping, declared: frozenset[str] = DECLARED) -> object:
    return map_payload(payload, fields, declared)


@pytest.mark.parametrize("text", ["defaultTransformer", "DefaultTransformer", "DEFAULTTRANSFORMER"])
def test_transformer_is_known_in_any_case(text: str) -> None:
    assert "defaultTransformer" == transformer_kind(text)
    assert "webEngageTransformer" == transformer_kind("WebEngageTransformer")


@pytest.mark.parametrize("text", ["", "kumulosTransformer", "default", "defaultTransformer "])
def test_transformer_that_is_not_there_is_none(text: str) -> None:
    assert transformer_kind(text) is None


def test_mapped_names_become_our_own_and_others_stay() -> None:
    payload: dict[str, object] = {"Customer Mobile": "9199", "SKU ID": 5, "Colour": ["red"]}
    assert {"mobile": "9199", "sku": 5, "Colour": ["red"]} == mapped(payload, MOBILE, SKU)


def test_unmapped_name_that_equals_a_fields_name_fills_it() -> None:
    assert {"mobile": "9199", "sku": "5"} == mapped({"mobile": "9199", "sku": "5"}, MOBILE)


def test_mapped_name_wins_over_the_fields_own() -> None:
    for payload in ({"Customer Mobile": "1", "mobile": "2"}, {"mobile": "2", "Customer Mobile": "1"}):
        assert {"mobile": "1"} == mapped(dict(payload), MOBILE)


@pytest.mark.parametrize("nothing", [None, ""])
def test_name_without_a_value_gives_way(nothing: object) -> None:
    assert {"mobile": "2"} == mapped({"Customer Mobile": nothing, "mobile": "2"}, MOBILE)
    assert {"mobile": "1"} == mapped({"Customer Mobile": "1", "mobile": nothing}, MOBILE)
    assert {"mobile": nothing} == mapped({"Customer Mobile": nothing}, MOBILE)


def test_names_can_be_exchanged() -> None:
    crossed = FieldMapping("sku", "mobile"), FieldMapping("mobile", "sku")
    assert {"sku": "1", "mobile": "2"} == mapped({"mobile": "1", "sku": "2"}, *crossed)


def test_one_source_name_can_fill_several_fields() -> None:
    assert {"mobile": "1", "sku": "1"} == mapped(
        {"x": "1"}, FieldMapping("mobile", "x"), FieldMapping("sku", "x")
    )


@pytest.mark.parametrize("sent", ["Category", "Cateogry"])
@pytest.mark.parametrize("source", ["Category", "Cateogry"])
@pytest.mark.parametrize("name", ["productCategory", "productCateogry"])
def test_the_documented_misspellings_are_understood(name: str, source: str, sent: str) -> None:
    assert {"productCategory": "Shoes"} == mapped({sent: "Shoes"}, FieldMapping(name, source))


def test_misspelt_name_fills_the_field_also_without_a_mapping() -> None:
    assert {"productCategory": "Shoes"} == mapped({"productCateogry": "Shoes"})


def test_field_that_is_really_called_so_keeps_its_name() -> None:
    declared = frozenset({"productCateogry", "productCategory"})
    assert {"productCateogry": "Shoes"} == mapped({"productCateogry": "Shoes"}, declared=declared)
    assert {"productCateogry": "Shoes"} == mapped({"productCateogry": "Shoes"}, declared=frozenset())


def test_other_spelling_of_a_source_is_not_taken_from_another_field() -> None:
    fields = FieldMapping("productCategory", "Category"), FieldMapping("wrong", "Cateogry")
    assert {"wrong": "x"} == mapped({"Cateogry": "x"}, *fields)


def test_mapping_of_nothing_is_nothing() -> None:
    assert {} == mapped({}, MOBILE, SKU)


def test_posted_fields_replace_those_of_the_same_name_which_are_remembered() -> None:
    first = merge_fields(WebEngageMapping(("Visit",)), [MOBILE, SKU], DECLARED)
    assert ((MOBILE, SKU), ()) == (first.fields, first.former)
    newer = FieldMapping("mobile", "Phone")
    second = merge_fields(first, [newer], DECLARED)
    assert ((newer, SKU), (MOBILE,)) == (second.fields, second.former)
    third = merge_fields(second, [MOBILE], DECLARED)
    assert ((MOBILE, SKU), (newer,)) == (third.fields, third.former), "one in use is no former one"
    assert ("Visit",) == third.sources


def test_a_field_is_replaced_under_either_of_its_spellings() -> None:
    standard, own = FieldMapping("productCateogry", "Category"), FieldMapping("productCategory", "Kind")
    for first, second in ((standard, own), (own, standard)):
        merged = merge_fields(merge_fields(WebEngageMapping(), [first], DECLARED), [second], DECLARED)
        assert ((second,), (first,)) == (merged.fields, merged.former)
    both = merge_fields(
        WebEngageMapping(), [standard, own], frozenset({"productCateogry", "productCategory"})
    )
    assert (standard, own) == both.fields, "an event may have a field that is really called so"


def test_sensitive_names_are_known_under_all_names_they_ever_had() -> None:
    web_engage = merge_fields(WebEngageMapping(), [MOBILE, SKU], DECLARED)
    newer = merge_fields(web_engage, [FieldMapping("mobile", "Phone")], DECLARED)
    mapping = EventMapping(1, "visit", web_engage=newer)
    assert {"Customer Mobile", "Phone"} == source_names(mapping, frozenset({"mobile"}), DECLARED)
    assert frozenset() == source_names(mapping, frozenset({"other"}), DECLARED)
    assert frozenset() == source_names(EventMapping(1, "visit"), frozenset({"mobile"}), DECLARED)


def test_sensitive_names_are_known_in_every_spelling() -> None:
    web_engage = WebEngageMapping(fields=(FieldMapping("productCateogry", "Cateogry"),))
    mapping = EventMapping(1, "visit", web_engage=web_engage)
    found = source_names(mapping, frozenset({"productCategory"}), DECLARED)
    assert {"Cateogry", "Category", "productCateogry"} == found


def test_mappings_of_an_org_say_which_event_a_source_name_means() -> None:
    mapping = org_mapping(
        [
            EventMapping(
                1, "visit", is_default=True, web_engage=WebEngageMapping(("Visit", "Came"), (MOBILE,))
            ),
            EventMapping(1, "buy", is_default=True),
        ]
    )
    assert {"Visit": "visit", "Came": "visit"} == mapping.event_of
    assert ("buy", "visit") == mapping.default_events
    assert (MOBILE,) == mapping.fields("visit")
    assert () == mapping.fields("buy") == mapping.fields("unknown")
