"""An adapter mapping as it is sent (contract I.30, II.6)."""

from typing import Any

import msgspec

from hooklog.api.bodies import shown, unknown_keys
from hooklog.api.envelope import ApiError, Notice
from hooklog.catalog.mapping import (
    DEFAULT_TRANSFORMER,
    WEB_ENGAGE_TRANSFORMER,
    FieldMapping,
    transformer_kind,
)

__all__ = ["MappingForm", "parse_mapping", "transformer_in"]

_NAME_KEY = "event_name"
_NAME_CHARS_MAX = 200
_ENTRIES_MAX = 500
_KEYS = ("transformerType", "eventsMapped", "webEngageTransformerData")


class MappingForm(msgspec.Struct, frozen=True):
    """What was sent, found good. `event_of` says which event a source name means; `fields` are by event."""

    default_events: tuple[str, ...]
    event_of: dict[str, str]
    fields: dict[str, tuple[FieldMapping, ...]]
    warnings: list[Notice]

    @property
    def events(self) -> tuple[str, ...]:
        """Every event that is named, each once."""
        return tuple(dict.fromkeys([*self.default_events, *self.event_of.values(), *self.fields]))


def transformer_in(body: dict[str, Any]) -> str:
    """The transformer that a body names, as it is spelt there.

    Raises:
        ApiError: 400 with code 1808 where there is none of that name.
    """
    text = body.get("transformerType")
    if not isinstance(text, str) or transformer_kind(text) is None:
        raise ApiError(
            400,
            f"customer event transformer not present: transformerType is {shown(text)}; "
            f"allowed are {DEFAULT_TRANSFORMER} and {WEB_ENGAGE_TRANSFORMER}, in any case",
            code=1808,
        )
    return text


def parse_mapping(body: dict[str, Any]) -> MappingForm:
    """What the body says.

    Raises:
        ApiError: 400, with code 1808 for an unknown transformer; the message says where.
    """
    warnings = unknown_keys(body, _KEYS)
    if transformer_kind(transformer_in(body)) == DEFAULT_TRANSFORMER:
        return MappingForm(_events_mapped(body.get("eventsMapped")), {}, {}, warnings)
    data = _object(body.get("webEngageTransformerData"), "webEngageTransformerData")
    form = MappingForm(
        (),
        _event_of(data.get("eventMapper"), "webEngageTransformerData.eventMapper"),
        _fields(data.get("eventFieldMapper"), "webEngageTransformerData.eventFieldMapper"),
        warnings,
    )
    if not form.events:
        raise ApiError(
            400, "webEngageTransformerData maps nothing; give eventMapper, eventFieldMapper or both"
        )
    return form


def _events_mapped(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list) or not raw or not all(isinstance(one, str) for one in raw):
        raise ApiError(400, f"eventsMapped is {shown(raw)}; it must be a list of the names of events")
    return tuple(dict.fromkeys(raw))


def _event_of(raw: object, where: str) -> dict[str, str]:
    if raw is None:
        return {}
    mapper = _object(raw, where)
    for key in ("fieldName", "eventFieldName"):
        if mapper.get(key) not in (None, "", _NAME_KEY):
            raise ApiError(
                400, f"{where}.{key} is {shown(mapper[key])}; the event's name is always in {_NAME_KEY}"
            )
    value_map = _object(mapper.get("valueMap"), f"{where}.valueMap")
    return {
        _name(source, f"a key of {where}.valueMap"): _name(name, f"{where}.valueMap.{source}")
        for source, name in value_map.items()
    }


def _fields(raw: object, where: str) -> dict[str, tuple[FieldMapping, ...]]:
    if raw is None:
        return {}
    return {
        name: _field_mappings(entries, f"{where}.{name}") for name, entries in _object(raw, where).items()
    }


def _field_mappings(raw: object, where: str) -> tuple[FieldMapping, ...]:
    if not isinstance(raw, list) or len(raw) > _ENTRIES_MAX:
        raise ApiError(400, f"{where} is {shown(raw)}; it must be a list of at most {_ENTRIES_MAX} objects")
    found: dict[str, FieldMapping] = {}
    for place, one in enumerate(raw):
        at = f"{where}[{place}]"
        entry = _object(one, at)
        name = _name(entry.get("eventFieldName"), f"{at}.eventFieldName")
        # An older form of the documented body calls it by its source; left out, both sides have one name.
        source = entry.get("fieldName") or entry.get("webEngageFieldName") or name
        if name in found:
            raise ApiError(400, f"{at}.eventFieldName is {shown(name)}, which is mapped twice")
        found[name] = FieldMapping(name, _name(source, f"{at}.fieldName"))
    return tuple(found.values())


def _object(raw: object, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict) or len(raw) > _ENTRIES_MAX:
        raise ApiError(400, f"{where} is {shown(raw)}; it must be an object with at most {_ENTRIES_MAX} keys")
    return raw


def _name(raw: object, where: str) -> str:
    if not isinstance(raw, str) or not 1 <= len(raw) <= _NAME_CHARS_MAX:
        raise ApiError(
            400, f"{where} is {shown(raw)}; it must be a text of 1 to {_NAME_CHARS_MAX} characters"
        )
    return raw
