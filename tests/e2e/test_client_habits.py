"""What clients of the documented API do by habit changes no answer (contract II.1.1)."""

import json
from collections.abc import Iterator

import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.engineer import EVENTS, WEBHOOK, Engineer
from hooklog.testing.program import running, till_auth

DOCUMENTED_READS = (
    EVENTS,
    f"{EVENTS}/meta?event_name=visit",
    f"{EVENTS}/meta_fields",
    f"{EVENTS}/standard_events_meta",
    f"{EVENTS}/adapters_meta",
    f"{EVENTS}/adapter_mapping",
    f"{EVENTS}/webhooks",
    f"{EVENTS}/logs",
    f"{EVENTS}/search",
    f"{EVENTS}/audit_logs",
    f"{EVENTS}/event_data/500001",
    f"{EVENTS}/event_data?id=01a2096a-364b-7073-a11b-814c89d05b0d",
    f"{EVENTS}/running_status?eventId=01a2096a-364b-7073-a11b-814c89d05b0d",
)


@pytest.fixture(scope="module")
def engineer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engineer]:
    content = Content()
    content.org(1001)
    content.till(1001, "till01")
    content.event(1001, "visit")
    content.webhook(1001, "0" * 31 + "1", "till01")
    with (
        running(tmp_path_factory.mktemp("habits") / "data", content.file) as program,
        Engineer(program, till_auth("till01", TILL_PASSWORD)) as engineer,
    ):
        yield engineer


def _but_for_its_date(text: str) -> str:
    """Definitions tell the instant at which they were read."""
    before, _, rest = text.partition('"date":')
    return before + rest.lstrip("0123456789")


@pytest.mark.parametrize("target", DOCUMENTED_READS)
def test_a_read_is_answered_alike_however_it_is_asked(engineer: Engineer, target: str) -> None:
    plain = engineer.send("GET", target)
    path, _, query = target.partition("?")
    for method, asked, headers in (
        ("GET", f"{path}/?{query}", {}),
        ("GET", f"{path}?{query}&format=json", {}),
        ("GET", target, {"accept": "text/html"}),
        ("GET", target, {"accept": ""}),
        ("GET", target, {"content-type": "application/json"}),
    ):
        answer = engineer.send(method, asked, headers=headers)
        assert plain.status_code == answer.status_code, asked
        assert _but_for_its_date(plain.text) == _but_for_its_date(answer.text), asked
        assert "application/json" == answer.headers["content-type"]
    head = engineer.send("HEAD", target)
    assert (plain.status_code, b"") == (head.status_code, head.content)
    assert plain.headers["content-length"] == head.headers["content-length"]


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
@pytest.mark.parametrize("path", [WEBHOOK, f"{WEBHOOK}/", f"{WEBHOOK}?format=json"])
def test_a_write_is_taken_in_every_spelling_of_its_type(
    engineer: Engineer, path: str, content_type: str
) -> None:
    body = '{"transformerType":"defaultTransformer","tillCode":"till01"}'
    answer = engineer.send("POST", path, content=body, headers={"content-type": content_type})
    assert 200 == answer.status_code, answer.text


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_write_of_another_type_is_415(engineer: Engineer, content_type: str) -> None:
    answer = engineer.send("POST", WEBHOOK, content="{}", headers={"content-type": content_type})
    assert (415, 415) == (answer.status_code, answer.json()["errors"][0]["code"])


def test_what_a_path_takes_is_told(engineer: Engineer) -> None:
    answer = engineer.send("OPTIONS", EVENTS)
    assert 204 == answer.status_code
    assert {"GET", "HEAD", "OPTIONS", "POST", "PUT"} <= {*answer.headers["allow"].split(", ")}


@pytest.mark.parametrize(
    ("target", "name", "values"),
    [
        (f"{EVENTS}/logs", "limit", ("10", "20")),
        (f"{EVENTS}/logs", "from_date", ("2026-01-05", "2026-01-06")),
        (f"{EVENTS}/logs/counts", "bucket", ("hour", "day")),
        (f"{EVENTS}/logs/failures", "bucket", ("hour", "day")),
        (f"{EVENTS}/pending", "limit", ("10", "20")),
        (f"{EVENTS}/search", "limit", ("10", "20")),
        (EVENTS, "status", ("DISABLED", "DISABLED")),
        (f"{EVENTS}/meta", "event_name", ("other", "visit")),
        (f"{EVENTS}/webhooks", "status", ("DISABLED", "ENABLED")),
        (f"{EVENTS}/audit_logs", "eventName", ("other", "visit")),
    ],
)
def test_one_value_given_again_is_answered_by_the_last_and_warned_of(
    engineer: Engineer, target: str, name: str, values: tuple[str, str]
) -> None:
    last = engineer.answer(target, **{name: values[-1]})
    again = engineer.answer(target, **{name: list(values)})
    told = {"message": f"query parameter {name!r} was given 2 times; the last one, {values[-1]!r}, counts"}
    assert [*last.pop("warnings"), told] == again.pop("warnings")
    texts = [json.dumps(body, separators=(",", ":")) for body in (last, again)]
    assert _but_for_its_date(texts[0]) == _but_for_its_date(texts[1])


@pytest.mark.parametrize(
    ("target", "name", "values"),
    [
        (f"{EVENTS}/logs", "status", ["EVENT_SUCCESS", "UNAUTHORIZED"]),
        (f"{EVENTS}/logs", "attr.hotel", ["Ritz", "Savoy"]),
        (f"{EVENTS}/logs", "include", ["stages", "record"]),
        (f"{EVENTS}/logs/counts", "by", ["status", "event_name"]),
        (f"{EVENTS}/logs/failures", "event_name", ["visit", "other"]),
        (f"{EVENTS}/search", "hotel", ["Ritz", "Savoy"]),
    ],
)
def test_alternatives_are_not_warned_of(
    engineer: Engineer, target: str, name: str, values: list[str]
) -> None:
    assert [] == engineer.answer(target, **{name: values})["warnings"]
