"""The catalog's promise: definitions and webhooks, read from memory, changed durably.

A change that returned holds for every push accepted afterwards, in every process: readers call `refresh` once a
batch (or once a request) and it notices what another process committed (contract I.9).
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

__all__ = [
    "EI_CONSUMER",
    "EMF_CONSUMER",
    "Attribute",
    "Catalog",
    "Definition",
    "Field",
    "PublishState",
    "Webhook",
    "psi_names",
]

EI_CONSUMER = "EIConsumer"
EMF_CONSUMER = "EMFConsumer"
_PSI_TYPES = frozenset({"string", "double", "enum"})


class PublishState:
    """Where a definition stands in its life (contract I.9); the texts are on the wire."""

    UNPUBLISHED = "UNPUBLISHED"
    PUBLISHED = "PUBLISHED"
    DISABLED = "DISABLED"


class Attribute(msgspec.Struct, frozen=True, rename={"value_type": "valueType"}, omit_defaults=True):
    """One setting of a field as documented: `value` is text also for booleans, `values` serves LIST."""

    value: str | None = None
    value_type: str = ""
    values: tuple[str, ...] | None = None


class Field(msgspec.Struct, frozen=True):
    """One declared attribute of an event. `type` is the documented lower-camel name, e.g. `productSku`."""

    name: str
    type: str
    attributes: dict[str, Attribute] = {}

    def text(self, attribute: str, default: str = "") -> str:
        """The attribute's value, or `default` where it is left out or has none."""
        found = self.attributes.get(attribute)
        return default if found is None or found.value is None else found.value

    def flag(self, attribute: str, default: bool = False) -> bool:
        """The attribute read as a boolean, whatever its case."""
        return self.text(attribute, str(default)).lower() == "true"

    @property
    def is_required(self) -> bool:
        """Left out means true, for every type (contract I.21)."""
        return self.flag("isRequired", default=True)


class Definition(msgspec.Struct, frozen=True):
    """One version of an event's definition. Versions count from 1 and are kept for ever."""

    org_id: int
    name: str
    version: int
    actions: tuple[str, ...]
    fields: tuple[Field, ...]
    state: str = PublishState.UNPUBLISHED
    is_verified: bool = False
    label: str = ""
    description: str = ""

    def field_of_type(self, field_type: str) -> Field | None:
        """The first field of a type (there is one customer field and at most one groupId that matters)."""
        return next((field for field in self.fields if field.type == field_type), None)


def psi_names(fields: Sequence[Field]) -> frozenset[str]:
    """The names of the fields that are marked sensitive; only some types can be (contract II.4.1)."""
    return frozenset(field.name for field in fields if field.type in _PSI_TYPES and field.flag("isPsiData"))


class Webhook(msgspec.Struct, frozen=True):
    """A URL that takes pushes. `id` is 32 hex digits."""

    org_id: int
    id: str
    transformer: str
    till_code: str
    auth_enabled: bool = False
    auth_mechanism: str = ""
    uniqueness_check_enabled: bool = False
    listen_to_child_events: bool = False
    is_disabled: bool = False


class Catalog(Protocol):
    """Reads never block on the disk once warm, writes block until durable. Both may be repeated."""

    def refresh(self) -> bool:
        """Notice what another process committed; True when something had changed."""

    def webhook(self, webhook_id: str) -> Webhook | None:
        """The webhook, also a disabled one."""

    def definition(self, org_id: int, name: str) -> Definition | None:
        """The newest version by its exact name, also a disabled one."""

    def definition_version(self, org_id: int, name: str, version: int) -> Definition | None:
        """A version as it was judged by."""

    def definitions(self, org_id: int) -> list[Definition]:
        """The newest version of each of the org's definitions, by name, disabled ones too."""

    def put_definition(self, definition: Definition) -> Definition:
        """Store as the next version unless nothing differs from the newest; returns what is stored.

        The given `version` is ignored. The state may be set directly (for `load`), but a disabled definition
        stays disabled.
        """

    def put_webhook(self, webhook: Webhook) -> Webhook:
        """Store or replace; a disabled webhook stays disabled, and uniqueness stays on once it is on."""

    def disable_webhook(self, webhook_id: str) -> None:
        """Turn off for good; nothing happens when it is off or unknown."""

    def disable_definition(self, org_id: int, name: str) -> None:
        """Turn off for good; nothing happens when it is off or unknown."""

    def mark_verified(self, org_id: int, name: str, version: int) -> None:
        """Note the first success of that version. Makes no new version; may be repeated."""

    def close(self) -> None:
        """Let go of the storage."""
