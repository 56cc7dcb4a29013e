"""What changed between the definition that judged an event and the one of today, setting by setting."""

from collections.abc import Iterator

import msgspec

from hooklog.catalog.base import Attribute, Catalog, Definition, EventMapping, Field
from hooklog.catalog.field_catalogue import with_defaults
from hooklog.catalog.mapping import WebEngageMapping

__all__ = ["Difference", "definition_then", "differences", "in_force_since_ms", "mapping_differences"]


class Difference(msgspec.Struct, frozen=True, rename={"now": "is"}):
    """One setting that differs; `field` None is the definition itself, None in `was` or `now` is not there at all.

    A field that came or went is told by its type alone.
    """

    field: str | None
    setting: str
    was: str | None
    now: str | None


def definition_then(catalog: Catalog, org_id: int, name: str, version: int, at_ms: int) -> Definition | None:
    """The definition as it stood at an instant (epoch milliseconds) in that version. May block on the disk.

    Publishing makes no new version, so where the definition stood in its life is told by the audit.
    """
    later = [
        change
        for change in catalog.audits(org_id, name)
        if isinstance(change.after, Definition) and change.at_ms > at_ms
    ]
    then = later[-1].before if later else catalog.definition(org_id, name)
    if isinstance(then, Definition) and then.version == version:
        return then
    return catalog.definition_version(org_id, name, version)


def in_force_since_ms(catalog: Catalog, definition: Definition) -> int | None:
    """When a version was made, epoch milliseconds; None where the audit does not reach so far. May block."""
    made = [
        change.at_ms
        for change in catalog.audits(definition.org_id, definition.name)
        if isinstance(change.after, Definition) and change.after.version == definition.version
    ]
    return made[-1] if made else None


def differences(then: Definition, today: Definition) -> list[Difference]:
    """What differs, in the order of the definition: itself first, then field by field."""
    return [*_of_itself(then, today), *_of_fields(then, today)]


def _of_itself(then: Definition, today: Definition) -> Iterator[Difference]:
    pairs = {
        "actions": (", ".join(then.actions), ", ".join(today.actions)),
        "status": (then.state, today.state),
        "label": (then.label, today.label),
        "description": (then.description, today.description),
    }
    before = [field.name for field in then.fields]
    after = [field.name for field in today.fields]
    # The order decides how the values of a unique key are joined.
    if set(before) == set(after):
        pairs["order of fields"] = (", ".join(before), ", ".join(after))
    for setting, (was, now) in pairs.items():
        if was != now:
            yield Difference(None, setting, was, now)


def _of_fields(then: Definition, today: Definition) -> Iterator[Difference]:
    before = {field.name: field for field in then.fields}
    after = {field.name: field for field in today.fields}
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            yield Difference(
                name, "type", None if was is None else was.type, None if now is None else now.type
            )
        else:
            yield from _of_field(was, now)


def _of_field(was: Field, now: Field) -> Iterator[Difference]:
    if was.type != now.type:
        yield Difference(was.name, "type", was.type, now.type)
    before, after = with_defaults(was).attributes, with_defaults(now).attributes
    for setting in dict.fromkeys([*before, *after]):
        texts = _text(before.get(setting)), _text(after.get(setting))
        if texts[0] != texts[1]:
            yield Difference(was.name, setting, *texts)


def _text(attribute: Attribute | None) -> str | None:
    if attribute is None:
        return None
    return attribute.value if attribute.values is None else ", ".join(attribute.values)


def mapping_differences(then: EventMapping | None, today: EventMapping | None) -> list[Difference]:
    """The same for the source's names: those of the event, then those of its fields."""
    was, now = ((mapping and mapping.web_engage) or WebEngageMapping() for mapping in (then, today))
    found = []
    if set(was.sources) != set(now.sources):
        names = (", ".join(one.sources) or None for one in (was, now))
        found.append(Difference(None, "source names", *names))
    before, after = ({one.name: one.source for one in mapping.fields} for mapping in (was, now))
    found += [
        Difference(name, "source name", before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    return found
