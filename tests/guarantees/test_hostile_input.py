"""Guarantee G8: whatever body is pushed, the answer is a clear 4xx or the log a clear outcome, and nothing is lost.

Each body is sent over a bare connection, to both listeners, between good pushes. `test_hostile_http.py` does the
same one level below, `test_refusals.py` looks at what a refusal leaves in the log.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER
from hooklog.testing.account import ORG, WEBHOOK_ID, Account, accounting, content_with_visits
from hooklog.testing.content import Content, attribute, customer_by_mobile
from hooklog.testing.visitor import Visitor

MIB = 1024 * 1024
TEXT_TYPES = ("string", "couponCode", "productSku", "productBrand", "productCategory", "currencyCode")
FIELD_TYPES = (*TEXT_TYPES, "double", "date", "enum", "tillCode", "groupId")
IDENTIFIER_TYPES = ("mobile", "email", "userId", "externalId")
GROUP_TYPES = ("GroupExternalId", "GroupId", "userId", "mobile", "email")


def _content() -> Content:
    content = content_with_visits()
    both = (EI_CONSUMER, EMF_CONSUMER)
    optional = {"isRequired": attribute("false")}
    for kind in FIELD_TYPES:
        field = {"name": "value", "type": kind, "attributes": optional}
        content.event(ORG, f"by_{kind}", customer_by_mobile(), field, actions=both)
    for kind in IDENTIFIER_TYPES:
        customer = customer_by_mobile("value", identifierType=kind, addCustomerIfNotExists="true")
        content.event(ORG, f"customer_by_{kind}", customer, actions=both)
    for kind in GROUP_TYPES:
        settings = {"groupIdentifierType": attribute(kind), **optional}
        field = {"name": "value", "type": "groupId", "attributes": settings}
        content.event(ORG, f"group_by_{kind}", customer_by_mobile(), field, actions=both)
    return content


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with accounting(tmp_path_factory.mktemp("hostile") / "data", _content()) as account:
        yield account


PORTS = ("ingest port", "main port")


def _visit(value: bytes) -> bytes:
    """A good event with a JSON text in it, whatever that is."""
    return b'{"event_name":"visit","mobile":"919800000001","a":' + value + b"}"


def _padded(size: int) -> bytes:
    frame = _visit(b'""')
    return frame[:-2] + b"x" * (size - len(frame)) + frame[-2:]


REFUSED: dict[str, bytes] = {
    "byte that is no UTF-8": _visit(b'"\xff"'),
    "UTF-8 cut short": _visit(b'"\xe2\x82"'),
    "overlong UTF-8": _visit(b'"\xc0\xaf"'),
    "surrogate as UTF-8": _visit(b'"\xed\xa0\x80"'),
    "beyond Unicode": _visit(b'"\xf4\x90\x80\x80"'),
    "latin-1": _visit('"é"'.encode("latin-1")),
    "bad UTF-8 in a key": b'{"event_name":"visit","\xfe":1}',
    "bad UTF-8 outside of strings": b'{"event_name":"visit",\xff}',
    "UTF-8 BOM": b"\xef\xbb\xbf" + _visit(b"1"),
    "UTF-16": _visit(b"1").decode().encode("utf-16"),
    "UTF-16 without BOM": _visit(b"1").decode().encode("utf-16-le"),
    "UTF-32": _visit(b"1").decode().encode("utf-32"),
    "NaN": _visit(b"NaN"),
    "Infinity": _visit(b"Infinity"),
    "-Infinity": _visit(b"-Infinity"),
    "1e400": _visit(b"1e400"),
    "-1e400": _visit(b"-1e400"),
    "5,000 digits": _visit(b"9" * 5_000),
    "5,000 digits below zero": _visit(b"-" + b"9" * 5_000),
    "5,000 digits and a fraction": _visit(b"9" * 5_000 + b".5"),
    "lone high surrogate": _visit(b'"\\ud800"'),
    "lone low surrogate": _visit(b'"\\udc00"'),
    "surrogates in the wrong order": _visit(b'"\\udc00\\ud800"'),
    "high surrogate before a letter": _visit(b'"\\ud800abcdef"'),
    "lone surrogate in a key": b'{"event_name":"visit","\\ud800":1}',
    "lone surrogate as event name": b'{"event_name":"\\ud800"}',
    "raw NUL in a string": _visit(b'"\x00"'),
    "raw control character": _visit(b'"\x01"'),
    "raw newline in a string": _visit(b'"\n"'),
    "raw tab in a string": _visit(b'"\t"'),
    "NUL in front": b"\x00" + _visit(b"1"),
    "NUL behind": _visit(b"1") + b"\x00",
    "nothing": b"",
    "blanks": b" \r\n\t",
    "null": b"null",
    "true": b"true",
    "number": b"7",
    "string": b'"visit"',
    "array": b"[" + _visit(b"1") + b"]",
    "empty array": b"[]",
    "objects 101 deep": b'{"a":' * 101 + b"1" + b"}" * 101,
    "arrays 101 deep": _visit(b"[" * 100 + b"]" * 100),
    "objects 10,000 deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "arrays 10,000 deep": _visit(b"[" * 10_000 + b"]" * 10_000),
    "arrays 10,000 deep, never closed": b"[" * 10_000,
    "half a million brackets": b"[{" * 250_000,
    "open object": b'{"event_name":"visit"',
    "open string": b'{"event_name":"visit',
    "open escape": b'{"event_name":"visit\\',
    "key without value": b'{"event_name"}',
    "comma at the end": b'{"event_name":"visit",}',
    "two commas": b'{"event_name":"visit",,"a":1}',
    "key without quotes": b'{event_name:"visit"}',
    "single quotes": b"{'event_name':'visit'}",
    "comment": b'{"event_name":"visit"/* why */}',
    "text behind": _visit(b"1") + b"x",
    "two objects": _visit(b"1") * 2,
    "two lines of JSON": _visit(b"1") + b"\n" + _visit(b"1"),
    "leading zero": _visit(b"01"),
    "leading plus": _visit(b"+1"),
    "no digit before the point": _visit(b".5"),
    "no digit behind the point": _visit(b"1."),
    "hexadecimal": _visit(b"0x10"),
    "True": _visit(b"True"),
    "unknown escape": _visit(b'"\\x41"'),
    "short escape": _visit(b'"\\u12"'),
    "form": b"event_name=visit&mobile=919800000001",
    "XML": b"<event><event_name>visit</event_name></event>",
    "gzip": bytes.fromhex("1f8b080000000000000303000000000000000000"),
    "every byte there is": bytes(range(256)),
    "reserved attribute": _visit(b'1,"eventDateTimeInputOffset":"+05:30"'),
    "reserved attribute by escapes": _visit(b'1,"\\u0065ventDateTimeInputOffset":null'),
}


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_json_object_is_refused_with_the_reason(account: Account, name: str, port: str) -> None:
    body = REFUSED[name]
    reply = account.push(account.ports[port], body)
    assert 400 == reply.status, reply.body
    status = reply.json()["status"]
    assert (908 if name.startswith("reserved") else 400) == status["code"]
    assert status["message"].startswith("Invalid request body: ")
    entry = account.entry(reply)
    assert ("INVALID_REQUEST_BODY", status["message"]) == (entry["status"], entry["message"])
    assert "eventName" not in entry
    assert body[:4096].decode("utf-8", "replace") == entry["inputRequest"]


SUCCESS, NO_NAME = "EVENT_SUCCESS", "INVALID_META_TRANSFORMER_MAPPINGS"
BAD_NAME, BAD_CHILD = "INVALID_EVENT_NAME", "INVALID_CHILD_ORG"
NO_TEXTS = ("null", "true", "7", "1.5", "[]", '["visit"]', "{}")
CHILD = '{"type":"PARENT_CHILD_ORG","childOrgId":%s}'
RESOLVERS = ("7", "[]", "{}", '"x"', "true", CHILD % "[]", CHILD % ("9" * 40), CHILD % '"9999"')
TAKEN: dict[str, tuple[bytes, str]] = {
    "duplicate key": (_visit(b'1,"a":2,"a":{"a":3}'), SUCCESS),
    "duplicate event name, the last counts": (b'{"event_name":"nothing",' + _visit(b"1")[1:], SUCCESS),
    "objects 100 deep": (_visit(b'{"a":' * 99 + b"1" + b"}" * 99), SUCCESS),
    "arrays 100 deep": (_visit(b"[" * 99 + b"]" * 99), SUCCESS),
    "brackets in a string": (_visit(b'"' + b"[{" * 10_000 + b'"'), SUCCESS),
    "40 digits": (_visit(b"9" * 40), SUCCESS),
    "largest double": (_visit(b"1.7976931348623157e308"), SUCCESS),
    "smaller than any double": (_visit(b"1e-400"), SUCCESS),
    "minus zero": (_visit(b"-0"), SUCCESS),
    "escaped NUL": (_visit(b'"\\u0000"'), SUCCESS),
    "DEL": (_visit(b'"\x7f"'), SUCCESS),
    "beyond the first plane": (_visit('"😀"'.encode()), SUCCESS),
    "surrogate pair": (_visit(b'"\\ud83d\\ude00"'), SUCCESS),
    "not a character": (_visit('"\uffff"'.encode()), SUCCESS),
    "written from right to left": (_visit('"\u202eabc"'.encode()), SUCCESS),
    "blanks around": (b" \r\n\t" + _visit(b" 1 ") + b" \r\n\t", SUCCESS),
    "empty key": (_visit(b'1,"":1'), SUCCESS),
    "NUL in a key": (_visit(b'1,"\\u0000":1'), SUCCESS),
    "long key": (_visit(b'1,"' + b"k" * 100_000 + b'":1'), SUCCESS),
    "ten thousand keys": (
        _visit(b"1," + b",".join(b'"k%d":1' % number for number in range(10_000))),
        SUCCESS,
    ),
    "names of ours": (
        _visit(b'1,"orgId":7,"requestId":"x","uniqueId":[],"__proto__":{},"__class__":1'),
        SUCCESS,
    ),
    "exactly 1 MiB": (_padded(MIB), SUCCESS),
    "no event name": (b'{"mobile":"919800000001"}', NO_NAME),
    "empty object": (b"{}", NO_NAME),
    **{f"event name {text}": (b'{"event_name":%s}' % text.encode(), NO_NAME) for text in NO_TEXTS},
    "empty event name": (b'{"event_name":""}', BAD_NAME),
    "blank event name": (b'{"event_name":" "}', BAD_NAME),
    "event name in another case": (b'{"event_name":"Visit"}', BAD_NAME),
    "event name of NUL": (b'{"event_name":"\\u0000"}', BAD_NAME),
    "event name with NUL behind": (b'{"event_name":"visit\\u0000"}', BAD_NAME),
    "event name with a newline": (b'{"event_name":"visit\\n"}', BAD_NAME),
    "event name for SQL": (b'{"event_name":"\'; DROP TABLE entry; --"}', BAD_NAME),
    "event name for HTML": (b'{"event_name":"<script>alert(1)</script>"}', BAD_NAME),
    "event name of emoji": ('{"event_name":"😀"}'.encode(), BAD_NAME),
    "event name of almost 1 MiB": (b'{"event_name":"' + b"n" * (MIB - 17) + b'"}', BAD_NAME),
    **{
        f"orgResolver {text}": (_visit(b'1,"orgResolver":%s' % text.encode()), BAD_CHILD)
        for text in RESOLVERS
    },
}


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("name", TAKEN)
def test_any_json_object_is_taken_and_has_a_clear_outcome(account: Account, name: str, port: str) -> None:
    body, status = TAKEN[name]
    reply = account.push(account.ports[port], body)
    assert 200 == reply.status, reply.body
    entry = account.entry(reply)
    assert status == entry["status"], entry["message"]
    assert body == entry["inputRequest"].encode()
    assert 2_000 > len(entry["message"])


NUMBERS: list[Any] = [0, -1, 10**40, -(10**40), 2**63, 1.5, 1.7976931348623157e308, 5e-324, True]
NESTED: list[Any] = [[], [1, [2]], {}, {"a": {"b": []}}]
TEXTS = [
    " ",
    "\u0000",
    "\n",
    "9" * 18,
    "9" * 5_000,
    "x" * 100_000,
    "😀",
    "' OR 1=1 --",
    "%_*",
    "1e400",
    "NaN",
]
DATES = ["2026-02-30", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59+14:00"]
CUSTOMERS = ["a@b@c", "@", "+", "919800000001"]
VALUES = [*NUMBERS, *NESTED, *TEXTS, *DATES, *CUSTOMERS]
NAMES = [
    *(f"by_{kind}" for kind in FIELD_TYPES),
    *(f"customer_by_{kind}" for kind in IDENTIFIER_TYPES),
    *(f"group_by_{kind}" for kind in GROUP_TYPES),
]


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_any_field_is_our_own_failure(account: Account, name: str) -> None:
    """Every kind of field meets every kind of value; the outcome is one that the sender can act on."""
    with Visitor(account.program) as source:
        replies = [
            source.push(WEBHOOK_ID, {"event_name": name, "mobile": "919800000001", key: value})
            for value in VALUES
            for key in ("value", "eventDateTime")
        ]
    assert {200} == {reply.status_code for reply in replies}
    request_ids = [reply.json()["requestId"] for reply in replies]
    for request_id in request_ids:
        account.note_id(request_id)
    account.reader.settled(request_ids[-1])
    entries = account.reader.entries(event_name=name)
    assert sorted(request_ids, reverse=True) == [entry["id"] for entry in entries]
    for entry in entries:
        assert "EVENT_PROCESSING_FAILED" != entry["status"], entry["inputRequest"][:200]
        assert 4_000 > len(entry["message"])
