"""Who calls: every mechanism, verified once and known again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.access.conftest import (
    API_KEY,
    GOOD,
    KEY,
    WRONG,
    Clock,
    Tills,
    World,
    basic,
    run,
)

from hooklog.access.api_keys import api_key_of
from hooklog.access.authenticate import REFRESH_SECONDS, Authenticator
from hooklog.access.base import AccessStore, Client, TillLogin
from hooklog.access.basic import hash_password
from hooklog.access.hashing import UNKNOWN_HASH, hash_secret
from hooklog.access.oauth import Tokens
from hooklog.access.presented import CREDENTIAL_CHARS_MAX, Mechanism
from hooklog.access.scopes import TILL_SCOPES, Scope
from hooklog.access.sqlite import SqliteAccessStore
from hooklog.access.verdicts import ACCEPTED_SECONDS, REFUSED_SECONDS, UNKNOWN

WEBHOOK_BASIC, WEBHOOK_OAUTH = frozenset({Mechanism.BASIC}), frozenset({Mechanism.OAUTH})


def test_each_mechanism_gets_its_caller_in_and_peek_knows_it_from_then_on() -> None:
    async def body(world: World) -> None:
        for headers, expected in (
            (GOOD, ("till", "till01", "till01", TILL_SCOPES)),
            (API_KEY, ("api_key", "reports", "", frozenset())),
            (world.token(), ("client", "shop-key", "till01", TILL_SCOPES)),
        ):
            assert world.who.peek(headers) is UNKNOWN
            caller = await world.who.authenticate(headers)
            assert caller is not None
            assert expected == (caller.kind, caller.name, caller.till_code, caller.scopes)
            assert caller is world.who.peek(headers)

    run(body)


def test_a_token_is_taken_in_each_of_its_headers() -> None:
    async def body(world: World) -> None:
        (token,) = world.token().values()
        for headers in ({"cap-api-access-token": token}, {"authorization": f"Bearer {token}"}):
            assert await world.who.authenticate(headers) is not None

    run(body)


def test_wrong_credentials_are_nobody_and_peek_knows_that_too() -> None:
    async def body(world: World) -> None:
        (token,) = world.token().values()
        for headers in (
            WRONG,
            basic("nobody", "right"),
            {"x-api-key": "hk_bad"},
            {"authorization": "Basic !"},
            {"x-cap-api-oauth-token": token[:-8] + "AAAAAAAA"},
        ):
            assert world.who.peek(headers) is UNKNOWN
            assert await world.who.authenticate(headers) is None
            assert world.who.peek(headers) is None

    run(body)


def test_no_credential_is_nobody_at_once() -> None:
    async def body(world: World) -> None:
        for headers in ({}, {"x-api-key": "k" * (CREDENTIAL_CHARS_MAX + 1)}):
            assert world.who.peek(headers) is None
            assert await world.who.authenticate(headers) is None
        assert [] == world.asked

    run(body)


def test_a_webhooks_mechanism_takes_nothing_else() -> None:
    async def body(world: World) -> None:
        token = world.token()
        assert await world.who.authenticate(GOOD, WEBHOOK_BASIC) is not None
        assert await world.who.authenticate(token, WEBHOOK_OAUTH) is not None
        for headers, mechanisms in (
            (GOOD, WEBHOOK_OAUTH),
            (token, WEBHOOK_BASIC),
            (API_KEY, WEBHOOK_BASIC),
            (API_KEY, WEBHOOK_OAUTH),
        ):
            assert await world.who.authenticate(headers, mechanisms) is None
            assert world.who.peek(headers, mechanisms) is None

    run(body)


def test_the_same_text_under_another_mechanism_is_another_credential() -> None:
    async def body(world: World) -> None:
        assert await world.who.authenticate(API_KEY) is not None
        assert await world.who.authenticate({"authorization": "Bearer hk_good"}) is None
        assert await world.who.authenticate({"authorization": "Basic hk_good"}) is None

    run(body)


@pytest.mark.parametrize("headers", [GOOD, API_KEY], ids=["basic", "api key"])
def test_a_verified_credential_is_not_hashed_again_while_it_is_remembered(headers: dict[str, str]) -> None:
    async def body(world: World) -> None:
        for _ in range(100):
            assert await world.who.authenticate(headers) is not None
        assert 1 == len(world.asked)
        world.clock.now += ACCEPTED_SECONDS - 0.001
        assert await world.who.authenticate(headers) is not None
        assert 1 == len(world.asked)
        world.clock.now += 0.001
        assert world.who.peek(headers) is UNKNOWN
        assert await world.who.authenticate(headers) is not None
        assert 2 == len(world.asked)

    run(body)


@pytest.mark.parametrize("headers", [WRONG, basic("nobody", "x"), {"x-api-key": "hk_bad"}])
def test_a_flood_of_one_wrong_credential_is_hashed_once_in_a_while(headers: dict[str, str]) -> None:
    async def body(world: World) -> None:
        for _ in range(100):
            assert await world.who.authenticate(headers) is None
        assert 1 == len(world.asked)
        world.clock.now += REFUSED_SECONDS
        assert await world.who.authenticate(headers) is None
        assert 2 == len(world.asked)

    run(body)


@pytest.mark.parametrize("headers", [basic("nobody", "right"), {"x-api-key": "hk_bad"}])
def test_an_unknown_name_costs_one_verification_too(headers: dict[str, str]) -> None:
    async def body(world: World) -> None:
        await world.who.authenticate(headers)
        assert [UNKNOWN_HASH] == world.asked

    run(body)


def test_all_who_present_one_credential_at_once_share_its_verification() -> None:
    async def body(world: World) -> None:
        world.opened.clear()
        asked = [asyncio.create_task(world.who.authenticate(GOOD)) for _ in range(100)]
        await asyncio.sleep(0)
        assert world.who.peek(GOOD) is UNKNOWN
        world.opened.set()
        assert 1 == len(set(map(id, await asyncio.gather(*asked))))
        assert 1 == len(world.asked)

    run(body)


def test_tokens_need_no_place_in_the_line_for_passwords() -> None:
    async def body(world: World) -> None:
        world.opened.clear()
        asked = [
            asyncio.create_task(world.who.authenticate(basic("till01", str(number)))) for number in range(66)
        ]
        await asyncio.sleep(0)
        assert await world.who.authenticate(world.token()) is not None
        world.opened.set()
        assert [None] * 66 == await asyncio.gather(*asked)

    run(body)


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[AccessStore]:
    store = SqliteAccessStore(tmp_path)
    yield store
    store.close()


def test_real_hashes_in_a_real_file_get_everybody_in(sqlite_store: AccessStore, tmp_path: Path) -> None:
    async def body() -> None:
        clock = Clock()
        tokens = Tokens(KEY, sqlite_store, Tills())
        who = Authenticator(sqlite_store, tokens, lambda _: True, clock=clock)
        sqlite_store.put_till_login(TillLogin(1, 11, "till01", hash_password("right")))
        sqlite_store.put_client(Client(1, 7, "shop", "shop-key", hash_secret("shop-secret")))
        sqlite_store.put_api_key(api_key_of(1, "reports", "hk_good", frozenset({Scope.EVENTS_READ})))
        issued = await who.issue_token("shop-key", "shop-secret")
        assert issued is not None
        for headers in (GOOD, API_KEY, {"x-cap-api-oauth-token": issued.access_token}):
            assert await who.authenticate(headers) is not None
        assert await who.authenticate(WRONG) is None
        elsewhere = SqliteAccessStore(tmp_path)
        elsewhere.put_till_login(TillLogin(1, 11, "till01", hash_password("wrong")))
        elsewhere.close()
        clock.now += REFRESH_SECONDS
        assert await who.authenticate(GOOD) is None
        assert await who.authenticate(WRONG) is not None
        who.close()

    asyncio.run(body())
