"""The directory API through the real program: everything can be made, read and changed, by admins of the org only."""

from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.testing.content import Content, attribute
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import LOGS, Visitor

PARENT, CHILD, OTHER = 1001, 1002, 1003
ADMIN, OTHER_ADMIN, READER = "hk_admin", "hk_other_admin", "hk_reader"
SEER, OTHER_SEER = "hk_seer", "hk_other_seer"
WEBHOOK = "aa" * 16
BASE = "/v2/directory"
KINDS = ("tills", "clients", "api_keys", "customers", "groups")


def _content() -> Content:
    content = Content()
    content.org(PARENT)
    content.org(CHILD, parent_org_id=PARENT)
    content.org(OTHER)
    for org_id, code in ((PARENT, "till01"), (OTHER, "till02")):
        content.till(org_id, code)
    content.api_key(PARENT, ADMIN, "admin")
    content.api_key(OTHER, OTHER_ADMIN, "admin")
    content.api_key(PARENT, READER, "events:read")
    content.api_key(PARENT, SEER, "admin", "psi:read")
    content.api_key(OTHER, OTHER_SEER, "admin", "psi:read")
    sensitive = {"name": "phone", "type": "string", "attributes": {"isPsiData": attribute("true")}}
    content.event(OTHER, "sale", sensitive)
    content.webhook(PARENT, WEBHOOK, "till01", "BASIC")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("directory") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def admin(program: Program) -> Iterator[Visitor]:
    with Visitor(program, headers={"x-api-key": ADMIN}) as admin:
        yield admin


@pytest.fixture(scope="module")
def other(program: Program) -> Iterator[Visitor]:
    with Visitor(program, headers={"x-api-key": OTHER_ADMIN}) as other:
        yield other


def _done(visitor: Visitor, method: str, path: str, **body: object) -> dict[str, Any]:
    answer = visitor.send(method, BASE + path, json=body)
    assert 200 == answer.status_code, answer.text
    assert [] == answer.json()["errors"] == answer.json()["warnings"]
    data: list[dict[str, Any]] = answer.json()["data"]
    assert 1 == len(data)
    return data[0]


def _refused(visitor: Visitor, expected: int, method: str, path: str, **body: object) -> str:
    answer = visitor.send(method, BASE + path, json=body) if body else visitor.send(method, BASE + path)
    assert expected == answer.status_code, answer.text
    shown = answer.json()
    assert [] == shown["data"], "what succeeds with data fails with none"
    (error,) = shown["errors"]
    assert error["code"] in {expected, 4000}
    return str(error["message"])


def _shown(visitor: Visitor, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = visitor.answer(BASE + path)["data"]
    return found


def test_only_admins_get_in(program: Program, admin: Visitor) -> None:
    assert 200 == admin.ask(BASE + "/orgs").status_code
    with Visitor(program, headers={"x-api-key": READER}) as reader, Visitor(program) as stranger:
        for kind in ("orgs", *KINDS):
            assert 403 == reader.ask(f"{BASE}/{kind}").status_code
            assert 401 == stranger.ask(f"{BASE}/{kind}").status_code
        assert 403 == reader.send("POST", BASE + "/api_keys", json={}).status_code


def test_an_org_sees_itself_and_its_children(admin: Visitor, other: Visitor) -> None:
    assert [PARENT, CHILD] == [one["orgId"] for one in _shown(admin, "/orgs")][:2]
    assert [OTHER] == [one["orgId"] for one in _shown(other, "/orgs")]
    assert PARENT == _shown(admin, f"/orgs/{CHILD}")[0]["parentOrgId"]
    for hidden in (OTHER, "x", 1 << 80):
        assert "Incorrect resource" == _refused(admin, 404, "GET", f"/orgs/{hidden}")


def test_an_org_changes_itself_only(admin: Visitor, other: Visitor) -> None:
    for org_id in (CHILD, OTHER):
        _refused(admin, 404, "PUT", f"/orgs/{org_id}", timeZone="UTC")
    changed = _done(other, "PUT", f"/orgs/{OTHER}", timeZone="Asia/Kolkata")
    assert ("Asia/Kolkata", True) == (changed["timeZone"], changed["basicAuthEnabled"])
    assert "Other" == _done(other, "PUT", f"/orgs/{OTHER}", name="Other")["name"]
    message = _refused(other, 400, "PUT", f"/orgs/{OTHER}", timeZone="Mars/Base")
    assert "Mars/Base" in message
    assert "basicAuthEnabled" in _refused(other, 400, "PUT", f"/orgs/{OTHER}", basicAuthEnabled="yes")


def test_a_child_org_is_made_with_the_key_to_set_it_up(program: Program, admin: Visitor) -> None:
    made = _done(admin, "POST", "/orgs", orgId=2001, name="Pune", timeZone="Asia/Kolkata", apiKeyName="setup")
    key = made.pop("apiKey")
    assert {
        "orgId": 2001,
        "name": "Pune",
        "parentOrgId": PARENT,
        "timeZone": "Asia/Kolkata",
        "basicAuthEnabled": True,
    } == made
    assert [made] == _shown(admin, "/orgs/2001")
    assert ("setup", ["admin"]) == (key["name"], key["scopes"])
    with Visitor(program, headers={"x-api-key": key["key"]}) as child:
        assert [made] == _shown(child, "/orgs")
        _done(child, "POST", "/tills", tillId=60, code="child.till")
        message = _refused(child, 409, "POST", "/orgs", orgId=2002, name="Grandchild")
        assert "org 2001 is a child itself" in message
    resolver = {"type": "PARENT_CHILD_ORG", "childOrgId": 2001, "tillCode": "child.till"}
    with Visitor(program, till_auth("till01", "secret")) as pusher:
        pushed = pusher.push(WEBHOOK, {"event_name": "none", "orgResolver": resolver})
    with Visitor(program, headers={"x-api-key": key["key"]}) as child:
        (entry,) = child.settled(pushed.json()["requestId"])
    assert (2001, PARENT, "INVALID_EVENT_NAME") == (entry["orgId"], entry["parentOrgId"], entry["status"])


def test_an_org_id_belongs_to_one_org_of_the_installation(admin: Visitor, other: Visitor) -> None:
    for taken in (PARENT, CHILD, OTHER):
        assert f"org {taken} is there already" == _refused(admin, 409, "POST", "/orgs", orgId=taken, name="x")
    made = _done(other, "POST", "/orgs", orgId=2003, name="Without a key")
    assert "apiKey" not in made
    assert "timeZone" in _refused(other, 400, "POST", "/orgs", orgId=2004, name="x", timeZone="Mars/Base")
    assert "name" in _refused(other, 400, "POST", "/orgs", orgId=2004)
    assert [OTHER, 2003] == [one["orgId"] for one in _shown(other, "/orgs")]


def test_basic_turned_off_holds_at_once(program: Program, other: Visitor) -> None:
    with Visitor(program, till_auth("till02", "secret")) as till:
        for takes_basic in (True, False, True):
            _done(other, "PUT", f"/orgs/{OTHER}", basicAuthEnabled=takes_basic)
            assert (200 if takes_basic else 401) == till.ask(LOGS).status_code


def test_a_till_signs_in_from_its_making_to_its_removal(program: Program, admin: Visitor) -> None:
    made = _done(admin, "POST", "/tills", tillId=50, code="new.till", password="password-1")
    assert {"tillId": 50, "code": "new.till", "canSignIn": True} == {
        key: made[key] for key in ("tillId", "code", "canSignIn")
    }
    with Visitor(program, till_auth("new.till", "password-1")) as till:
        assert 200 == till.ask(LOGS).status_code
        assert 200 == till.push(WEBHOOK, {"event_name": "x"}).status_code, "the intake knows it too"
        _done(admin, "PUT", "/tills/50", password="password-2")
        assert 401 == till.ask(LOGS).status_code
        assert 401 == till.push(WEBHOOK, {"event_name": "x"}).status_code
    with Visitor(program, till_auth("new.till", "password-2")) as till:
        assert 200 == till.ask(LOGS).status_code
        _done(admin, "PUT", "/tills/50", scopes=["events:write"])
        assert 403 == till.ask(LOGS).status_code
        assert 200 == admin.send("DELETE", BASE + "/tills/50/login").status_code
        assert 401 == till.ask(LOGS).status_code
    assert [{"tillId": 50, "code": "new.till", "canSignIn": False, "scopes": []}] == _shown(
        admin, "/tills/50"
    )
    _refused(admin, 404, "DELETE", "/tills/50/login")
    assert "password" in _refused(admin, 400, "PUT", "/tills/50", scopes=["events:read"])


def test_an_api_key_opens_from_its_making_to_its_removal(program: Program, admin: Visitor) -> None:
    made = _done(admin, "POST", "/api_keys", name="reports", scopes=["events:read"])
    with Visitor(program, headers={"x-api-key": made["key"]}) as holder:
        for _ in range(3):  # each time what was remembered of it must be forgotten
            assert 200 == holder.ask(LOGS).status_code
            _done(admin, "PUT", "/api_keys/reports", scopes=["events:write"])
            assert 403 == holder.ask(LOGS).status_code
            _done(admin, "PUT", "/api_keys/reports", scopes=["events:read"])
        assert 200 == holder.ask(LOGS).status_code
        assert [{"name": "reports", "scopes": ["events:read"]}] == _shown(admin, "/api_keys/reports")
        assert "reports" in _refused(admin, 409, "POST", "/api_keys", name="reports", scopes=[])
        assert 200 == admin.send("DELETE", BASE + "/api_keys/reports").status_code
        assert 401 == holder.ask(LOGS).status_code
    _refused(admin, 404, "DELETE", "/api_keys/reports")


def test_a_chosen_key_is_never_shown(program: Program, admin: Visitor) -> None:
    chosen = "a-key-of-our-own-choice"
    assert "key" not in _done(admin, "POST", "/api_keys", name="own", key=chosen, scopes=["events:read"])
    with Visitor(program, headers={"x-api-key": chosen}) as holder:
        assert 200 == holder.ask(LOGS).status_code
    message = _refused(admin, 400, "POST", "/api_keys", name="short", key="too-short-secret"[:15], scopes=[])
    assert "key" in message
    assert "too-short" not in message


def _token(visitor: Visitor, key: str, secret: str) -> str | None:
    answer = visitor.send("POST", "/v3/oauth/token/generate", json={"key": key, "secret": secret})
    return str(answer.json()["data"]["accessToken"]) if answer.status_code == 200 else None


def test_a_client_gets_tokens_from_its_making_to_its_removal(admin: Visitor) -> None:
    made = _done(admin, "POST", "/clients", clientId=7, name="shop", defaultTill="till01")
    assert _token(admin, made["key"], made["secret"])
    shown = _shown(admin, "/clients/7")[0]
    assert "secret" not in shown
    assert ("shop", made["key"], "till01", 300) == tuple(
        shown[name] for name in ("name", "key", "defaultTill", "ttlSeconds")
    )
    renewed = _done(admin, "PUT", "/clients/7", newSecret=True, ttlSeconds=60)
    assert (60, "till01") == (renewed["ttlSeconds"], renewed["defaultTill"])
    assert _token(admin, made["key"], made["secret"]) is None
    token = _token(admin, made["key"], renewed["secret"])
    with Visitor(admin.program, headers={"x-cap-api-oauth-token": str(token)}) as client:
        assert 200 == client.ask(LOGS).status_code
        assert 200 == admin.send("DELETE", BASE + "/clients/7").status_code
        assert 401 == client.ask(LOGS).status_code
    assert _token(admin, made["key"], renewed["secret"]) is None
    assert "till02" in _refused(admin, 400, "POST", "/clients", clientId=8, name="x", defaultTill="till02")


def test_a_customer_is_known_by_all_its_identifiers(admin: Visitor) -> None:
    mobile, email = {"type": "Mobile", "value": "+919800000001"}, {"type": "email", "value": "A@x.org"}
    made = _done(admin, "POST", "/customers", identifiers=[mobile])
    user_id = made["userId"]
    kept = {"type": "mobile", "value": "919800000001", "source": "INSTORE", "accountId": ""}
    assert [kept] == made["identifiers"]
    changed = _done(admin, "PUT", f"/customers/{user_id}", identifiers=[email])
    assert ["a@x.org", "919800000001"] == [one["value"] for one in changed["identifiers"]]
    assert [changed] == _shown(admin, f"/customers/{user_id}")
    assert str(user_id) in _refused(admin, 409, "POST", "/customers", identifiers=[mobile])
    assert str(user_id) in _refused(admin, 409, "POST", "/customers", userId=user_id)
    second = _done(admin, "POST", "/customers", userId=user_id + 10)
    taken = _refused(admin, 409, "PUT", f"/customers/{second['userId']}", identifiers=[mobile])
    assert "919800000001" in taken
    _refused(admin, 400, "POST", "/customers", identifiers=[])
    assert "no mobile" in _refused(
        admin, 400, "POST", "/customers", identifiers=[{"type": "mobile", "value": "x"}]
    )
    assert "allowed are" in _refused(
        admin, 400, "POST", "/customers", identifiers=[{"type": "x", "value": "1"}]
    )


def test_customers_and_groups_are_found_by_what_they_are_known_by(program: Program, admin: Visitor) -> None:
    named = {"type": "mobile", "value": "919800000077"}
    ids = [
        _done(admin, "POST", "/customers", identifiers=[{**named, "source": source}])["userId"]
        for source in ("INSTORE", "WECHAT")
    ]
    _done(admin, "POST", "/groups", groupId=77, externalId="family 77", members=ids)

    def found(visitor: Visitor, kind: str, **filters: object) -> list[int]:
        items = visitor.answer(f"{BASE}/{kind}", **filters)["data"]
        return [one.get("userId") or one["groupId"] for one in items]

    assert sorted(ids) == found(admin, "customers", identifier="Mobile:+919800000077")
    assert [] == found(admin, "customers", identifier="mobile:919800000078")
    first = admin.ask(BASE + "/customers", identifier="mobile:919800000077", limit="1")
    second = admin.ask(first.links["next"]["url"])
    assert sorted(ids) == [answer.json()["data"][0]["userId"] for answer in (first, second)]
    assert "next" not in second.links
    for wrong in ("919800000077", "mobile:", "mobile:x", "shoe:1"):
        assert 400 == admin.ask(BASE + "/customers", identifier=wrong).status_code
    assert [77] == found(admin, "groups", external_id="family 77")
    assert [] == found(admin, "groups", external_id="family")


def test_who_sees_identifiers_masked_finds_nobody_by_them(program: Program, other: Visitor) -> None:
    made = _done(other, "POST", "/customers", identifiers=[{"type": "mobile", "value": "919800000078"}])
    wanted = {"identifier": "mobile:919800000078"}
    assert [] == other.answer(BASE + "/customers", **wanted)["data"]
    with Visitor(program, headers={"x-api-key": OTHER_SEER}) as seer:
        assert [made["userId"]] == [
            one["userId"] for one in seer.answer(BASE + "/customers", **wanted)["data"]
        ]


@pytest.mark.parametrize(("user_id", "code"), [(0, 400), (1, 200), (10**15, 200), (10**15 + 1, 400)])
def test_user_ids_stay_exact_in_json(other: Visitor, user_id: int, code: int) -> None:
    answer = other.send("POST", BASE + "/customers", json={"userId": user_id})
    assert code == answer.status_code, answer.text


def test_identifiers_are_masked_where_the_org_knows_sensitive_fields(
    program: Program, other: Visitor
) -> None:
    made = _done(other, "POST", "/customers", userId=77, identifiers=[{"type": "email", "value": "b@x.org"}])
    assert ["*****"] == [one["value"] for one in made["identifiers"]]
    assert "b@x.org" not in other.ask(BASE + "/customers").text
    with Visitor(program, headers={"x-api-key": OTHER_SEER}) as seer:
        assert "b@x.org" == _shown(seer, "/customers/77")[0]["identifiers"][0]["value"]


def test_a_group_is_replaced_whole(admin: Visitor) -> None:
    made = _done(admin, "POST", "/groups", groupId=5, externalId="G5", primaryUserId=1, members=[2, 1, 2])
    assert [1, 2] == made["members"]
    changed = _done(admin, "PUT", "/groups/5", externalId="G6", members=[3])
    assert {"groupId": 5, "externalId": "G6", "primaryUserId": None, "members": [3]} == changed
    assert [changed] == _shown(admin, "/groups/5")
    _done(admin, "POST", "/groups", groupId=6, externalId="G5")
    assert "G6" in _refused(admin, 409, "PUT", "/groups/6", externalId="G6")
    assert "5" in _refused(admin, 409, "POST", "/groups", groupId=5, externalId="G7")
    assert "externalId" in _refused(admin, 400, "PUT", "/groups/6", members=[1])


def test_parameters_that_mean_nothing_are_named(admin: Visitor) -> None:
    _done(admin, "POST", "/customers", userId=900)
    _done(admin, "POST", "/clients", clientId=900, name="named", defaultTill="till01")
    _done(admin, "POST", "/groups", groupId=900, externalId="G900")
    places = ("orgs", f"orgs/{PARENT}", *KINDS, "customers/900", "clients/900", "groups/900")
    names = (
        [one["tillId"] for one in _shown(admin, "/tills")],
        [one["name"] for one in _shown(admin, "/api_keys")],
    )
    for place in (*places, f"tills/{names[0][0]}", f"api_keys/{names[1][0]}"):
        warnings = admin.answer(f"{BASE}/{place}", nothing="1", format="json")["warnings"]
        assert ["query parameter 'nothing' is not known here and was ignored"] == [
            one["message"] for one in warnings
        ], place


def test_lists_lead_from_page_to_page(admin: Visitor) -> None:
    for number in range(901, 906):
        _done(admin, "POST", "/customers", userId=number)
    found: list[int] = []
    target: str | None = f"{BASE}/customers?limit=2"
    while target is not None:
        answer = admin.ask(target)
        assert len(answer.json()["data"]) <= 2
        found += [one["userId"] for one in answer.json()["data"]]
        target = answer.links.get("next", {}).get("url")
    assert found == sorted(set(found))
    assert set(range(901, 906)) <= set(found)
    names = [one["name"] for one in _shown(admin, "/api_keys?limit=2")]
    assert sorted(names) == names
    assert names[-1] < _shown(admin, f"/api_keys?limit=1&after={names[-1]}")[0]["name"]


@pytest.mark.parametrize(
    ("query", "code"),
    [("limit=1", 200), ("limit=1000", 200), ("limit=0", 400), ("limit=1001", 400), ("limit=x", 400)],
)
def test_limit_has_two_sides(admin: Visitor, query: str, code: int) -> None:
    for kind in ("orgs", *KINDS):
        assert code == admin.ask(f"{BASE}/{kind}?{query}").status_code


def test_a_place_that_is_none_is_refused(admin: Visitor) -> None:
    for place in ("x", "", "9223372036854775807", "9" * 30):
        assert 400 == admin.ask(f"{BASE}/customers?after={place}").status_code
    assert [] == _shown(admin, "/customers?after=9223372036854775806")


def test_another_orgs_things_are_not_found(admin: Visitor, other: Visitor) -> None:
    _done(admin, "POST", "/tills", tillId=60, code="sixty", password="password-60")
    _done(admin, "POST", "/clients", clientId=60, name="sixty", key="client-sixty")
    _done(admin, "POST", "/api_keys", name="sixty", scopes=[])
    _done(admin, "POST", "/customers", userId=60)
    _done(admin, "POST", "/groups", groupId=60, externalId="sixty")
    bodies = {"api_keys": {"scopes": ["admin"]}, "groups": {"externalId": "x"}}
    for kind in KINDS:
        path = f"/{kind}/{'sixty' if kind == 'api_keys' else 60}"
        mine = _shown(admin, path)
        assert "Incorrect resource" == _refused(other, 404, "GET", path)
        assert 404 == other.send("PUT", BASE + path, json=bodies.get(kind, {})).status_code
        assert "60" not in other.ask(f"{BASE}/{kind}").text
        assert mine == _shown(admin, path)
    for path in ("/tills/60/login", "/clients/60", "/api_keys/sixty"):
        _refused(other, 404, "DELETE", path)
    taken = _refused(other, 409, "POST", "/tills", tillId=1, code="sixty")
    assert str(PARENT) not in taken
    taken = _refused(other, 409, "POST", "/clients", clientId=1, name="x", key="client-sixty")
    assert str(PARENT) not in taken


def test_a_key_that_means_nothing_is_warned_of(admin: Visitor) -> None:
    answer = admin.send("POST", BASE + "/api_keys", json={"name": "warned", "scopes": [], "scope": "admin"})
    assert 200 == answer.status_code
    assert "scope" in answer.json()["warnings"][0]["message"]
    assert "scopes are" in _refused(admin, 400, "POST", "/api_keys", name="x", scopes=["all"])


def test_nobody_hands_out_a_scope_that_they_do_not_hold(program: Program, admin: Visitor) -> None:
    password, sees = "a good password", ["psi:read"]
    made = (
        ("/api_keys", {"name": "sees", "scopes": sees}),
        ("/clients", {"clientId": 70, "name": "sees", "scopes": sees}),
        ("/tills", {"tillId": 70, "code": "sees", "password": password, "scopes": sees}),
    )
    with Visitor(program, headers={"x-api-key": SEER}) as seer:
        for path, body in made:
            assert "psi:read" in _refused(admin, 403, "POST", path, **body)
            _done(seer, "POST", path, **body)
        for path in ("/api_keys/sees", "/clients/70", "/tills/70"):
            # What is held already may stay, also when less is left of it.
            _done(admin, "PUT", path, scopes=[*sees, "events:read"])
            _done(admin, "PUT", path, scopes=["events:read"])
            assert "psi:read" in _refused(admin, 403, "PUT", path, scopes=sees)
            _done(seer, "PUT", path, scopes=sees)


def test_who_may_not_see_sets_no_secret_of_who_may(program: Program, admin: Visitor) -> None:
    sees = ["psi:read", "events:read"]
    with Visitor(program, headers={"x-api-key": SEER}) as seer:
        client = _done(seer, "POST", "/clients", clientId=71, name="x", scopes=sees)
        _done(seer, "POST", "/tills", tillId=71, code="x71", password="a good password", scopes=sees)
        for path, secret in (
            ("/clients/71", {"newSecret": True}),
            ("/clients/71", {"secret": "a-secret-of-mine"}),
            ("/tills/71", {"password": "my own password"}),
        ):
            assert "psi:read" in _refused(admin, 403, "PUT", path, **secret)
            _done(admin, "PUT", path, **secret, scopes=["events:read"])
            _done(seer, "PUT", path, **secret, scopes=sees)
    assert client["key"] == _shown(admin, "/clients/71")[0]["key"]
