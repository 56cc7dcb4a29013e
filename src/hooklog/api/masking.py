"""Which sensitive values a caller sees: all with `psi:read`, none without (contract I.7, I.24)."""

import msgspec

from hooklog.access.scopes import Caller, Scope
from hooklog.catalog.base import Catalog, Definition
from hooklog.catalog.mapping import source_names
from hooklog.directory.base import Directory
from hooklog.event import Entry, StageRecord
from hooklog.eventlog.base import Record
from hooklog.eventlog.masked import masked_entry, masked_record, masked_stages

__all__ = ["Mask", "mask_for", "told_psi"]


class Mask:
    """What to hide from one caller; made for each request, so that a mark set meanwhile holds at once."""

    def __init__(self, catalog: Catalog, directory: Directory) -> None:
        """Args: `catalog`: which names are marked; `directory`: which orgs are children."""
        self._catalog = catalog
        self._directory = directory
        self._names: dict[tuple[int, str | None], frozenset[str]] = {}

    def names(self, org_id: int, event_name: str | None) -> frozenset[str]:
        """The sensitive names for events of a name, the sources' names for them too.

        Where no definition is known, those of all events of the org and its children.
        """
        key = org_id, event_name
        if key not in self._names:
            definition = None if event_name is None else self._catalog.definition(org_id, event_name)
            self._names[key] = (
                self._names_of_family(org_id) if definition is None else self._names_of(definition)
            )
        return self._names[key]

    def _names_of_family(self, org_id: int) -> frozenset[str]:
        orgs = [org_id, *(child.id for child in self._directory.children(org_id))]
        return frozenset(
            name
            for one in orgs
            for definition in self._catalog.definitions(one)
            for name in self._names_of(definition)
        )

    def _names_of(self, definition: Definition) -> frozenset[str]:
        """Its fields' own names, and every name that a WebEngage source has or had for them (contract I.24)."""
        names = definition.ever_psi
        if not names:
            return names
        org = self._directory.org(definition.org_id)
        # What a child lacks is mapped by its parent, whose webhook it came by.
        orgs = [definition.org_id, *([] if org is None else [org.parent_org_id])]
        mappings = [self._catalog.mapping(one).of_event.get(definition.name) for one in orgs]
        declared = definition.field_names | names
        return names.union(*(source_names(one, names, declared) for one in mappings if one is not None))

    def entry(self, entry: Entry, stages: tuple[StageRecord, ...]) -> Entry:
        """The entry without sensitive values; `stages` tell which field's value a message holds."""
        return masked_entry(entry, stages, self.names(entry.org_id, entry.event_name))

    def stages(self, entry: Entry, stages: tuple[StageRecord, ...]) -> tuple[StageRecord, ...]:
        """The timeline without sensitive values."""
        return masked_stages(stages, self.names(entry.org_id, entry.event_name))

    def record(self, entry: Entry, record: Record) -> Record:
        """The record without sensitive values; which names are sensitive stays told."""
        return masked_record(record, self.names(entry.org_id, entry.event_name))


def mask_for(caller: Caller, catalog: Catalog, directory: Directory) -> Mask | None:
    """The mask for a caller; None for one who may see all."""
    return None if caller.may(Scope.PSI_READ) else Mask(catalog, directory)


def told_psi(catalog: Catalog, entry: Entry, record: Record) -> Record:
    """The record with all its sensitive names told, whoever asks: those of the version that judged the event, then
    those marked since (contract I.24, II.15).
    """
    definition = catalog.definition(entry.org_id, entry.event_name or "")
    if definition is None:
        return record
    declared = [field.name for field in definition.fields if field.name in definition.ever_psi]
    names = dict.fromkeys([*record.psi, *declared, *definition.former_psi])
    return msgspec.structs.replace(record, psi=tuple(names))
