"""What the OpenAPI document says of the directory's routes: all alike, all extensions, all for admins."""

from typing import Any, NamedTuple

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.directory_paging import LIMIT_DEFAULT, LIMIT_MAX
from hooklog.api.operation import Operation, Parameter, path, query

__all__ = ["PATH", "TAG", "answer_of", "changing", "creating", "importing", "listing", "reading", "removing"]

PATH = "/v2/directory"
TAG = "Directory"


class Remark(msgspec.Struct, frozen=True):
    """One warning."""

    message: str


class Nothing(msgspec.Struct, frozen=True):
    """It was done; there is nothing to show."""

    data: list[Any]
    warnings: list[Remark]
    errors: list[Any]


_PAGING = (
    query("limit", "At most so many.", kind=int, default=LIMIT_DEFAULT, minimum=1, maximum=LIMIT_MAX),
    query("after", "The place of the next page; take it from the Link header."),
)


class Shown(NamedTuple):
    """What an operation answers: the type of its envelope, and an example."""

    answer: Any
    answer_example: dict[str, Any]


def answer_of(example: msgspec.Struct) -> Shown:
    """The envelope around views of the example's kind."""
    view = type(example)
    envelope = msgspec.defstruct(
        f"{view.__name__}Answer",
        [("data", list[view]), ("warnings", list[Remark]), ("errors", list[Any])],  # type: ignore[valid-type]
        frozen=True,
    )
    return Shown(envelope, {"data": [msgspec.to_builtins(example)], "warnings": [], "errors": []})


def listing(what: str, answer: Shown, description: str = "", *filters: Parameter) -> Operation:
    """All of the org, page by page, or those that the filters find."""
    return Operation(
        id=f"list-{what}",
        summary=f"The org's {_words(what)}, page by page",
        description=description,
        parameters=(*filters, *_PAGING),
        **answer._asdict(),
        errors=(400,),
        has_pages=True,
        **_ALL,
    )


def reading(what: str, place: str, kind: type, answer: Shown) -> Operation:
    """One of them."""
    return Operation(
        id=f"get-{what}",
        summary=f"One {_words(what)}",
        parameters=(_at(place, kind),),
        **answer._asdict(),
        errors=(404,),
        **_ALL,
    )


def creating(
    what: str, body: type, answer: Shown, example: dict[str, Any], description: str = ""
) -> Operation:
    """A new one."""
    return Operation(
        id=f"create-{what}",
        summary=f"Create: {_words(what)}",
        description=description,
        body=body,
        body_example=example,
        **answer._asdict(),
        errors=(400, 409, 413, 415),
        **_ALL,
    )


def changing(
    what: str,
    place: str,
    kind: type,
    body: type,
    answer: Shown,
    example: dict[str, Any],
    description: str = "",
) -> Operation:
    """Another state of one of them."""
    return Operation(
        id=f"change-{what}",
        summary=f"Change: {_words(what)}",
        description=description,
        parameters=(_at(place, kind),),
        body=body,
        body_example=example,
        **answer._asdict(),
        errors=(400, 404, 409, 413, 415),
        **_ALL,
    )


def removing(what: str, place: str, kind: type, description: str) -> Operation:
    """One of them is no more."""
    return Operation(
        id=f"remove-{what}",
        summary=f"Remove: {_words(what)}",
        description=description,
        parameters=(_at(place, kind),),
        answer=Nothing,
        answer_example={"data": [], "warnings": [], "errors": []},
        errors=(404,),
        **_ALL,
    )


def importing(what: str, line: type, answer: Shown, description: str, example: dict[str, Any]) -> Operation:
    """Many of them, one a line."""
    return Operation(
        id=f"import-{what}",
        summary=f"Import many {what}, one a line",
        description=description,
        body=line,
        body_example=example,
        body_media_type="application/x-ndjson",
        **answer._asdict(),
        errors=(400, 408, 413, 415),
        **_ALL,
    )


def _at(place: str, kind: type) -> Parameter:
    return path(place, "Of the caller's org; any other is not found.", kind=kind)


def _words(what: str) -> str:
    return what.replace("-", " ")


_ALL: dict[str, Any] = {"tag": TAG, "scope": Scope.ADMIN, "is_extension": True}
