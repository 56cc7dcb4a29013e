"""An event's definition: its fields with their settings, what it triggers, where it stands in its life.

Plain values; every version of a definition is kept, so that an entry can always be explained by the version that
judged it.
"""

from collections.abc import Sequence

import msgspec

__all__ = [
    "EI_CONSUMER",
    "EMF_CONSUMER",
    "PSI_TYPES",
    "Attribute",
    "Definition",
    "Field",
    "PublishState",
    "psi_names",
]

EI_CONSUMER = "EIConsumer"
EMF_CONSUMER = "EMFConsumer"
PSI_TYPES = frozenset({"string", "double", "enum"})
"""The only types whose fields can be marked sensitive (contract II.4.1)."""


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
    """One version of an event's definition. Versions count from 1 and are kept for ever.

    `created_ms` is when the first version was made, in epoch milliseconds; 0 where a file set it up. `former_psi`
    are names that an earlier version marked as sensitive and this one does not, or does not have.
    """

    org_id: int
    name: str
    version: int
    actions: tuple[str, ...]
    fields: tuple[Field, ...]
    state: str = PublishState.UNPUBLISHED
    is_verified: bool = False
    label: str = ""
    description: str = ""
    is_standard: bool = False
    created_ms: int = 0
    former_psi: tuple[str, ...] = ()

    def field_of_type(self, field_type: str) -> Field | None:
        """The first field of a type (the first customer field and the first groupId are the ones that matter)."""
        return next((field for field in self.fields if field.type == field_type), None)

    @property
    def field_names(self) -> frozenset[str]:
        """The names of all declared fields."""
        return frozenset(field.name for field in self.fields)

    @property
    def ever_psi(self) -> frozenset[str]:
        """The names that any version up to this one marked as sensitive: what was once hidden stays hidden."""
        return psi_names(self.fields).union(self.former_psi)


def psi_names(fields: Sequence[Field]) -> frozenset[str]:
    """The names of the fields that are marked sensitive; only some types can be (contract II.4.1)."""
    return frozenset(field.name for field in fields if field.type in PSI_TYPES and field.flag("isPsiData"))
