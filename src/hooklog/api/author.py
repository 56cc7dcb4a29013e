"""Who changes something, and the answer that tells the change's request id."""

import uuid
from collections.abc import Sequence

import msgspec
from litestar import Response
from litestar.enums import MediaType

from hooklog.access.scopes import Caller
from hooklog.api.envelope import Notice, success
from hooklog.author import Author

__all__ = ["Done", "author_of", "changed", "done", "shaped"]


class Done(msgspec.Struct, frozen=True):
    """A change that was made (contract II.1.2)."""

    warnings: Sequence[Notice] = ()
    errors: Sequence[Notice] = ()


def author_of(caller: Caller) -> Author:
    """The author of one request's changes, with a new request id."""
    return Author(caller.kind, caller.name, uuid.uuid4().hex, caller.acts_for)


def done(author: Author, warnings: Sequence[Notice] = ()) -> Response[bytes]:
    """200 of a change; the header names it as the audit does (contract II.3)."""
    return shaped(Done(warnings), author)


def changed(author: Author, data: Sequence[object], warnings: Sequence[Notice] = ()) -> Response[bytes]:
    """200 of a change that shows what came of it; the header names it as the audit does."""
    return success(data, warnings, {"x-cap-request-id": author.request_id})


def shaped(body: msgspec.Struct, author: Author | None = None) -> Response[bytes]:
    """200 with a body that is not in the usual envelope."""
    headers = None if author is None else {"x-cap-request-id": author.request_id}
    return Response(msgspec.json.encode(body), status_code=200, media_type=MediaType.JSON, headers=headers)
