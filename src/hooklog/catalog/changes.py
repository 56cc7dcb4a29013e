"""One transaction on the catalog: what it reads, what it writes, and the audit that goes with it.

The same for every backend, which gives the state to begin with and keeps durably what was written. Nothing is
written where nothing differs, so doing a thing again leaves no second audit item.
"""

from collections.abc import Mapping, Sequence

import msgspec

from hooklog.author import OPERATOR
from hooklog.catalog.audit import Author, Change, ChangeKind, Subject
from hooklog.catalog.definition import Definition, PublishState
from hooklog.catalog.mapping import EventMapping, FieldMapping, OrgMapping, WebEngageMapping, merge_fields
from hooklog.catalog.merge import merge_definition, merge_webhook
from hooklog.catalog.saved_filter import SavedFilter
from hooklog.catalog.state import CatalogState
from hooklog.catalog.webhook import Webhook

__all__ = ["Changes"]


class Changes:
    """Reads see what this transaction wrote already. Not for use after its end."""

    def __init__(self, state: CatalogState, by: Author | None, at_ms: int) -> None:
        """Args: `state`: the truth to begin with; `by`: who changes it; `at_ms`: epoch milliseconds."""
        self.state = state
        self.written: list[Subject] = []
        self.deleted: list[SavedFilter] = []
        self.audits: list[Change] = []
        self._by = by
        self._at_ms = at_ms

    def definition(self, org_id: int, name: str) -> Definition | None:
        """The newest version, also a disabled one."""
        return self.state.org(org_id).definitions.get(name)

    def definitions(self, org_id: int) -> list[Definition]:
        """The newest version of each of the org's definitions."""
        return list(self.state.org(org_id).definitions.values())

    def webhook(self, webhook_id: str) -> Webhook | None:
        """The webhook, also a disabled one."""
        return self.state.webhooks.get(webhook_id)

    def mapping(self, org_id: int) -> OrgMapping:
        """All mappings of the org."""
        return self.state.org(org_id).mapping

    def put_definition(self, definition: Definition, *, keeps_verified: bool = True) -> Definition:
        """Store as the next version unless nothing differs from the newest; returns what is stored.

        The given `version` is ignored. The state may be set directly (for `load`), but a disabled definition
        stays disabled. With `keeps_verified` False it has to be verified anew, also where no version is made.
        """
        newest = self.definition(definition.org_id, definition.name)
        stored = merge_definition(newest, definition, keeps_verified=keeps_verified)
        if newest is None:
            stored = msgspec.structs.replace(stored, created_ms=stored.created_ms or self._created_ms())
        self._store(stored, newest, _kind_of_definition(stored, newest))
        return stored

    def publish_definition(self, org_id: int, name: str) -> None:
        """From now on for real; nothing happens when it is published, disabled or unknown."""
        newest = self.definition(org_id, name)
        if newest is not None and newest.state == PublishState.UNPUBLISHED:
            stored = msgspec.structs.replace(newest, state=PublishState.PUBLISHED)
            self._store(stored, newest, ChangeKind.PUBLISH_EVENT)

    def disable_definition(self, org_id: int, name: str) -> None:
        """Turn off for good; nothing happens when it is off or unknown."""
        newest = self.definition(org_id, name)
        if newest is not None:
            stored = msgspec.structs.replace(newest, state=PublishState.DISABLED)
            self._store(stored, newest, ChangeKind.DISABLE_EVENT)

    def mark_verified(self, definition: Definition) -> None:
        """Note the first success of that version, the newest or an older one; may be repeated.

        Makes no new version and no audit item: nobody changed anything.
        """
        newest = self.definition(definition.org_id, definition.name)
        if newest is not None and newest.version == definition.version:
            self._store(msgspec.structs.replace(newest, is_verified=True), newest, None)
        elif not definition.is_verified:
            self.written.append(msgspec.structs.replace(definition, is_verified=True))

    def put_webhook(self, webhook: Webhook) -> Webhook:
        """Store or replace; a disabled webhook stays disabled, and uniqueness stays on once it is on."""
        known = self.webhook(webhook.id)
        stored = merge_webhook(known, webhook)
        if known is None:
            stored = msgspec.structs.replace(stored, created_ms=stored.created_ms or self._created_ms())
        self._store(stored, known, _kind_of_webhook(stored, known))
        return stored

    def disable_webhook(self, webhook_id: str) -> None:
        """Turn off for good; nothing happens when it is off or unknown."""
        known = self.webhook(webhook_id)
        if known is not None:
            stored = msgspec.structs.replace(known, is_disabled=True)
            self._store(stored, known, ChangeKind.DISABLE_WEBHOOK)

    def filter(self, org_id: int, name: str) -> SavedFilter | None:
        """The org's saved filter of that name."""
        return self.state.org(org_id).filters.get(name)

    def filters(self, org_id: int) -> list[SavedFilter]:
        """The org's saved filters."""
        return list(self.state.org(org_id).filters.values())

    def put_filter(self, given: SavedFilter) -> SavedFilter:
        """Store or replace; who and when is this transaction's."""
        known = self.filter(given.org_id, given.name)
        by = "" if self._by is None else self._by.name
        stored = msgspec.structs.replace(
            given,
            created_ms=self._at_ms if known is None else known.created_ms,
            created_by=by if known is None else known.created_by,
            changed_ms=self._at_ms,
            changed_by=by,
        )
        if known is not None and known == msgspec.structs.replace(
            stored, changed_ms=known.changed_ms, changed_by=known.changed_by
        ):
            return known
        self._store(stored, known, ChangeKind.CREATE_FILTER if known is None else ChangeKind.UPDATE_FILTER)
        return stored

    def delete_filter(self, org_id: int, name: str) -> None:
        """Let go of a saved filter; nothing happens when it is unknown. Once in a transaction, and last."""
        known = self.filter(org_id, name)
        if known is not None:
            self.state = self.state.without_filter(known)
            self.deleted.append(known)
            self._note(Change(ChangeKind.DELETE_FILTER, self._at_ms, self._by, known, known))

    def map_by_default(self, org_id: int, event_name: str) -> None:
        """Note that the default transformer feeds an event."""
        known = self._event_mapping(org_id, event_name)
        self._store_mapping(msgspec.structs.replace(known, is_default=True))

    def map_names(self, org_id: int, event_of: Mapping[str, str]) -> dict[str, str]:
        """Let source names mean events, each of them one only from now on.

        Returns: the names that meant another event before, with that event.
        """
        before = self.mapping(org_id).event_of
        moved = {
            source: before[source] for source, name in event_of.items() if before.get(source, name) != name
        }
        for event_name in dict.fromkeys([*moved.values(), *event_of.values()]):
            known = self._event_mapping(org_id, event_name)
            names = known.web_engage or WebEngageMapping()
            kept = [source for source in names.sources if event_of.get(source, event_name) == event_name]
            added = [source for source, name in event_of.items() if name == event_name]
            changed = msgspec.structs.replace(names, sources=tuple(dict.fromkeys([*kept, *added])))
            self._store_mapping(msgspec.structs.replace(known, web_engage=changed))
        return moved

    def map_fields(self, org_id: int, event_name: str, fields: Sequence[FieldMapping]) -> None:
        """Merge field mappings of one event; see `merge_fields`."""
        known = self._event_mapping(org_id, event_name)
        definition = self.definition(org_id, event_name)
        declared = frozenset[str]() if definition is None else definition.field_names
        merged = merge_fields(known.web_engage or WebEngageMapping(), fields, declared)
        self._store_mapping(msgspec.structs.replace(known, web_engage=merged))

    def _event_mapping(self, org_id: int, event_name: str) -> EventMapping:
        known = self.state.org(org_id).mappings.get(event_name)
        return EventMapping(org_id, event_name) if known is None else known

    def _store_mapping(self, stored: EventMapping) -> None:
        known = self.state.org(stored.org_id).mappings.get(stored.event_name)
        kind = ChangeKind.CREATE_MAPPING if known is None else ChangeKind.UPDATE_MAPPING
        self._store(stored, known, kind)

    def _created_ms(self) -> int:
        """What came from a file has no time of creation: it is the same however often it is loaded."""
        return 0 if self._by is None or self._by.kind == OPERATOR else self._at_ms

    def _store(self, stored: Subject, before: Subject | None, kind: ChangeKind | None) -> None:
        if stored == before:
            return
        self.state = self.state.with_all([stored])
        self.written.append(stored)
        if kind is not None:
            self._note(Change(kind, self._at_ms, self._by, stored, before))

    def _note(self, change: Change) -> None:
        """One item for each mapping, although its names and its fields are put one after the other."""
        for place, noted in enumerate(self.audits):
            if isinstance(noted.after, EventMapping) and noted.after == change.before:
                self.audits[place] = msgspec.structs.replace(noted, after=change.after)
                return
        self.audits.append(change)


def _kind_of_definition(stored: Definition, newest: Definition | None) -> ChangeKind:
    """What a file set directly is told by what differs."""
    if newest is None:
        return ChangeKind.CREATE_EVENT
    if stored.state != newest.state and stored.state == PublishState.DISABLED:
        return ChangeKind.DISABLE_EVENT
    if stored.state != newest.state and stored.state == PublishState.PUBLISHED:
        return ChangeKind.PUBLISH_EVENT
    return ChangeKind.UPDATE_EVENT


def _kind_of_webhook(stored: Webhook, known: Webhook | None) -> ChangeKind:
    if known is None:
        return ChangeKind.CREATE_WEBHOOK
    is_disabling = stored.is_disabled and not known.is_disabled
    return ChangeKind.DISABLE_WEBHOOK if is_disabling else ChangeKind.UPDATE_WEBHOOK
