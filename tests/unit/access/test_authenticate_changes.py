"""What was verified is remembered for long enough and never for too long."""

import asyncio

import pytest
from tests.unit.access.conftest import (
    API_KEY,
    GOOD,
    KEY,
    WRONG,
    Clock,
    Tills,
    World,
    login,
    run,
)

from hooklog.access.authenticate import REFRESH_SECONDS, Authenticator
from hooklog.access.base import Client, TillLogin
from hooklog.access.basic import hash_password
from hooklog.access.memory import MemoryAccessStore
from hooklog.access.oauth import Tokens
from hooklog.access.scopes import Scope
from hooklog.access.verdicts import UNKNOWN
from hooklog.errors import StorageUnavailable


def test_a_changed_password_takes_effect_within_the_refresh() -> None:
    async def body(world: World) -> None:
        assert await world.who.authenticate(GOOD) is not None
        assert await world.who.authenticate(WRONG) is None
        world.elsewhere.put_till_login(login("wrong"))
        world.clock.now += REFRESH_SECONDS
        assert world.who.peek(GOOD) is UNKNOWN
        assert world.who.peek(WRONG) is UNKNOWN
        assert await world.who.authenticate(GOOD) is None
        assert await world.who.authenticate(WRONG) is not None

    run(body)


def test_a_verification_under_way_at_a_change_is_not_joined_nor_remembered() -> None:
    async def body(world: World) -> None:
        world.opened.clear()
        early = asyncio.create_task(world.who.authenticate(GOOD))
        await asyncio.sleep(0)
        assert await asyncio.to_thread(world.is_asked.wait, 30)
        world.elsewhere.put_till_login(login("other"))
        world.clock.now += REFRESH_SECONDS
        late = asyncio.create_task(world.who.authenticate(GOOD))
        await asyncio.sleep(0)
        world.opened.set()
        assert await late is None
        await early
        assert world.who.peek(GOOD) is None

    run(body)


def test_changes_are_looked_for_at_most_once_in_the_refresh() -> None:
    class Counting(MemoryAccessStore):
        looked = 0

        def refresh(self) -> bool:
            self.looked += 1
            return super().refresh()

    store, clock = Counting(), Clock()
    who = Authenticator(store, Tokens(KEY, store, Tills()), lambda _: True, clock=clock)
    for _ in range(100):
        who.peek(GOOD)
    assert 1 == store.looked
    clock.now += REFRESH_SECONDS - 0.001
    who.peek(GOOD)
    assert 1 == store.looked
    clock.now += 0.001
    who.peek(GOOD)
    assert 2 == store.looked
    who.close()


def test_a_store_that_cannot_be_read_lets_nobody_in() -> None:
    class Broken(MemoryAccessStore):
        is_broken = False

        def refresh(self) -> bool:
            if self.is_broken:
                raise StorageUnavailable("the disk is gone")
            return super().refresh()

    async def body() -> None:
        store, clock = Broken(), Clock()
        store.put_till_login(TillLogin(1, 11, "till01", hash_password("right")))
        who = Authenticator(store, Tokens(KEY, store, Tills()), lambda _: True, clock=clock)
        assert await who.authenticate(GOOD) is not None
        store.is_broken = True
        clock.now += REFRESH_SECONDS
        for _ in range(2):
            with pytest.raises(StorageUnavailable):
                who.peek(GOOD)
            with pytest.raises(StorageUnavailable):
                await who.authenticate(GOOD)
        store.is_broken = False
        assert await who.authenticate(GOOD) is not None
        who.close()

    asyncio.run(body())


def test_an_org_that_switches_basic_off_lets_no_till_in_within_the_refresh() -> None:
    async def body(world: World) -> None:
        token = world.token()
        for headers in (GOOD, API_KEY, token):
            assert await world.who.authenticate(headers) is not None
        world.orgs_with_basic.clear()
        world.clock.now += REFRESH_SECONDS
        assert world.who.peek(GOOD) is None
        assert await world.who.authenticate(GOOD) is None
        for headers in (API_KEY, token):
            assert await world.who.authenticate(headers) is not None
        world.orgs_with_basic.add(1)
        world.clock.now += REFRESH_SECONDS
        assert await world.who.authenticate(GOOD) is not None

    run(body)


def test_whether_an_org_takes_basic_is_asked_once_in_the_refresh() -> None:
    async def body(world: World) -> None:
        for _ in range(100):
            await world.who.authenticate(GOOD)
        assert 1 == world.orgs_asked
        world.clock.now += REFRESH_SECONDS
        world.who.peek(GOOD)
        assert 2 == world.orgs_asked

    run(body)


def test_a_first_login_where_basic_is_off_costs_a_verification_and_is_refused() -> None:
    async def body(world: World) -> None:
        world.orgs_with_basic.clear()
        assert await world.who.authenticate(GOOD) is None
        assert 1 == len(world.asked)

    run(body)


def test_a_remembered_token_is_never_good_beyond_its_expiry() -> None:
    async def body(world: World) -> None:
        token = world.token()
        world.clock.now += 10
        world.wall_clock.now += 290
        assert await world.who.authenticate(token) is not None
        world.clock.now += 9.999
        world.wall_clock.now += 9.999
        assert world.who.peek(token) is not UNKNOWN
        assert await world.who.authenticate(token) is not None
        world.clock.now += 0.001
        world.wall_clock.now += 0.001
        assert world.who.peek(token) is UNKNOWN
        assert await world.who.authenticate(token) is None

    run(body)


def test_a_token_of_a_deleted_client_is_refused_within_the_refresh() -> None:
    async def body(world: World) -> None:
        token = world.token()
        assert await world.who.authenticate(token) is not None
        world.elsewhere.remove_client("shop-key")
        world.clock.now += REFRESH_SECONDS
        assert await world.who.authenticate(token) is None

    run(body)


def test_changed_scopes_of_a_client_hold_for_tokens_given_out_before() -> None:
    async def body(world: World) -> None:
        token = world.token()
        await world.who.authenticate(token)
        scopes = frozenset({Scope.ADMIN})
        world.store.put_client(Client(1, 7, "shop", "shop-key", "$argon2id$shop-secret", scopes=scopes))
        world.clock.now += REFRESH_SECONDS
        caller = await world.who.authenticate(token)
        assert caller is not None
        assert scopes == caller.scopes

    run(body)
