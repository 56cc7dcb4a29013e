"""What may become of a definition that is there already (contract I.9, I.31, II.4.2). Pure.

Each rule says why a change must not be, "" where it may.
"""

from hooklog.catalog.definition import Attribute, Definition, Field, PublishState
from hooklog.catalog.field_catalogue import with_defaults
from hooklog.catalog.standard_events import standard_events

__all__ = ["is_same_field", "why_not_update"]

_PSI = "isPsiData"


def why_not_update(newest: Definition, fields: tuple[Field, ...]) -> str:
    """Why these fields must not replace those of the newest version.

    Args:
        newest: of an event that is not disabled.
        fields: all of them, defaults filled in.
    """
    before = {field.name: with_defaults(field) for field in newest.fields}
    after = {field.name: field for field in fields}
    for name, field in before.items():
        is_unique = name in after and after[name].flag("isUniqueKeyField")
        if field.flag("isUniqueKeyField") and not is_unique:
            return f"field {name!r} is part of the unique key, which cannot be withdrawn"
    if newest.state == PublishState.PUBLISHED:
        return _why_frozen(before, after)
    if newest.is_standard:
        return _why_not_standard(newest.name, after)
    return ""


def _why_frozen(before: dict[str, Field], after: dict[str, Field]) -> str:
    """After publishing, sensitive marks may be added and nothing else."""
    if list(before) != list(after):
        names = ", ".join(before)
        return f"the event is published, so its fields must stay as they are, in this order: {names}"
    for name, field in before.items():
        if not is_same_field(field, after[name]):
            return f"the event is published, so field {name!r} must stay as it is; only isPsiData can be set"
    return ""


def _why_not_standard(event_name: str, after: dict[str, Field]) -> str:
    """A standard event keeps its standard fields; beside them the org may have its own."""
    standard = standard_events().get(event_name)
    for field in () if standard is None else standard.fields:
        if field.name not in after or after[field.name].type != field.type:
            return f"field {field.name!r} belongs to the standard event and must stay, with the type {field.type}"
    return ""


def is_same_field(before: Field, after: Field) -> bool:
    """Whether two fields judge alike; a sensitive mark may be added, spelling and case of settings may differ."""
    marked = after.flag(_PSI) and not before.flag(_PSI)
    names = {*before.attributes, *after.attributes} - ({_PSI} if marked else set())
    return before.type == after.type and all(
        _meaning(name, before.attributes.get(name)) == _meaning(name, after.attributes.get(name))
        for name in names
    )


def _meaning(name: str, attribute: Attribute | None) -> tuple[str, tuple[str, ...]]:
    """What counts of an attribute: not the spelling of its type, nor the case of a boolean or enum."""
    if attribute is None:
        return "", ()
    text = attribute.value or ""
    return text if name in {"regex", "accountId"} else text.lower(), attribute.values or ()
