"""The newest of everything that orgs have set up, as readers see it.

A state never changes; a change makes a new one.
"""

from functools import cached_property

from hooklog.catalog.definition import Definition
from hooklog.catalog.mapping import EventMapping, OrgMapping, org_mapping
from hooklog.catalog.saved_filter import SavedFilter
from hooklog.catalog.webhook import Webhook

__all__ = ["CatalogState", "OrgState"]


class OrgState:
    """One org's part."""

    def __init__(
        self,
        definitions: dict[str, Definition],
        mappings: dict[str, EventMapping],
        webhooks: dict[str, Webhook],
        filters: dict[str, SavedFilter],
    ) -> None:
        """Args: by event name, by event name, by id, by name; not changed afterwards."""
        self.definitions = definitions
        self.mappings = mappings
        self.webhooks = webhooks
        self.filters = filters

    @cached_property
    def mapping(self) -> OrgMapping:
        """The mappings, made ready at the first look."""
        return org_mapping(self.mappings.values())


_NOTHING = OrgState({}, {}, {}, {})


class CatalogState:
    """All orgs. Threads may share it."""

    def __init__(self, orgs: dict[int, OrgState], webhooks: dict[str, Webhook]) -> None:
        """Args: `orgs`: by id; `webhooks`: those of all orgs by id. Not changed afterwards."""
        self._orgs = orgs
        self.webhooks = webhooks

    def org(self, org_id: int) -> OrgState:
        """The org's part; an empty one where it has set up nothing."""
        return self._orgs.get(org_id, _NOTHING)

    def without_filter(self, gone: SavedFilter) -> "CatalogState":
        """This state without a saved filter."""
        old = self.org(gone.org_id)
        kept = {name: one for name, one in old.filters.items() if name != gone.name}
        org = OrgState(old.definitions, old.mappings, old.webhooks, kept)
        return CatalogState({**self._orgs, gone.org_id: org}, self.webhooks)

    def with_all(self, items: list[Definition | EventMapping | Webhook | SavedFilter]) -> "CatalogState":
        """This state with newer definitions, mappings, webhooks and filters put in; later items win."""
        orgs, webhooks = dict(self._orgs), dict(self.webhooks)
        fresh: dict[int, OrgState] = {}
        for item in items:
            org = fresh.get(item.org_id)
            if org is None:
                old = self.org(item.org_id)
                org = OrgState(
                    dict(old.definitions), dict(old.mappings), dict(old.webhooks), dict(old.filters)
                )
                orgs[item.org_id] = fresh[item.org_id] = org
            if isinstance(item, Definition):
                org.definitions[item.name] = item
            elif isinstance(item, EventMapping):
                org.mappings[item.event_name] = item
            elif isinstance(item, SavedFilter):
                org.filters[item.name] = item
            else:
                org.webhooks[item.id] = webhooks[item.id] = item
        return CatalogState(orgs, webhooks)
