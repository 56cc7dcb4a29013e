"""Who makes a change, as every audit tells it."""

import uuid
from typing import Final

import msgspec

__all__ = ["OPERATOR", "Author", "operator"]

# Who works on the data folder itself needs no credentials, so there is no name to tell.
OPERATOR: Final = "operator"


class Author(msgspec.Struct, frozen=True):
    """Who made a change: `kind` and `name` as in a Caller, and the 32 hex digits of the request."""

    kind: str
    name: str
    request_id: str


def operator() -> Author:
    """Whoever runs a command on the data folder itself, with a new request id."""
    return Author(OPERATOR, OPERATOR, uuid.uuid4().hex)
