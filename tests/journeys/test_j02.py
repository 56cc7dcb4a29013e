"""Journey J2: an integration engineer takes over a standard event that WebEngage feeds, and mends its mapping."""

from collections.abc import Iterator

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.engineer import EVENTS, Engineer
from hooklog.testing.program import running, till_auth, wait_until
from hooklog.testing.visitor import LOGS

ORG, MOBILE, NAME = 100001, "919800000001", "ProductAddedToCart"


@pytest.fixture(scope="module")
def engineer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engineer]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.customer(ORG, 500001, mobile=MOBILE)
    folder = tmp_path_factory.mktemp("j02") / "data"
    with (
        running(folder, content.file) as program,
        Engineer(program, till_auth("till01", TILL_PASSWORD)) as engineer,
    ):
        yield engineer


def test_a_standard_event_is_fed_under_its_sources_names(engineer: Engineer) -> None:
    catalogue = {
        one["standardClickEventsMeta"]["eventName"]: one["webEngageTransformerMapping"]
        for one in engineer.answer(f"{EVENTS}/standard_events_meta")["data"]
    }
    [source_name] = catalogue[NAME]["eventNameMapping"]["valueMap"]
    sources = {
        one["eventFieldName"]: one["webEngageFieldName"] for one in catalogue[NAME]["eventFieldMappings"]
    }
    enable = f"{EVENTS}/standard_events/enable"
    parameters = {"event_name": NAME, "use_standard_adapter_mappings": "true"}
    assert [] == engineer.done("POST", enable, params=parameters)
    [transformer] = [
        one["name"] for one in engineer.answer(f"{EVENTS}/adapters_meta")["data"] if "Engage" in one["name"]
    ]
    webhook_id = engineer.webhook(transformer)

    pushed = {"event_name": source_name, sources["customer"]: MOBILE, sources["productSku"]: "SKU-1"}
    request_id = engineer.accepted(webhook_id, pushed)
    wait_until("the log has it", lambda: engineer.ids(event_name=NAME) == [request_id])
    [entry] = engineer.entries(event_name=NAME)
    assert "EVENT_SUCCESS" == entry["status"], entry["message"]

    # The source also sends a name of its own, which nothing is mapped to yet.
    own = {"event_name": "Basket Filled", sources["customer"]: MOBILE, "Article": "SKU-2"}
    missed = engineer.accepted(webhook_id, own)
    engineer.settled(missed)
    assert missed not in engineer.ids(event_name=NAME)
    [found] = [one for one in engineer.answer(LOGS, limit=10)["data"] if one["id"] == missed]
    assert "INVALID_META_TRANSFORMER_MAPPINGS" == found["status"]
    assert "eventName" not in found

    engineer.map_web_engage({"Basket Filled": NAME}, **{NAME: {"productSku": "Article"}})
    resent = engineer.accepted(webhook_id, own)
    [entry] = engineer.settled(resent)
    assert ("EVENT_SUCCESS", NAME) == (entry["status"], entry["eventName"])
    [record] = engineer.answer(f"{EVENTS}/event_data", id=resent)["data"]
    assert "SKU-2" == record["additonalAttributes"]["productSku"]

    assert [] == engineer.publish(NAME)
    assert ("PUBLISHED", "VERIFIED") == engineer.standing(NAME)
