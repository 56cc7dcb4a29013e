"""Who changed what in the directory, as the real program tells it (an extension of contract I.12, II.12.1)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import Content, attribute
from hooklog.testing.program import Program, running
from hooklog.testing.visitor import Visitor

ORG, OTHER = 1001, 1002
ADMIN, SEER, READER, OTHER_ADMIN = "hk_admin", "hk_seer", "hk_reader", "hk_other_admin"
AUDIT, BASE = "/v2/events/audit_logs", "/v2/directory"

Item = dict[str, Any]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.org(ORG)
    content.org(OTHER)
    content.till(ORG, "till01")
    content.api_key(ORG, ADMIN, "admin")
    content.api_key(ORG, SEER, "admin", "psi:read")
    content.api_key(ORG, READER, "events:read")
    content.api_key(OTHER, OTHER_ADMIN, "admin")
    content.customer(ORG, 500, mobile="919800000500")
    content.event(
        ORG, "sale", {"name": "phone", "type": "string", "attributes": {"isPsiData": attribute("true")}}
    )
    with running(tmp_path_factory.mktemp("directory_audit") / "data", content.file) as program:
        yield program


@pytest.fixture(scope="module")
def admin(program: Program) -> Iterator[Visitor]:
    with Visitor(program, headers={"x-api-key": ADMIN}) as admin:
        yield admin


@pytest.fixture(scope="module")
def seer(program: Program) -> Iterator[Visitor]:
    with Visitor(program, headers={"x-api-key": SEER}) as seer:
        yield seer


def _items(visitor: Visitor, about: str = "directory") -> list[Item]:
    found: list[Item] = visitor.answer(AUDIT, about=about)["data"]
    return found


def _change(visitor: Visitor, method: str, path: str, body: object = None, **content: Any) -> list[Item]:
    """What the audit says of one change more, newest first; each item names the answer's request."""
    before = len(_items(visitor))
    sent = {"json": body} if body is not None else content
    answer = visitor.send(method, BASE + path, **sent)
    assert 200 == answer.status_code, answer.text
    items = _items(visitor)
    added = items[: len(items) - before]
    assert {answer.headers["x-cap-request-id"]} >= {one["requestId"] for one in added}
    return added


def _told(item: Item) -> tuple[str, str, Any, Any]:
    """What was done to what, what it became and what it was."""
    (history,) = item["valueHistory"]
    before = history["previousValue"]
    return (
        item["updatedType"],
        item["id"],
        json.loads(history["value"]),
        None if before is None else json.loads(before),
    )


def test_an_item_has_the_documented_shape_and_says_who(seer: Visitor) -> None:
    (item,) = _change(seer, "POST", "/groups", {"groupId": 1, "externalId": "G1", "members": [2, 1]})
    assert ["id", "orgId", "valueHistory", "updatedType", "requestId"] == list(item)
    (history,) = item["valueHistory"]
    assert ["value", "changedOn", "changedBy", "changedByKind", "previousValue"] == list(history)
    assert "api_key" == history["changedByKind"]
    assert seer.answer(f"{BASE}/api_keys/{history['changedBy']}")["data"][0]["scopes"] == [
        "admin",
        "psi:read",
    ]
    assert history["changedOn"].endswith("Z")


def test_an_item_says_for_which_till_a_key_acted(program: Program, seer: Visitor) -> None:
    headers = {"x-api-key": SEER, "x-cap-api-attribution-entity-code": "till01"}
    expected = {"tillCode": "till01", "entityType": "TILL", "entityCode": "till01"}
    with Visitor(program, headers=headers) as acting:
        for method, path, body in (
            ("POST", "/groups", {"groupId": 7, "externalId": "G7"}),
            ("POST", "/tills", {"code": "till07", "tillId": 7}),
            ("POST", "/api_keys", {"name": "seven", "scopes": ["events:read"]}),
        ):
            for item in _change(acting, method, path, body):
                assert expected == item["valueHistory"][0]["changedFor"]
    (item,) = _change(seer, "POST", "/groups", {"groupId": 8, "externalId": "G8"})
    assert "changedFor" not in item["valueHistory"][0]


def test_each_change_tells_what_it_was_before(seer: Visitor) -> None:
    group = {"groupId": 5, "externalId": "G5", "primaryUserId": None, "members": [1]}
    (made,) = _change(seer, "POST", "/groups", group)
    assert ("createOrgGroup", f"5-{ORG}", group, None) == _told(made)
    changed = {"externalId": "G5", "members": [1, 2]}
    (item,) = _change(seer, "PUT", "/groups/5", changed)
    assert ("updateOrgGroup", f"5-{ORG}", {**group, "members": [1, 2]}, group) == _told(item)
    assert [] == _change(seer, "PUT", "/groups/5", changed), "nothing differs"


def test_an_org_tells_of_its_zone(seer: Visitor) -> None:
    (item,) = _change(seer, "PUT", f"/orgs/{ORG}", {"timeZone": "Asia/Kolkata"})
    kind, place, after, before = _told(item)
    assert ("updateOrg", f"{ORG}-{ORG}") == (kind, place)
    assert ("Asia/Kolkata", "UTC") == (after["timeZone"], before["timeZone"])


def test_a_child_org_is_told_by_its_parent_and_its_first_key_by_itself(
    program: Program, seer: Visitor
) -> None:
    answer = seer.send("POST", f"{BASE}/orgs", json={"orgId": 77, "name": "Child", "apiKeyName": "setup"})
    key = answer.json()["data"][0].pop("apiKey")
    (item,) = [one for one in _items(seer, "orgs") if one["id"] == f"77-{ORG}"]
    kind, _, after, before = _told(item)
    assert ("createOrg", "Child", ORG, None) == (kind, after["name"], after["parentOrgId"], before)
    with Visitor(program, headers={"x-api-key": key["key"]}) as child:
        (item,) = _items(child, "directory")
    assert ("createOrgApiKey", "setup-77", {"name": "setup", "scopes": ["admin"]}, None) == _told(item)
    assert key["key"] not in item["valueHistory"][0]["value"]


def test_a_till_and_its_login_are_told_from_first_to_last(seer: Visitor) -> None:
    body = {"tillId": 50, "code": "till50", "password": "the first password"}
    login, till = _change(seer, "POST", "/tills", body)
    assert ("createOrgTill", f"till50-{ORG}", {"tillId": 50, "code": "till50"}, None) == _told(till)
    usual = ["events:read", "events:write", "webhooks:write"]
    first = {"tillId": 50, "code": "till50", "scopes": usual}
    assert ("createOrgTillLogin", f"till50-{ORG}", first, None) == _told(login)
    (item,) = _change(seer, "PUT", "/tills/50", {"password": "another password"})
    assert ("updateOrgTillLogin", {**first, "passwordChanged": True}) == (_told(item)[0], _told(item)[2])
    (item,) = _change(seer, "PUT", "/tills/50", {"scopes": ["events:read"]})
    assert ({**first, "scopes": ["events:read"]}, first) == _told(item)[2:]
    (item,) = _change(seer, "DELETE", "/tills/50/login")
    assert ("removeOrgTillLogin", None) == (_told(item)[0], _told(item)[2])


def test_clients_and_keys_are_told_without_their_secrets(seer: Visitor) -> None:
    secrets = ["a-secret-of-the-client", "another-secret-of-it", "a-key-of-our-own"]
    (made,) = _change(
        seer, "POST", "/clients", {"clientId": 7, "name": "shop", "key": "shop-key", "secret": secrets[0]}
    )
    assert ("createOrgClient", "shop-key", None) == (_told(made)[0], _told(made)[2]["key"], _told(made)[3])
    (item,) = _change(seer, "PUT", "/clients/7", {"secret": secrets[1], "ttlSeconds": 60})
    assert ("updateOrgClient", True, 60, 300) == (
        *(_told(item)[0], _told(item)[2]["secretChanged"]),
        *(_told(item)[2]["ttlSeconds"], _told(item)[3]["ttlSeconds"]),
    )
    (item,) = _change(seer, "DELETE", "/clients/7")
    assert ("removeOrgClient", None) == (_told(item)[0], _told(item)[2])
    key = {"name": "reports", "scopes": ["events:read"]}
    (made,) = _change(seer, "POST", "/api_keys", {**key, "key": secrets[2]})
    assert ("createOrgApiKey", f"reports-{ORG}", key, None) == _told(made)
    (item,) = _change(seer, "PUT", "/api_keys/reports", {"scopes": []})
    assert ({"name": "reports", "scopes": []}, key) == _told(item)[2:]
    (item,) = _change(seer, "DELETE", "/api_keys/reports")
    assert "removeOrgApiKey" == _told(item)[0]
    text = seer.ask(AUDIT, about="directory").text
    assert [] == [one for one in (*secrets, "argon2", "lookup", "hash") if one in text]


def test_identifiers_are_masked_without_psi_read(admin: Visitor, seer: Visitor) -> None:
    mobile = {"type": "mobile", "value": "919800000001", "source": "INSTORE", "accountId": ""}
    email = {"type": "email", "value": "ada@example.org", "source": "INSTORE", "accountId": ""}
    (made,) = _change(seer, "POST", "/customers", {"userId": 77, "identifiers": [mobile]})
    assert ("createOrgCustomer", f"77-{ORG}", {"userId": 77, "identifiers": [mobile]}, None) == _told(made)
    (item,) = _change(seer, "PUT", "/customers/77", {"identifiers": [email]})
    after = {"userId": 77, "identifiers": [email, mobile]}
    assert (after, {"userId": 77, "identifiers": [mobile]}) == _told(item)[2:]
    masked = _items(admin, "customers")[0]
    assert ["*****", "*****"] == [one["value"] for one in _told(masked)[2]["identifiers"]]
    assert ["*****"] == [one["value"] for one in _told(masked)[3]["identifiers"]]
    text = admin.ask(AUDIT, about="directory").text
    assert "919800000001" not in text
    assert "ada@example.org" not in text


def test_an_import_is_one_item_with_its_counts(seer: Visitor) -> None:
    lines = [json.dumps({"userId": number}) for number in range(10_000, 12_500)]
    ndjson = {"content-type": "application/x-ndjson"}
    (item,) = _change(seer, "POST", "/customers/import", content="\n".join([*lines, "x"]), headers=ndjson)
    counts = {"lines": 2501, "stored": 2500, "failed": 1}
    assert ("importOrgCustomers", f"customers-{ORG}", counts, None) == _told(item)
    group = json.dumps({"groupId": 9, "externalId": "G9"})
    (item,) = _change(seer, "POST", "/groups/import", content=group, headers=ndjson)
    assert ("importOrgGroups", {"lines": 1, "stored": 1, "failed": 0}) == (_told(item)[0], _told(item)[2])


def test_what_is_refused_is_not_told(seer: Visitor) -> None:
    before = _items(seer)
    for path, body in (
        ("/groups", {"groupId": 90, "externalId": ""}),
        ("/tills", {"tillId": 90, "code": "till01"}),
        ("/clients", {"clientId": 90, "name": "x", "defaultTill": "nowhere"}),
        ("/customers", {"userId": 500}),
    ):
        assert seer.send("POST", BASE + path, json=body).status_code in {400, 409}
    assert before == _items(seer)


def test_what_the_operator_does_is_told(program: Program, seer: Visitor) -> None:
    loaded = [one for one in _items(seer) if one["valueHistory"][0]["changedByKind"] == "operator"]
    told = {one["updatedType"] for one in loaded}
    assert {
        "createOrg",
        "createOrgTill",
        "createOrgTillLogin",
        "createOrgApiKey",
        "importOrgCustomers",
    } == told
    made = program.run("key", "create", "--data", str(program.folder), "--org", str(ORG), "--name", "local")
    assert 0 == made.returncode, made.stderr
    (item,) = [one for one in _items(seer, "api_keys") if one["id"] == f"local-{ORG}"]
    assert ("createOrgApiKey", "operator") == (item["updatedType"], item["valueHistory"][0]["changedBy"])


@pytest.mark.parametrize("about", ["orgs", "tills", "clients", "api_keys", "customers", "groups"])
def test_one_kind_of_things_can_be_asked_for(seer: Visitor, about: str) -> None:
    kinds = {"api_keys": "ApiKey", "orgs": ""}
    wanted = "Org" + kinds.get(about, about.removesuffix("s").capitalize())
    found = {one["updatedType"] for one in _items(seer, about)}
    assert {one for one in found if wanted in one} == found
    everything = _items(seer)
    assert [one for one in everything if one in _items(seer, about)] == _items(seer, about)


def test_the_documented_answer_stays_as_it_is(seer: Visitor) -> None:
    kinds = {one["updatedType"] for one in seer.answer(AUDIT)["data"]}
    assert {"createOrgEvent"} == kinds


def test_only_admins_are_told_and_of_their_org_only(program: Program, seer: Visitor) -> None:
    with Visitor(program, headers={"x-api-key": READER}) as reader, Visitor(program) as stranger:
        assert 200 == reader.ask(AUDIT).status_code
        refused = reader.ask(AUDIT, about="tills")
        assert (403, 4000) == (refused.status_code, refused.json()["errors"][0]["code"])
        assert 401 == stranger.ask(AUDIT, about="tills").status_code
    with Visitor(program, headers={"x-api-key": OTHER_ADMIN}) as other:
        assert {OTHER} == {one["orgId"] for one in _items(other)}
    message = seer.ask(AUDIT, about="all").json()["errors"][0]["message"]
    assert "allowed are directory, orgs" in message
