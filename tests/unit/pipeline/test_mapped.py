"""What is kept of an event for those who look for its customer and attributes (contract I.22)."""

from collections.abc import Mapping

import msgspec
import pytest

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER
from hooklog.consumers.base import CONSUMED, retry_at
from hooklog.eventlog.base import Settled
from hooklog.eventlog.mapped import Mapped, SentIdentifier
from hooklog.pipeline.mapped import IDENTIFIERS_MAX
from hooklog.pipeline.settle import settle_failed
from hooklog.testing.clock import START_MS
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem

MOBILE = "919800000001"
SENT = SentIdentifier("who", "mobile", MOBILE)


def system() -> MemorySystem:
    made = MemorySystem()
    kinds = {"hotel": "string", "price": "double", "group": "groupId"}
    fields = (field(name, kind, isRequired="false") for name, kind in kinds.items())
    made.define("stay", customer_field("who"), *fields, actions=(EI_CONSUMER,))
    made.add_customer(1, mobile=MOBILE)
    return made


def settled(made: MemorySystem, body: Mapping[str, object]) -> Settled:
    request_id = made.push(body)
    made.settle()
    return made.log.settled[ORG_ID, request_id]


def test_a_record_is_joined_by_the_identifier_as_sent_alone() -> None:
    item = settled(system(), {"event_name": "stay", "who": "+" + MOBILE, "hotel": "Ritz"})
    assert Mapped((SENT,)) == item.mapped
    assert item.record is not None
    assert 1 == item.record.user_id


def test_where_nothing_is_left_to_tell_nothing_is_kept() -> None:
    assert settled(system(), {"event_name": "stay", "hotel": "Ritz"}).mapped is None
    assert settled(system(), {"event_name": "unknown"}).mapped is None


def test_without_a_record_attributes_read_as_it_would_show_them() -> None:
    body = {"event_name": "stay", "who": MOBILE, "price": 20, "more": [1, {"a": None}], "group": "g7"}
    item = settled(system(), body)
    assert item.record is None
    attributes = {"who": MOBILE, "price": "20.0", "more": '[1,{"a":null}]', "group": "g7"}
    assert Mapped((SENT,), 1, attributes) == item.mapped


def test_a_field_that_failed_reads_as_it_was_sent() -> None:
    body = {"event_name": "stay", "who": "", "price": "dear", "hotel": None, "requestId": "x"}
    assert Mapped((), None, {"price": "dear"}) == settled(system(), body).mapped


def test_a_malformed_identifier_is_kept_as_it_was_sent() -> None:
    item = settled(system(), {"event_name": "stay", "who": "+12"})
    assert Mapped((SentIdentifier("who", "mobile", "12"),), None, {"who": "+12"}) == item.mapped


@pytest.mark.parametrize("name", ["unknown", ""])
def test_without_a_definition_identifiers_are_known_by_their_names(name: str) -> None:
    item = settled(system(), {"event_name": name, "who": MOBILE, "Email": "A@b", "hotel": "Ritz"})
    assert item.mapped is not None
    assert {SENT, SentIdentifier("Email", "email", "a@b")} == set(item.mapped.identifiers)
    assert {"who": MOBILE, "Email": "A@b", "hotel": "Ritz"} == item.mapped.attributes


def test_without_a_mapping_identifiers_are_known_by_their_names_and_nothing_is_mapped() -> None:
    assert Mapped((SENT,)) == settled(system(), {"who": MOBILE, "hotel": "Ritz"}).mapped


def test_identifiers_are_few_and_none_is_endless() -> None:
    types = (
        "mobile",
        "email",
        "externalId",
        "userId",
        "wechat",
        "fbId",
        "cuid",
        "line",
        "unionId",
        "fcmToken",
    )
    item = settled(system(), {"event_name": "unknown", **dict.fromkeys(types, "7")})
    assert item.mapped is not None
    assert IDENTIFIERS_MAX == len(item.mapped.identifiers)
    endless = settled(system(), {"event_name": "unknown", "email": "x" * 1_001})
    assert Mapped((), None, {"email": "x" * 1_001}) == endless.mapped


def test_a_parked_event_keeps_its_identifier_whichever_way_it_ends() -> None:
    loyalty = ScriptedConsumer(lambda _: retry_at(START_MS + 1_000))
    made = MemorySystem(emf=loyalty)
    made.define("stay", customer_field("who"), actions=(EMF_CONSUMER,))
    made.add_customer(1, mobile=MOBILE)
    request_id = made.push({"event_name": "stay", "who": MOBILE, "hotel": "Ritz"})
    made.settle()
    (parked,) = made.pending()
    assert Mapped((SENT,), 1, {"hotel": "Ritz"}) == settle_failed(parked, "it died", START_MS).mapped
    assert settle_failed(msgspec.structs.replace(parked, work=b"?"), "it died", START_MS).mapped is None
    loyalty.answer = lambda _: CONSUMED
    made.settle_all()
    assert Mapped((SENT,)) == made.log.settled[ORG_ID, request_id].mapped
