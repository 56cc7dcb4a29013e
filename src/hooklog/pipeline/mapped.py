"""What an event said of its customer and attributes, kept for those who look for it (contract I.22).

Promise: computes only, never fails, and says the same however often an event is judged.
"""

from collections.abc import Mapping

from hooklog.catalog.base import Catalog
from hooklog.directory.identifier import IDENTIFIER_TYPES, canonical
from hooklog.eventlog.mapped import Mapped, SentIdentifier
from hooklog.eventlog.record import RESERVED
from hooklog.pipeline.field_types import as_text
from hooklog.pipeline.fields import RESERVED_NAMES
from hooklog.pipeline.stage import Work, as_sent

__all__ = ["likely_identifiers", "mapped_of", "sent_identifier"]

# Nobody looks for more than this.
IDENTIFIERS_MAX = 8
IDENTIFIER_CHARACTERS_MAX = 1_000

_TYPE_OF_NAME = {spelling.lower(): spelling for spelling in IDENTIFIER_TYPES}


def mapped_of(work: Work) -> Mapped | None:
    """What neither the entry nor the record of an event at its end tells; None where there is nothing."""
    identifiers = work.identifiers
    if identifiers and work.record is not None:
        return Mapped(identifiers)  # As nearly all events end.
    customer = work.plan.customer
    if not identifiers and customer is not None:
        found = sent_identifier(customer.name, customer.kind, work.attributes.get(customer.name))
        identifiers = () if found is None else (found,)
    if work.record is not None:
        return Mapped(identifiers) if identifiers else None
    attributes = _shown(work)
    if not identifiers and not attributes and work.user_id is None:
        return None
    return Mapped(identifiers, work.user_id, attributes)


def likely_identifiers(
    catalog: Catalog, org_id: int, attributes: Mapping[str, object]
) -> tuple[SentIdentifier, ...]:
    """The identifiers of an event that no definition judges, so that its customer can still be asked for.

    An attribute counts that is called like an identifier type, or like the customer field of an event of the org.
    """
    types = {name.lower(): name for name in attributes}
    likely = [(types[name], kind) for name, kind in _TYPE_OF_NAME.items() if name in types]
    for definition in catalog.definitions(org_id):
        field = definition.field_of_type("customer")
        if field is not None and field.name in attributes:
            likely.append((field.name, field.text("identifierType", "mobile")))
    found = (sent_identifier(name, kind, attributes[name]) for name, kind in dict.fromkeys(likely))
    return tuple(dict.fromkeys(one for one in found if one is not None))[:IDENTIFIERS_MAX]


def sent_identifier(name: str, identifier_type: str, value: object) -> SentIdentifier | None:
    """What an attribute names a customer by; None where it has no value (contract I.21), or an endless one."""
    if value is None or value == "":
        return None
    text = as_sent(value)
    if len(text) > IDENTIFIER_CHARACTERS_MAX:
        return None
    identifier = canonical(identifier_type, text)
    return SentIdentifier(name, identifier.type, identifier.value)


def _shown(work: Work) -> dict[str, str]:
    """The mapped attributes as texts: as they were judged where they were, else plainly."""
    shown: dict[str, str] = {}
    for name, value in work.attributes.items():
        if name in RESERVED or name in RESERVED_NAMES or value is None or value == "":
            continue
        text = work.stored.get(name) or as_text(name, value)
        if isinstance(text, str):
            shown[name] = text
    return shown
