"""Who makes a change and for whom, as every audit tells it."""

import uuid
from typing import Final

import msgspec

__all__ = ["OPERATOR", "Attribution", "Author", "operator"]

# Who works on the data folder itself needs no credentials, so there is no name to tell.
OPERATOR: Final = "operator"


class Attribution(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom a call acts for. `till_code` is "" for no till; the other texts are as sent, "" if missing."""

    till_code: str
    entity_type: str = ""
    entity_code: str = ""
    lookup_type: str = ""
    lookup: str = ""


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who made a change: `kind` and `name` as in a Caller, and the 32 hex digits of the request.

    `acts_for` is None where that is all there is to tell, and in audits from before it was kept.
    """

    kind: str
    name: str
    request_id: str
    acts_for: Attribution | None = None


def operator() -> Author:
    """Whoever runs a command on the data folder itself, with a new request id."""
    return Author(OPERATOR, OPERATOR, uuid.uuid4().hex)
