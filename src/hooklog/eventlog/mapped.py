"""What is known of an event beside its entry and record, for those who look for it (contract I.22).

An event that has no record still named its customer and sent attributes; and no record keeps the identifier as
it was sent. It is told once, when the event settles, by what held then.
"""

import msgspec

__all__ = ["Mapped", "SentIdentifier"]


class SentIdentifier(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An attribute that names a customer: its own name, the identifier's type and canonical value."""

    attribute: str
    type: str
    value: str


class Mapped(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The customer as sent and as resolved, and the mapped attributes as texts, as a record would show them.

    Where there is a record, `user_id` and `attributes` are the record's to tell and left out here.
    """

    identifiers: tuple[SentIdentifier, ...] = ()
    user_id: int | None = None
    attributes: dict[str, str] = {}
