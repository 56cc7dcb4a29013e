"""Signing in to the console: who a till, client or API key is, kept in a cookie that scripts cannot read."""

import base64
import time
from collections.abc import Callable

import msgspec
from litestar import Response, delete, get, post
from litestar.handlers import HTTPRouteHandler

from hooklog.access.authenticate import named_in
from hooklog.access.basic import md5_of
from hooklog.access.presented import CREDENTIAL_CHARS_MAX, Mechanism, Presented
from hooklog.access.scopes import Caller, Scope
from hooklog.access.session import COOKIE_NAME, SESSION_SECONDS, Sessions, is_same_origin
from hooklog.api.context import AnyRequest, Context, TheContext
from hooklog.api.envelope import SIGN_IN, ApiError, success
from hooklog.api.operation import Operation
from hooklog.api.sign_in import verified

__all__ = ["session_routes"]

PATH = "/console/session"
_BODY_BYTES_MAX = 16 * 1024
_ATTRIBUTES = "Path=/; HttpOnly; SameSite=Strict"


class SignIn(msgspec.Struct, frozen=True, rename="camel"):
    """One kind of credential: a till's code and password in the clear, a client's key and secret, or an API key."""

    till: str = ""
    password: str = ""
    key: str = ""
    secret: str = ""
    api_key: str = ""


class Who(msgspec.Struct, frozen=True, rename="camel"):
    """Who is signed in, and what the console needs to know of the org. `can` lists every scope that the caller has."""

    org_id: int
    org_name: str
    time_zone: str
    kind: str
    name: str
    can: list[str]
    ingest_url: str


class WhoAnswer(msgspec.Struct, frozen=True):
    """The envelope around it."""

    data: list[Who]
    warnings: list[str]
    errors: list[str]


_decode = msgspec.json.Decoder(SignIn).decode
_WHO_EXAMPLE = {
    "data": [
        {
            "orgId": 100737,
            "orgName": "Demo",
            "timeZone": "UTC",
            "kind": "till",
            "name": "demo.till",
            "can": ["events:read", "events:write", "webhooks:write"],
            "ingestUrl": "http://127.0.0.1:8081",
        }
    ],
    "warnings": [],
    "errors": [],
}

SIGN_IN_OPERATION = Operation(
    id="console-sign-in",
    summary="Sign in to the console",
    tag="Console",
    description="Answers with a cookie that the browser sends along; it is good for 12 hours, and no longer than the "
    "credential itself. Whoever presents too many different wrong ones, for one name or from one address, is answered "
    "429 for a while.",
    body=SignIn,
    body_example={"till": "demo.till", "password": "demo"},
    answer=WhoAnswer,
    answer_example=_WHO_EXAMPLE,
    errors=(401, 413, 429),
    slows_guessing=True,
    is_extension=True,
)
WHO_OPERATION = Operation(
    id="console-who",
    summary="Who is signed in",
    tag="Console",
    scope=Scope.EVENTS_READ,
    answer=WhoAnswer,
    answer_example=_WHO_EXAMPLE,
    is_extension=True,
)
SIGN_OUT_OPERATION = Operation(
    id="console-sign-out",
    summary="Forget the cookie",
    tag="Console",
    answer=WhoAnswer,
    answer_example={"data": [], "warnings": [], "errors": []},
    is_extension=True,
)


def session_routes(
    sessions: Sessions | None, clock: Callable[[], float] = time.time
) -> list[HTTPRouteHandler]:
    """Sign in, ask who is signed in, sign out.

    Args:
        sessions: seals the cookies; None where the routes are only to be described.
        clock: epoch seconds.
    """

    @post(
        PATH,
        name="console-sign-in",
        status_code=200,
        request_max_body_size=_BODY_BYTES_MAX,
        opt={"operation": SIGN_IN_OPERATION},
    )
    async def sign_in(request: AnyRequest, context: TheContext) -> Response[bytes]:
        """A page elsewhere must not sign a visitor in as somebody else, so only pages of this origin may ask."""
        assert sessions is not None, "these routes only describe"
        if not is_same_origin(request.headers):
            raise ApiError(403, "Not authorized. Access is denied!", code=4000)
        try:
            presented = _presented(_decode(await request.body()))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ApiError(400, f"the body must say who signs in: {error}") from error
        caller = await verified(
            context.guesses,
            request.scope,
            named_in(presented),
            lambda: context.authenticator.verify(presented),
        )
        if caller is None:
            raise ApiError(401, SIGN_IN)
        cookie = (
            f"{COOKIE_NAME}={sessions.seal(presented, clock())}; Max-Age={SESSION_SECONDS}; {_ATTRIBUTES}"
        )
        return success(
            [_who(context, request, caller)], headers={"set-cookie": cookie + _secure(request, context)}
        )

    @get(PATH, name="console-who", opt={"operation": WHO_OPERATION})
    async def who(request: AnyRequest, context: TheContext) -> Response[bytes]:
        caller = await context.caller(request, Scope.EVENTS_READ)
        return success([_who(context, request, caller)], headers={"cache-control": "no-store"})

    @delete(PATH, name="console-sign-out", status_code=200, opt={"operation": SIGN_OUT_OPERATION})
    async def sign_out(request: AnyRequest, context: TheContext) -> Response[bytes]:
        cookie = f"{COOKIE_NAME}=; Max-Age=0; {_ATTRIBUTES}"
        return success([], headers={"set-cookie": cookie + _secure(request, context)})

    return [sign_in, who, sign_out]


def _presented(body: SignIn) -> Presented:
    """The credential, as it would come in a header.

    Raises:
        ApiError: 400 where there is none, or it is too long for one.
    """
    if body.api_key:
        found = Presented(Mechanism.API_KEY, body.api_key)
    elif body.key and body.secret and " " not in body.key:
        found = Presented(Mechanism.CLIENT, f"{body.key} {body.secret}")
    elif body.till and body.password:
        pair = f"{body.till}:{md5_of(body.password)}".encode()
        found = Presented(Mechanism.BASIC, base64.b64encode(pair).decode("ascii"))
    else:
        raise ApiError(400, "the body must have till and password, key and secret, or apiKey")
    if len(found.text) > CREDENTIAL_CHARS_MAX:
        raise ApiError(
            400, f"the credential is too long; at most {CREDENTIAL_CHARS_MAX} characters are allowed"
        )
    return found


def _who(context: Context, request: AnyRequest, caller: Caller) -> Who:
    org = context.directory.org(caller.org_id)
    return Who(
        org_id=caller.org_id,
        org_name="" if org is None else org.name,
        time_zone=str(context.zone(caller.org_id)),
        kind=caller.kind,
        name=caller.name,
        can=[scope.value for scope in Scope if caller.may(scope)],
        ingest_url=context.ingest_url(request),
    )


def _secure(request: AnyRequest, context: Context) -> str:
    """Behind TLS the cookie must never go over a plain connection."""
    is_tls = request.scope["scheme"] == "https" or context.settings.public_url.startswith("https:")
    return "; Secure" if is_tls else ""
