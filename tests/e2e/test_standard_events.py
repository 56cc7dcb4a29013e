"""Standard events through the real program: read, taken over, fed by their usual source (contract I.13, I.30, II.5)."""

from collections.abc import Iterator

import pytest

from hooklog.testing.content import Content
from hooklog.testing.engineer import EVENTS, Engineer, Part, set_to
from hooklog.testing.program import Program, running, till_auth

ENABLE = f"{EVENTS}/standard_events/enable"
MOBILE = "919800000001"
NAMES = [
    "ProductRemovedFromCart",
    "CustomerLoggedOut",
    "AppInstalled",
    "ProductAddedToCart",
    "CustomerRegistered",
    "CategoryViewed",
    "ProductViewed",
    "CustomerLoggedIn",
    "CouponApplied",
    "ProductSearched",
    "CouponDenied",
    "AppUninstalled",
]


def _content() -> Content:
    content = Content()
    for org_id, code in ((1001, "till01"), (1002, "till02")):
        content.org(org_id)
        content.till(org_id, code)
        content.customer(org_id, org_id, mobile=MOBILE)
    content.api_key(1001, "hk_reader", "events:read")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("standard") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def engineer(program: Program) -> Iterator[Engineer]:
    """Of an org that takes them over with their usual source's names, by the other fixture's side."""
    with Engineer(program, till_auth("till01", "secret")) as engineer:
        yield engineer


@pytest.fixture(scope="module")
def other(program: Program) -> Iterator[Engineer]:
    """Of an org that takes them over without."""
    with Engineer(program, till_auth("till02", "secret")) as other:
        yield other


@pytest.fixture(scope="module")
def catalogue(engineer: Engineer) -> dict[str, Part]:
    data = engineer.answer(f"{EVENTS}/standard_events_meta")["data"]
    assert all(["standardClickEventsMeta", "webEngageTransformerMapping"] == list(one) for one in data)
    return {one["standardClickEventsMeta"]["eventName"]: one for one in data}


def enable(engineer: Engineer, name: str, mappings: str | None = None) -> list[str]:
    parameters = {"event_name": name, "use_standard_adapter_mappings": mappings}
    return engineer.done("POST", ENABLE, params={key: text for key, text in parameters.items() if text})


def test_the_catalogue_has_the_twelve_in_the_documented_shape(catalogue: dict[str, Part]) -> None:
    assert NAMES == list(catalogue)
    event = catalogue["CouponDenied"]["standardClickEventsMeta"]
    assert ["label", "description", "eventCategory", "eventName", "actions", "fields"] == list(event)
    assert ("Coupon Denied", "Ecommerce") == (event["label"], event["eventCategory"])
    assert ["EIConsumer"] == catalogue["ProductSearched"]["standardClickEventsMeta"]["actions"]
    for name in ("AppInstalled", "AppUninstalled"):
        assert "MobileApp" == catalogue[name]["standardClickEventsMeta"]["eventCategory"]
    mapping = catalogue["CategoryViewed"]["webEngageTransformerMapping"]
    assert {
        "eventNameMapping": {
            "webEngageFieldName": "event_name",
            "valueMap": {"Category Viewed": "CategoryViewed"},
        },
        "eventFieldMappings": [
            {"eventFieldName": "customer", "webEngageFieldName": "Customer Mobile"},
            {"eventFieldName": "categoryId", "webEngageFieldName": "Category ID"},
            {"eventFieldName": "productCateogry", "webEngageFieldName": "Cateogry"},
        ],
        "mapperName": "CategoryViewed",
    } == mapping


@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_taken_over_once_with_its_sources_names(
    engineer: Engineer, catalogue: dict[str, Part], name: str
) -> None:
    assert [] == enable(engineer, name, "true")
    meta = engineer.meta(name)
    standard = catalogue[name]["standardClickEventsMeta"]
    assert (True, "UNPUBLISHED", "NOT_VERIFIED") == (
        meta["standardEvent"],
        meta["status"],
        meta["testStatus"],
    )
    assert (standard["label"], standard["description"]) == (meta["label"], meta["description"])
    assert standard["actions"] == meta["actions"]
    assert [field["name"] for field in standard["fields"]] == [field["name"] for field in meta["fields"]]
    assert [field["type"].upper() for field in standard["fields"]] == [
        field["type"] for field in meta["fields"]
    ]
    for given, stored in zip(standard["fields"], meta["fields"], strict=True):
        assert given["attributes"].items() <= stored["attributes"].items()
    mapping = engineer.mappings(name)["webEngageTransformerMapping"]
    source = catalogue[name]["webEngageTransformerMapping"]
    assert source["eventNameMapping"]["valueMap"].items() <= mapping["eventNameMapping"]["valueMap"].items()
    expected = [(one["eventFieldName"], one["webEngageFieldName"]) for one in source["eventFieldMappings"]]
    assert expected == [(one["eventFieldName"], one["fieldName"]) for one in mapping["eventFieldMappings"]]
    again = engineer.refused("POST", f"{ENABLE}?event_name={name}")
    assert (409, 1806, f"Event_{name} event already exists") == again


@pytest.mark.parametrize("mappings", [None, "false", "FALSE"])
def test_without_its_sources_names_there_is_no_mapping(other: Engineer, mappings: str | None) -> None:
    name = NAMES[["None", "false", "FALSE"].index(str(mappings))]
    enable(other, name, mappings)
    assert {"defaultTransformerMapping": None, "webEngageTransformerMapping": None} == other.mappings(name)


def test_an_event_of_that_name_stands_in_the_way_also_disabled(other: Engineer) -> None:
    other.define("ProductSearched")
    other.disable("ProductSearched")
    again = other.refused("POST", f"{ENABLE}?event_name=ProductSearched")
    assert (409, 1806) == again[:2]


@pytest.mark.parametrize("name", ["productSearched", "unknown"])
def test_what_is_no_standard_event_is_not_found(other: Engineer, name: str) -> None:
    assert (404, 404, "Incorrect resource") == other.refused("POST", f"{ENABLE}?event_name={name}")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "event_name is missing"),
        ("?event_name=", "event_name is missing"),
        ("?event_name=CouponDenied&use_standard_adapter_mappings=yes", "allowed are true, false"),
        ("?event_name=CouponDenied&use_standard_adapter_mappings=", "allowed are true, false"),
    ],
)
def test_bad_parameters_are_refused(other: Engineer, query: str, words: str) -> None:
    refused = other.refused("POST", ENABLE + query)
    assert (400, 400) == refused[:2]
    assert words in refused.message


def test_its_usual_source_feeds_it(program: Program) -> None:
    with Engineer(program, till_auth("till02", "secret")) as engineer:
        enable(engineer, "ProductAddedToCart", "true")
        webhook_id = engineer.webhook("WebEngageTransformer", "till02")
        for category in ("Category", "Cateogry", "productCateogry", "productCategory"):
            body = {
                "event_name": "Product Added To Cart",
                "Customer Mobile": MOBILE,
                "SKU ID": "S1",
                category: "Shoes",
            }
            request_id = engineer.accepted(webhook_id, body)
            engineer.settled(request_id)
            [entry] = engineer.answer(f"/v2/events/logs/{request_id}", include="record")["data"]
            assert ("EVENT_SUCCESS", "ProductAddedToCart") == (entry["status"], entry["eventName"])
            found = entry["record"]["additonalAttributes"]
            assert ("S1", "Shoes") == (found["productSku"], found["productCategory"])
            assert {"SKU ID", "Category", "Cateogry", "productCateogry"}.isdisjoint(found)
        assert ("UNPUBLISHED", "VERIFIED") == engineer.standing("ProductAddedToCart")


def test_a_standard_event_keeps_its_fields_and_takes_more(other: Engineer) -> None:
    enable(other, "AppUninstalled")
    fields = other.meta("AppUninstalled")["fields"]
    without = [field for field in fields if field["name"] != "deviceId"]
    retyped = [{**field, "type": "enum"} if field["name"] == "deviceId" else field for field in fields]
    for changed in (without, [{**one, "attributes": {}} for one in retyped]):
        refused = other.refused("PUT", EVENTS, json=other.definition("AppUninstalled", *changed))
        assert (400, 1802) == refused[:2]
        assert "field 'deviceId' belongs to the standard event" in refused.message
    more = set_to("string", "colour", isRequired="false")
    other.define("AppUninstalled", *fields, more, method="PUT")
    assert other.meta("AppUninstalled")["standardEvent"] is True
    other.define("AppUninstalled", *fields, method="PUT")
    assert fields == other.meta("AppUninstalled")["fields"]


def test_writing_needs_its_scope(program: Program) -> None:
    with Engineer(program, headers={"x-api-key": "hk_reader"}) as reader:
        assert 200 == reader.ask(f"{EVENTS}/standard_events_meta").status_code
        assert (403, 4000) == reader.refused("POST", f"{ENABLE}?event_name=AppInstalled")[:2]
