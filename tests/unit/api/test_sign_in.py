"""Nobody is let in while nobody can tell, and that is no wrong guess."""

import asyncio
from typing import Any

import pytest

from hooklog.access.base import AccessBusy
from hooklog.access.guesses import Guesses
from hooklog.access.presented import Named
from hooklog.access.rate_limit import TokenBuckets
from hooklog.api.envelope import ApiError
from hooklog.api.sign_in import verified

SHOP = Named("client", "shop", "secret")
SCOPES: list[dict[str, Any]] = [{}, {"client": None}, {"client": ("192.0.2.1", 50_000)}]


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_too_many_who_wait_are_told_so_and_count_as_no_guess(scope: dict[str, Any]) -> None:
    guesses = Guesses(TokenBuckets(0.1, 1, lambda: 0.0), None)

    async def busy() -> None:
        raise AccessBusy("66 credentials are being verified or wait to be")

    for _ in range(3):
        with pytest.raises(ApiError) as caught:
            asyncio.run(verified(guesses, scope, SHOP, busy))
        assert (503, 4001) == (caught.value.http_status, caught.value.code)
        assert "5" == caught.value.headers["retry-after"]


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_what_is_not_looked_at_is_not_verified(scope: dict[str, Any]) -> None:
    guesses, asked = Guesses(TokenBuckets(0.1, 1, lambda: 0.0), None), 0

    async def wrong() -> None:
        nonlocal asked
        asked += 1

    assert asyncio.run(verified(guesses, scope, SHOP, wrong)) is None
    with pytest.raises(ApiError) as caught:
        asyncio.run(verified(guesses, scope, Named("client", "shop", "another"), wrong))
    assert 429 == caught.value.http_status
    assert 1 == asked
