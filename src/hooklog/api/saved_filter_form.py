"""A saved filter as it is sent."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from hooklog.api.bodies import shown, text_in, unknown_keys
from hooklog.api.context import parameters_in
from hooklog.api.envelope import ApiError, Notice
from hooklog.api.log_operations import filters_without, picked

__all__ = ["SavedFilterForm", "filter_name_in", "parse_saved_filter"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
_DESCRIPTION_CHARS_MAX = 500
_QUERY_CHARS_MAX = 4_000
_KEYS = ("name", "description", "query")
_SAVED = filters_without("limit", "cursor")


class SavedFilterForm(msgspec.Struct, frozen=True):
    """What was sent. `parameters` are those of `query`, which are still to be taken for a question."""

    name: str
    description: str
    query: str
    parameters: Mapping[str, list[str]]
    warnings: list[Notice]


def filter_name_in(body: Mapping[str, Any]) -> str:
    """The name that a body gives a filter.

    Raises:
        ApiError: 400 where it is none; it stands in URLs and on command lines.
    """
    name = body.get("name")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise ApiError(400, f"name is {shown(name)}; it must be 1 to 50 letters, digits, _ and -")
    return name


def parse_saved_filter(body: Mapping[str, Any], name: str) -> SavedFilterForm:
    """What a body says beside the name.

    Raises:
        ApiError: 400 where a part is no text or too long, or the query has a parameter that is no filter.
    """
    query = text_in(body, "query", chars_max=_QUERY_CHARS_MAX) or ""
    query = query.removeprefix("?")
    parameters = parameters_in(query)
    saved = picked(parameters, _SAVED)
    for parameter in parameters:
        if parameter not in saved:
            allowed = ", ".join(sorted(one.name for one in _SAVED))
            raise ApiError(400, f"query parameter {parameter!r} is no filter; allowed are {allowed}")
    if query and not parameters:
        raise ApiError(400, f"query is {shown(query)}; it must be as in a URL, such as status=EVENT_SUCCESS")
    return SavedFilterForm(
        name=name,
        description=text_in(body, "description", chars_max=_DESCRIPTION_CHARS_MAX) or "",
        query=query,
        parameters=parameters,
        warnings=unknown_keys(body, _KEYS),
    )
