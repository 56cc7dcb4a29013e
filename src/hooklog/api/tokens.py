"""`POST /v3/oauth/token/generate`: a client's key and secret for a token (contract II.2.2)."""

import msgspec
from litestar import Response, post
from litestar.enums import MediaType

from hooklog.access.oauth import CLIENT
from hooklog.access.presented import Named
from hooklog.api.bodies import require_json
from hooklog.api.context import AnyRequest, TheContext
from hooklog.api.envelope import ApiError
from hooklog.api.operation import Family, Operation
from hooklog.api.sign_in import verified

__all__ = ["generate_token"]

_BODY_BYTES_MAX = 16 * 1024


class TokenData(msgspec.Struct, frozen=True, rename="camel"):
    """A token and for how long it is good."""

    access_token: str
    ttl_seconds: int


class TokenAnswer(msgspec.Struct, frozen=True):
    """The v3 envelope around it."""

    data: TokenData
    errors: None = None


class Credentials(msgspec.Struct, frozen=True):
    """A client's key and secret."""

    key: str
    secret: str


_decode = msgspec.json.Decoder(Credentials).decode

GENERATE_TOKEN = Operation(
    id="generate-token",
    summary="A token for a client's key and secret",
    tag="Access",
    description="Whoever presents too many different wrong secrets, for one key or from one address, is answered 429 "
    "for a while. What is right does not count.",
    family=Family.V3,
    body=Credentials,
    body_example={"key": "demo-key", "secret": "demo-secret"},
    answer=TokenAnswer,
    answer_example={"data": {"accessToken": "eyJ...", "ttlSeconds": 300}, "errors": None},
    errors=(401, 413, 415, 429),
    slows_guessing=True,
)


@post(
    "/v3/oauth/token/generate",
    name="generate-token",
    status_code=200,
    request_max_body_size=_BODY_BYTES_MAX,
    opt={"operation": GENERATE_TOKEN},
)
async def generate_token(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new token each call; earlier ones stay good until they expire."""
    require_json(request)
    try:
        credentials = _decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiError(
            400, f'the body must be JSON such as {{"key":"...","secret":"..."}}: {error}'
        ) from error
    key, secret = credentials.key, credentials.secret
    issued = await verified(
        context.guesses,
        request.scope,
        Named(CLIENT, key, secret),
        lambda: context.authenticator.issue_token(key, secret),
    )
    if issued is None:
        raise ApiError(401, "Failed to generate OAuth token")
    answer = TokenAnswer(TokenData(issued.access_token, issued.ttl_seconds))
    return Response(msgspec.json.encode(answer), status_code=200, media_type=MediaType.JSON)
