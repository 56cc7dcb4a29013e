"""Presenting a secret to the API: whoever guesses is slowed, and nobody is let in while nobody can tell."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import structlog

from hooklog.access.authenticate import Authenticator, named_in
from hooklog.access.base import UNAVAILABLE, UNAVAILABLE_CODE
from hooklog.access.guesses import Guesses, network_of
from hooklog.access.presented import EVERY_MECHANISM, Mechanism, Named, presented_in
from hooklog.access.scopes import Caller
from hooklog.access.verdicts import UNKNOWN
from hooklog.api.envelope import ApiError
from hooklog.api.request_ids import tell_rate
from hooklog.errors import HooklogError
from hooklog.telemetry import metrics

__all__ = ["authenticated", "verified"]

diagnostics = structlog.get_logger()

Verdict = TypeVar("Verdict")


async def authenticated(
    authenticator: Authenticator, guesses: Guesses, headers: Mapping[str, str], scope: Any
) -> Caller | None:
    """Who makes a request; None without good credentials. Passwords may be guessed, tokens and API keys cannot be.

    Args:
        authenticator: knows who is who.
        guesses: counts them.
        headers: the request's, by lower-case names.
        scope: the request's.

    Raises:
        ApiError: see `verified`.
    """
    presented = presented_in(headers, EVERY_MECHANISM)
    try:
        if presented is None or presented.mechanism is not Mechanism.BASIC:
            return await authenticator.authenticate(headers)
        known = authenticator.recall(presented)
    except HooklogError as error:
        raise _unavailable(error) from error
    if known is not UNKNOWN:
        return known
    return await verified(guesses, scope, named_in(presented), lambda: authenticator.verify(presented))


async def verified(
    guesses: Guesses, scope: Any, named: Named, verify: Callable[[], Awaitable[Verdict | None]]
) -> Verdict | None:
    """What a verification finds; None for what is wrong, and then the answer tells what is left of the limit.

    Args:
        guesses: counts them.
        scope: the request's.
        named: who presents which secret.
        verify: waits for the verdict.

    Raises:
        ApiError: 429 after too many wrong ones; 503 (4001) while too many wait or the store cannot be read.
    """
    address = _address(scope)
    left = guesses.look(named, address)
    if left is not None and not left.is_allowed:
        metrics.rate_limited.labels(kind="sign_in").inc()
        tell_rate(scope, left)
        raise ApiError(429, left.message("this name or address", "wrong credentials"))
    try:
        verdict = await verify()
    except HooklogError as error:
        raise _unavailable(error) from error
    if verdict is not None:
        guesses.succeeded(named, address)
        return verdict
    left = guesses.failed(named, address)
    if left is not None:
        # This one was looked at; it is the next that may be refused.
        tell_rate(scope, left, is_allowed=True)
    return None


def _unavailable(error: HooklogError) -> ApiError:
    """What a caller is told while nobody can say who they are; the operator is told why."""
    diagnostics.error("authorization_unavailable", code=error.code, error=str(error), hint=error.hint)
    return ApiError(503, UNAVAILABLE, code=UNAVAILABLE_CODE, headers={"retry-after": "5"})


def _address(scope: Any) -> str:
    client = scope.get("client")
    return network_of(client[0]) if client else ""
