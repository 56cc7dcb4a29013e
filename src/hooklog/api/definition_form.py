"""A definition as it is sent to be created or replaced (contract I.8, II.4.1, II.4.2)."""

import re
from typing import Any

import msgspec

from hooklog.api.bodies import shown, text_in, unknown_keys
from hooklog.api.envelope import ApiError, Notice, warning
from hooklog.api.field_form import parse_fields
from hooklog.catalog.definition import EI_CONSUMER, EMF_CONSUMER, Field
from hooklog.catalog.settings import CatalogSettings

__all__ = ["DefinitionForm", "event_name_in", "parse_definition"]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
_ACTIONS = (EI_CONSUMER, EMF_CONSUMER)
_LABEL_CHARS_MAX = 200
_DESCRIPTION_CHARS_MAX = 2_000
_KEYS = ("eventName", "actions", "fields", "label", "description")


class DefinitionForm(msgspec.Struct, frozen=True):
    """What was sent, found good; defaults are filled in. `warnings` are for the answer."""

    name: str
    actions: tuple[str, ...]
    fields: tuple[Field, ...]
    label: str
    description: str
    warnings: list[Notice]


def parse_definition(
    body: dict[str, Any], name: str, limits: CatalogSettings, known: tuple[Field, ...] = ()
) -> DefinitionForm:
    """What the body says beside the name.

    Args:
        body: as sent.
        name: the event's, see `event_name_in`.
        limits: of the installation.
        known: the fields that the event has already.

    Raises:
        ApiError: 400 with code 1810 (actions), 1823 (field types) or 1802 (the rest of the fields).
    """
    actions = _actions(body.get("actions"), name)
    fields = parse_fields(body.get("fields"), limits.attributes_max, known)
    return DefinitionForm(
        name=name,
        actions=actions,
        fields=fields,
        label=text_in(body, "label", chars_max=_LABEL_CHARS_MAX) or "",
        description=text_in(body, "description", chars_max=_DESCRIPTION_CHARS_MAX) or "",
        warnings=[*unknown_keys(body, _KEYS), *_idle_customers(fields)],
    )


def event_name_in(body: dict[str, Any], *, is_new: bool) -> str:
    """The event that a body names; a new one is never rewritten (contract I.8).

    Raises:
        ApiError: 400 with code 1811 where it is no text, or no name for a new event.
    """
    name = body.get("eventName")
    if not isinstance(name, str) or not name or (is_new and _NAME.fullmatch(name) is None):
        allowed = "allowed are 1 to 50 letters, digits, _ and -"
        raise ApiError(400, f"event name invalid: eventName is {shown(name)}; {allowed}", code=1811)
    return name


def _idle_customers(fields: tuple[Field, ...]) -> list[Notice]:
    """An event is about one customer; further fields of that type are taken, as the documents forbid none."""
    first, *others = [field.name for field in fields if field.type == "customer"]
    return [
        warning(
            f"the customer is found by {shown(first)} alone; {shown(name)} is a customer field too and is ignored"
        )
        for name in others
    ]


def _actions(raw: object, name: str) -> tuple[str, ...]:
    actions = raw if isinstance(raw, list) else []
    if not actions or not all(isinstance(one, str) and one in _ACTIONS for one in actions):
        raise ApiError(
            400,
            f"Event_{name} event actions invalid: actions is {shown(raw)}; "
            f"allowed is a list of {' and '.join(_ACTIONS)}",
            code=1810,
        )
    return tuple(dict.fromkeys(actions))
