"""`POST /v3/oauth/token/generate`: a client's key and secret for a token (contract II.2.2)."""

import msgspec
from litestar import Response, post
from litestar.enums import MediaType

from hooklog.api.context import AnyRequest, Context
from hooklog.api.envelope import ApiError

__all__ = ["generate_token"]

_BODY_BYTES_MAX = 16 * 1024


class _Credentials(msgspec.Struct, frozen=True):
    key: str
    secret: str


_decode = msgspec.json.Decoder(_Credentials).decode


@post(
    "/v3/oauth/token/generate", name="generate-token", status_code=200, request_max_body_size=_BODY_BYTES_MAX
)
async def generate_token(request: AnyRequest, context: Context) -> Response[bytes]:
    """A new token each call; earlier ones stay good until they expire."""
    try:
        credentials = _decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiError(
            400, f'the body must be JSON such as {{"key":"...","secret":"..."}}: {error}'
        ) from error
    issued = await context.authenticator.issue_token(credentials.key, credentials.secret)
    if issued is None:
        raise ApiError(401, "Failed to generate OAuth token")
    body = {"data": {"accessToken": issued.access_token, "ttlSeconds": issued.ttl_seconds}, "errors": None}
    return Response(msgspec.json.encode(body), status_code=200, media_type=MediaType.JSON)
