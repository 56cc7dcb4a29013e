"""The world that the tests of the authenticator share."""

import asyncio
import base64
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from joserfc.jwk import RSAKey

from hooklog.access.api_keys import lookup_of
from hooklog.access.authenticate import Authenticator
from hooklog.access.base import ApiKey, Client, TillLogin
from hooklog.access.basic import md5_of
from hooklog.access.memory import MemoryAccessStore
from hooklog.access.oauth import Tokens
from hooklog.directory.base import Till

KEY = RSAKey.generate_key(2048)


def basic(code: str, password: str) -> dict[str, str]:
    text = base64.b64encode(f"{code}:{md5_of(password)}".encode()).decode()
    return {"authorization": f"Basic {text}"}


def login(password: str, **changes: Any) -> TillLogin:
    return TillLogin(1, 11, "till01", f"$argon2id${md5_of(password)}", **changes)


GOOD, WRONG, API_KEY = basic("till01", "right"), basic("till01", "wrong"), {"x-api-key": "hk_good"}
CLIENT = Client(1, 7, "shop", "shop-key", "$argon2id$shop-secret", "till01", 300)


class Clock:
    def __init__(self) -> None:
        self.now = 5_000.0

    def __call__(self) -> float:
        return self.now


class Tills:
    def till(self, code: str) -> Till | None:
        return Till(1, 11, "till01") if code == "till01" else None


class World:
    """An authenticator on a memory store, with cheap hashes of the form $argon2id$<text> that count their use."""

    def __init__(self) -> None:
        self.store = MemoryAccessStore()
        self.store.put_till_login(login("right"))
        self.store.put_client(CLIENT)
        self.store.put_api_key(ApiKey(1, "reports", lookup_of("hk_good"), "$argon2id$hk_good", frozenset()))
        self.elsewhere = self.store.twin()
        self.clock = Clock()
        self.wall_clock = Clock()
        self.asked: list[str] = []
        self.is_asked = threading.Event()
        self.opened = threading.Event()
        self.opened.set()
        self.orgs_with_basic = {1}
        self.orgs_asked = 0
        self.tokens = Tokens(KEY, self.store, Tills())
        self.who = Authenticator(
            self.store,
            self.tokens,
            self.is_basic_enabled,
            verify=self.verify,
            clock=self.clock,
            wall_clock=self.wall_clock,
        )

    def verify(self, secret_hash: str, text: str) -> bool:
        self.asked.append(secret_hash)
        self.is_asked.set()
        assert self.opened.wait(30)
        return secret_hash == f"$argon2id${text}"

    def is_basic_enabled(self, org_id: int) -> bool:
        self.orgs_asked += 1
        return org_id in self.orgs_with_basic

    def token(self) -> dict[str, str]:
        return {"x-cap-api-oauth-token": self.tokens.issue(CLIENT, int(self.wall_clock.now))}


def run(body: Callable[[World], Coroutine[Any, Any, None]]) -> None:
    async def in_world() -> None:
        world = World()
        try:
            await body(world)
        finally:
            world.opened.set()
            world.who.close()

    asyncio.run(in_world())
