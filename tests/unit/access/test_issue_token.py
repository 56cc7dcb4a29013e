"""Key and secret of a client for a token."""

import pytest
from tests.unit.access.conftest import World, run

from hooklog.access.authenticate import REFRESH_SECONDS
from hooklog.access.base import Client
from hooklog.access.presented import CREDENTIAL_CHARS_MAX


def test_a_client_gets_tokens_for_its_key_and_secret_with_one_verification() -> None:
    async def body(world: World) -> None:
        made = set()
        for _ in range(10):
            issued = await world.who.issue_token("shop-key", "shop-secret")
            assert issued is not None
            assert 300 == issued.ttl_seconds
            made.add(issued.access_token)
            assert await world.who.authenticate({"x-cap-api-oauth-token": issued.access_token}) is not None
        assert 10 == len(made)
        assert 1 == len(world.asked)

    run(body)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("shop-key", "wrong"),
        ("nobody", "shop-secret"),
        ("shop-keys", "hop-secret"),
        ("", ""),
        ("shop-key", "s" * CREDENTIAL_CHARS_MAX),
    ],
)
def test_wrong_client_credentials_get_no_token(key: str, secret: str) -> None:
    async def body(world: World) -> None:
        assert await world.who.issue_token("shop-key", "shop-secret") is not None
        for _ in range(10):
            assert await world.who.issue_token(key, secret) is None
        assert 2 >= len(world.asked)

    run(body)


def test_a_changed_secret_holds_for_the_next_token_within_the_refresh() -> None:
    async def body(world: World) -> None:
        assert await world.who.issue_token("shop-key", "shop-secret") is not None
        world.elsewhere.put_client(Client(1, 7, "shop", "shop-key", "$argon2id$new"))
        world.clock.now += REFRESH_SECONDS
        assert await world.who.issue_token("shop-key", "shop-secret") is None
        assert await world.who.issue_token("shop-key", "new") is not None

    run(body)
