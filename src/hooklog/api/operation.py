"""What the OpenAPI document says of a route, kept beside the route itself."""

import enum
from typing import Literal

import msgspec

from hooklog.access.scopes import Scope

__all__ = ["Family", "Operation", "Parameter", "header", "path", "query"]


class Family(enum.StrEnum):
    """Which envelope an answer comes in (contract II.1.2)."""

    V2 = "v2"
    V3 = "v3"
    PUSH = "push"
    PLAIN = "plain"


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter as documented. `kind` is the type that its text stands for; `repeats` means alternatives."""

    name: str
    where: Literal["query", "path", "header"]
    description: str
    kind: type = str
    is_required: bool = False
    repeats: bool = False
    is_extension: bool = False
    default: object = None
    example: object = None
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. `answer` is the type of a success, `body` that of the request (of one line of it, for NDJSON).
    A request that may be JSON or NDJSON has `line` too.

    A success comes as `media_type`, or as one of the others where it is no JSON.

    `errors` are the HTTP statuses beside success; 400, 401, 403 and 429 (with a `scope`), 500 and 503 are always among
    them; `own_errors` are examples of those that do not come in the family's envelope. With `has_pages` the `Link`
    header of a success leads on. With `slows_guessing` too many wrong secrets are answered 429.
    """

    id: str
    summary: str
    tag: str
    description: str = ""
    family: Family = Family.V2
    scope: Scope | None = None
    parameters: tuple[Parameter, ...] = ()
    body: object = None
    body_example: object = None
    body_media_type: str = "application/json"
    line: object = None
    body_is_optional: bool = False
    answer: object = None
    answer_example: object = None
    success: int = 200
    errors: tuple[int, ...] = ()
    is_extension: bool = False
    media_type: str = "application/json"
    other_media_types: tuple[str, ...] = ()
    has_pages: bool = False
    slows_guessing: bool = False
    own_errors: dict[int, msgspec.Struct] = {}


def query(
    name: str,
    description: str,
    *,
    kind: type = str,
    required: bool = False,
    repeats: bool = False,
    extension: bool = False,
    default: object = None,
    example: object = None,
    choices: tuple[str, ...] = (),
    minimum: int | None = None,
    maximum: int | None = None,
) -> Parameter:
    """A parameter in the URL's query."""
    return Parameter(
        name=name,
        where="query",
        description=description,
        kind=kind,
        is_required=required,
        repeats=repeats,
        is_extension=extension,
        default=default,
        example=example,
        choices=choices,
        minimum=minimum,
        maximum=maximum,
    )


def path(name: str, description: str, *, kind: type = str, example: object = None) -> Parameter:
    """A parameter in the URL's path."""
    return Parameter(
        name=name, where="path", description=description, kind=kind, is_required=True, example=example
    )


def header(name: str, description: str, *, example: object = None) -> Parameter:
    """A request header."""
    return Parameter(name=name, where="header", description=description, example=example)
