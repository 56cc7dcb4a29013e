"""Importing customers and groups through the real program: by the line, as often as one likes (an extension)."""

import json
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hooklog.testing.content import Content
from hooklog.testing.program import Program, running, wait_until
from hooklog.testing.visitor import Visitor

ORG, OTHER = 1001, 1002
ADMIN, OTHER_ADMIN, READER = "hk_admin", "hk_other_admin", "hk_reader"
CUSTOMERS, GROUPS = "/v2/directory/customers", "/v2/directory/groups"
NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    for org_id, key in ((ORG, ADMIN), (OTHER, OTHER_ADMIN)):
        content.org(org_id)
        content.api_key(org_id, key, "admin")
    content.api_key(ORG, READER, "events:read")
    with running(tmp_path_factory.mktemp("import") / "data", content.file) as program:
        yield program


@pytest.fixture(scope="module")
def admin(program: Program) -> Iterator[Visitor]:
    with Visitor(program, headers={"x-api-key": ADMIN}) as admin:
        yield admin


def _customer(user_id: int) -> dict[str, Any]:
    return {"userId": user_id, "identifiers": [{"type": "mobile", "value": f"91{user_id:010}"}]}


def _import(visitor: Visitor, path: str, lines: Iterable[object]) -> dict[str, Any]:
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    answer = visitor.send("POST", path + "/import", content=body.encode(), headers=NDJSON)
    assert 200 == answer.status_code, answer.text
    (counts,) = answer.json()["data"]
    found: dict[str, Any] = counts
    return found


def _all_ids(visitor: Visitor) -> list[int]:
    found: list[int] = []
    target: str | None = f"{CUSTOMERS}?limit=1000"
    while target is not None:
        answer = visitor.ask(target)
        found += [one["userId"] for one in answer.json()["data"]]
        target = answer.links.get("next", {}).get("url")
    return found


def test_everything_is_stored_and_again_changes_nothing(admin: Visitor) -> None:
    lines = [_customer(number) for number in range(10_001, 12_502)]
    for _ in range(2):
        assert {"lines": 2501, "stored": 2501, "failed": 0, "failures": []} == _import(
            admin, CUSTOMERS, lines
        )
        assert [one["userId"] for one in lines] == [one for one in _all_ids(admin) if 10_001 <= one < 12_502]
    shown = admin.answer(f"{CUSTOMERS}/10001")["data"][0]
    assert "910000010001" == shown["identifiers"][0]["value"]


def test_lines_fail_alone_and_are_named(admin: Visitor) -> None:
    _import(admin, CUSTOMERS, [_customer(20_001)])
    taken = {**_customer(20_001), "userId": 20_002}
    lines: list[object] = [
        _customer(20_003),
        "no JSON",
        "",
        "[1]",
        taken,
        {"userId": "x"},
        {"identifiers": [{"type": "mobile", "value": "12"}]},
        {"identifiers": [{"type": "mobile", "value": "\ud800"}]},
        {},
        '"\\u0000"',
        {"userId": 20_005, "identifiers": [{"type": "externalId", "value": "a\0b"}]},
        _customer(20_004),
        "\r",
    ]
    counts = _import(admin, CUSTOMERS, lines)
    assert (11, 3, 8) == (counts["lines"], counts["stored"], counts["failed"])
    assert [2, 4, 5, 6, 7, 8, 9, 10] == [one["line"] for one in counts["failures"]]
    assert "20001" in counts["failures"][2]["why"]
    assert [20_001, 20_003, 20_004, 20_005] == [one for one in _all_ids(admin) if 20_000 < one < 20_100]


@pytest.mark.parametrize(("failing", "named"), [(100, 100), (101, 100)])
def test_failures_that_are_named_are_bounded(admin: Visitor, failing: int, named: int) -> None:
    counts = _import(admin, CUSTOMERS, ["x"] * failing)
    assert (failing, named) == (counts["failed"], len(counts["failures"]))


@pytest.mark.parametrize(("size", "stored"), [(512 * 1024, 1), (512 * 1024 + 1, 0)])
def test_a_line_has_its_bound(admin: Visitor, size: int, stored: int) -> None:
    # Blanks around a line mean nothing, but count.
    line = json.dumps(_customer(30_001)).ljust(size)
    counts = _import(admin, CUSTOMERS, [line, _customer(30_002)])
    assert (2, stored + 1) == (counts["lines"], counts["stored"])


def test_what_came_before_a_hang_up_is_stored(admin: Visitor) -> None:
    body = "".join(json.dumps(_customer(60_001 + number)) + "\n" for number in range(1_500))
    head = f"POST {CUSTOMERS}/import HTTP/1.1\r\nhost: x\r\nx-api-key: {ADMIN}\r\n"
    head += "content-type: application/x-ndjson\r\ncontent-length: 999999\r\n\r\n"
    place = f"{CUSTOMERS}?limit=1&after=60999"
    with socket.create_connection(("127.0.0.1", admin.program.port)) as connection:
        connection.sendall((head + body).encode())
        wait_until("the first thousand are stored", lambda: admin.answer(place)["data"] != [])
    kept = [one for one in _all_ids(admin) if 60_000 < one < 70_000]
    assert [*range(60_001, 61_001)] == kept, "the rest came without its end"
    assert 1500 == _import(admin, CUSTOMERS, body.splitlines())["stored"]
    assert "request_raised" not in admin.program.diagnostics()


def test_groups_are_replaced_by_the_line(admin: Visitor) -> None:
    lines: list[object] = [
        {"groupId": 1, "externalId": "G1", "primaryUserId": 5, "members": [5, 6]},
        {"groupId": 2, "externalId": "G1"},
        {"groupId": 3, "externalId": "G3"},
    ]
    for _ in range(2):
        counts = _import(admin, GROUPS, lines)
        assert [2] == [one["line"] for one in counts["failures"]]
        assert [[5, 6], []] == [one["members"] for one in admin.answer(GROUPS)["data"]]


def test_an_import_stays_in_its_org(program: Program, admin: Visitor) -> None:
    with Visitor(program, headers={"x-api-key": OTHER_ADMIN}) as other:
        before = _all_ids(admin)
        assert (
            2 == _import(other, CUSTOMERS, [_customer(10_001), {"orgId": ORG, **_customer(40_001)}])["stored"]
        )
        assert [10_001, 40_001] == _all_ids(other)
        assert before == _all_ids(admin)


def test_only_admins_import_and_only_lines(program: Program, admin: Visitor) -> None:
    with Visitor(program, headers={"x-api-key": READER}) as reader:
        assert 403 == reader.send("POST", CUSTOMERS + "/import", content=b"", headers=NDJSON).status_code
    assert 415 == admin.send("POST", CUSTOMERS + "/import", json={}).status_code
    assert 0 == _import(admin, CUSTOMERS, [])["lines"]


def test_the_command_says_what_became_of_a_file(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "customers.ndjson"
    lines = [json.dumps(_customer(50_001 + number)) for number in range(5_002)]
    path.write_text("\n".join(lines), encoding="utf-8")
    signed = ("--url", program.url, "--api-key", ADMIN)
    done = program.run("import", "customers", str(path), *signed)
    assert (0, "5,002 of 5,002 customers stored, 0 failed\n") == (done.returncode, done.stdout), done.stderr
    path.write_text("\n".join([*lines[:5_001], "no JSON"]), encoding="utf-8")
    done = program.run("import", "customers", str(path), *signed)
    assert (1, "5,001 of 5,002 customers stored, 1 failed\n") == (done.returncode, done.stdout)
    assert "line 5002: the line is not JSON" in done.stderr
    path.write_text('{"groupId":9,"externalId":"G9"}\n', encoding="utf-8")
    assert 0 == program.run("import", "groups", str(path), *signed).returncode


def test_the_command_explains_what_it_cannot_do(program: Program, tmp_path: Path) -> None:
    path = tmp_path / "customers.ndjson"
    missing = program.run("import", "customers", str(path), "--url", program.url, "--api-key", ADMIN)
    assert 1 == missing.returncode
    assert "cannot be read" in missing.stderr
    path.write_text("{}\n", encoding="utf-8")
    refused = program.run("import", "customers", str(path), "--url", program.url, "--api-key", READER)
    assert 1 == refused.returncode
    assert "admin" in refused.stderr
