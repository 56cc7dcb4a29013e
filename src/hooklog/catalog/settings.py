"""The catalog's settings: the documented limits that an operator can raise (contract I.8)."""

import msgspec

__all__ = ["ATTRIBUTE_NAME_CHARS_MAX", "CatalogSettings"]

ATTRIBUTE_NAME_CHARS_MAX = 50


class CatalogSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What an org may set up through the API; files given to `load` are not limited.

    An org has at most `published_events_max` published events and `filters_max` saved filters, an event at most
    `attributes_max` fields.
    """

    published_events_max: int = 10
    attributes_max: int = 20
    filters_max: int = 200
