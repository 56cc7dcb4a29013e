"""Adapter mappings: from a source's names to our own (contract I.30, II.6). Pure: nothing here does I/O.

A mapping belongs to an org and an event; a source name means one event of its org. Names that a mapping had
before are remembered, because what was received under them may be sensitive (contract I.24).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

__all__ = [
    "DEFAULT_TRANSFORMER",
    "NAME_KEY",
    "RESOLVER_KEY",
    "WEB_ENGAGE_TRANSFORMER",
    "EventMapping",
    "FieldMapping",
    "OrgMapping",
    "WebEngageMapping",
    "map_payload",
    "mapped_form",
    "merge_fields",
    "org_mapping",
    "own_name",
    "source_names",
    "transformer_kind",
]

DEFAULT_TRANSFORMER: Final = "defaultTransformer"
WEB_ENGAGE_TRANSFORMER: Final = "webEngageTransformer"
# Names in a payload that are not attributes.
NAME_KEY: Final = "event_name"
RESOLVER_KEY: Final = "orgResolver"
_KINDS = {kind.lower(): kind for kind in (DEFAULT_TRANSFORMER, WEB_ENGAGE_TRANSFORMER)}


# The documented mappings misspell these two, the documented fields do not; both are understood (contract II.5).
_FIELD_SPELLINGS = {"productCateogry": "productCategory"}
_SOURCE_SPELLINGS = {"Cateogry": "Category", "Category": "Cateogry"}


class FieldMapping(msgspec.Struct, frozen=True):
    """`source` is the attribute's name in what is pushed, `name` our own."""

    name: str
    source: str


class WebEngageMapping(msgspec.Struct, frozen=True):
    """The source's names for one event and its attributes; `former` are field mappings that were replaced."""

    sources: tuple[str, ...] = ()
    fields: tuple[FieldMapping, ...] = ()
    former: tuple[FieldMapping, ...] = ()


class EventMapping(msgspec.Struct, frozen=True):
    """What an org posted for one of its events; None and False until something was."""

    org_id: int
    event_name: str
    is_default: bool = False
    web_engage: WebEngageMapping | None = None


class OrgMapping(msgspec.Struct, frozen=True):
    """All mappings of an org, made ready: by event, and which event a source name means."""

    of_event: Mapping[str, EventMapping]
    event_of: Mapping[str, str]

    @property
    def default_events(self) -> tuple[str, ...]:
        """The events that the default mapping names, in the order of their names."""
        return tuple(name for name, mapping in self.of_event.items() if mapping.is_default)

    def fields(self, event_name: str) -> tuple[FieldMapping, ...]:
        """The field mappings of an event."""
        mapping = self.of_event.get(event_name)
        return () if mapping is None or mapping.web_engage is None else mapping.web_engage.fields


def transformer_kind(text: str) -> str | None:
    """The transformer that a text in any case names; None where there is none of that name."""
    return _KINDS.get(text.lower())


def org_mapping(mappings: Iterable[EventMapping]) -> OrgMapping:
    """The mappings of one org, made ready."""
    ordered = sorted(mappings, key=lambda mapping: mapping.event_name)
    return OrgMapping(
        {mapping.event_name: mapping for mapping in ordered},
        {
            source: mapping.event_name
            for mapping in ordered
            if mapping.web_engage is not None
            for source in mapping.web_engage.sources
        },
    )


def merge_fields(
    known: WebEngageMapping, posted: Sequence[FieldMapping], declared: frozenset[str]
) -> WebEngageMapping:
    """Posted names replace those of the same fields; others stay, and what was replaced is remembered.

    A field counts as one in either spelling, so that the standard mapping of `productCateogry` gives way to one
    of `productCategory`. `declared` are the names of the event's fields.
    """
    fields = {own_name(one.name, declared): one for one in (*known.fields, *posted)}
    merged = tuple(fields.values())
    former = dict.fromkeys([*known.former, *known.fields])
    return msgspec.structs.replace(
        known, fields=merged, former=tuple(one for one in former if one not in merged)
    )


def mapped_form(
    payload: Mapping[str, object], kind: str, fields: Sequence[FieldMapping], declared: frozenset[str]
) -> dict[str, object]:
    """What an event says under our own names, whichever transformer (`kind`) it comes by; the rest as `map_payload`."""
    attributes = dict(payload)
    attributes.pop(NAME_KEY, None)
    attributes.pop(RESOLVER_KEY, None)
    return map_payload(attributes, fields, declared) if kind == WEB_ENGAGE_TRANSFORMER else attributes


def map_payload(
    payload: Mapping[str, object], fields: Sequence[FieldMapping], declared: frozenset[str]
) -> dict[str, object]:
    """The attributes of a push under our own names; changes nothing and never fails.

    A mapped name wins over an unmapped one that equals the field's own name, unless it has no value. What is
    not mapped keeps its name.

    Args:
        payload: what was pushed, without the names that are no attributes.
        fields: the event's field mappings.
        declared: the names of the fields that the event's definition has.
    """
    mapped: dict[str, object] = {}
    used = set()
    sources = {one.source for one in fields}
    for one in fields:
        source = _source_in(payload, one.source, sources)
        if source is not None:
            used.add(source)
            _fill(mapped, own_name(one.name, declared), payload[source])
    for name, value in payload.items():
        if name not in used:
            _fill(mapped, own_name(name, declared), value)
    return mapped


def source_names(mapping: EventMapping, names: frozenset[str], declared: frozenset[str]) -> frozenset[str]:
    """Every name under which these fields' values are or ever were pushed, beside their own."""
    web_engage = mapping.web_engage
    if web_engage is None:
        return frozenset()
    sources = {
        one.source
        for one in (*web_engage.fields, *web_engage.former)
        if own_name(one.name, declared) in names
    }
    respelt = {_SOURCE_SPELLINGS[source] for source in sources if source in _SOURCE_SPELLINGS}
    misspelt = {wrong for wrong, right in _FIELD_SPELLINGS.items() if right in names}
    return frozenset(sources | respelt | misspelt)


def _fill(mapped: dict[str, object], name: str, value: object) -> None:
    """The first value counts; null and "" are none (contract I.21)."""
    present = mapped.get(name)
    if name not in mapped or ((present is None or present == "") and value is not None):
        mapped[name] = value


def own_name(name: str, declared: frozenset[str]) -> str:
    """The field that a mapping's name or an unmapped source name means; `declared` are the fields that there are."""
    right = _FIELD_SPELLINGS.get(name)
    return right if right in declared and name not in declared else name


def _source_in(payload: Mapping[str, object], source: str, sources: set[str]) -> str | None:
    """The name under which a source's value was sent; its other spelling counts where nothing else has it."""
    if source in payload:
        return source
    other = _SOURCE_SPELLINGS.get(source)
    return other if other in payload and other not in sources else None
