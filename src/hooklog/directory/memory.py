"""The directory in memory: the oracle of the conformance suite, and the directory of in-process tests."""

import msgspec

from hooklog.directory.base import Customer, Group, Identifier, Org, Till
from hooklog.errors import LoadError

__all__ = ["MemoryDirectory"]


class MemoryDirectory:
    """See Directory."""

    def __init__(self) -> None:
        """Empty."""
        self._orgs: dict[int, Org] = {}
        self._tills: dict[str, Till] = {}
        self._customers: dict[tuple[int, int], Customer] = {}
        self._identifiers: dict[tuple[int, Identifier], int] = {}
        self._groups: dict[tuple[int, int], Group] = {}
        self._last_user_id = 0

    def org(self, org_id: int) -> Org | None:
        """See Directory."""
        return self._orgs.get(org_id)

    def orgs(self) -> list[Org]:
        """See Directory."""
        return sorted(self._orgs.values(), key=lambda org: org.id)

    def children(self, org_id: int) -> list[Org]:
        """See Directory."""
        return [org for org in self.orgs() if org.parent_org_id == org_id]

    def till(self, code: str) -> Till | None:
        """See Directory."""
        return self._tills.get(code)

    def customer(self, org_id: int, user_id: int) -> Customer | None:
        """See Directory."""
        return self._customers.get((org_id, user_id))

    def find_customer(self, org_id: int, identifier: Identifier) -> int | None:
        """See Directory."""
        return self._identifiers.get((org_id, identifier))

    def add_customer(self, org_id: int, identifier: Identifier) -> int:
        """See Directory."""
        found = self.find_customer(org_id, identifier)
        if found is None:
            found = self._last_user_id + 1
            self.put_customer(Customer(org_id, found, (identifier,)))
        return found

    def group(self, org_id: int, group_id: int) -> Group | None:
        """See Directory."""
        return self._groups.get((org_id, group_id))

    def group_by_external_id(self, org_id: int, external_id: str) -> Group | None:
        """See Directory."""
        wanted = (org_id, external_id)
        return next((one for one in self._groups.values() if (one.org_id, one.external_id) == wanted), None)

    def groups_of(self, org_id: int, user_id: int) -> list[Group]:
        """See Directory."""
        wanted = (org_id, user_id)
        found = [one for one in self._groups.values() if (one.org_id, one.primary_user_id) == wanted]
        return sorted(found, key=lambda group: group.id)

    def groups_with(self, org_id: int, user_id: int) -> list[Group]:
        """See Directory."""
        found = [
            one
            for one in self._groups.values()
            if one.org_id == org_id and (user_id in one.members or user_id == one.primary_user_id)
        ]
        return sorted(found, key=lambda group: group.id)

    def put_org(self, org: Org) -> None:
        """See Directory."""
        self._orgs[org.id] = org

    def put_till(self, till: Till) -> None:
        """See Directory."""
        known = self._tills.get(till.code, till)
        if (known.org_id, known.id) != (till.org_id, till.id):
            raise LoadError(f"till code {till.code!r} is taken; codes are unique in an installation")
        same = [one.code for one in self._tills.values() if (one.org_id, one.id) == (till.org_id, till.id)]
        for code in same:
            del self._tills[code]
        self._tills[till.code] = till

    def put_customer(self, customer: Customer) -> None:
        """See Directory."""
        key = customer.org_id, customer.user_id
        for identifier in customer.identifiers:
            if self._identifiers.get((customer.org_id, identifier), customer.user_id) != customer.user_id:
                raise LoadError(f"{identifier.type} {identifier.value!r} belongs to another customer")
        known = self._customers.get(key, Customer(*key)).identifiers
        merged = tuple(dict.fromkeys((*known, *customer.identifiers)))
        self._customers[key] = msgspec.structs.replace(customer, identifiers=merged)
        self._identifiers.update({(customer.org_id, one): customer.user_id for one in merged})
        self._last_user_id = max(self._last_user_id, customer.user_id)

    def put_group(self, group: Group) -> None:
        """See Directory."""
        known = self.group_by_external_id(group.org_id, group.external_id)
        if known is not None and known.id != group.id:
            raise LoadError(f"external id {group.external_id!r} belongs to another group")
        members = tuple(sorted(set(group.members)))
        self._groups[group.org_id, group.id] = msgspec.structs.replace(group, members=members)

    def close(self) -> None:
        """See Directory."""
