"""The directory in memory: the oracle of the conformance suite, and the directory of in-process tests."""

from collections.abc import Collection, Sequence

import msgspec

from hooklog.directory.audit import About, DirectoryChange, Note
from hooklog.directory.base import (
    USER_ID_STEP_MAX,
    Conflict,
    Customer,
    Enrolment,
    Group,
    Identifier,
    Org,
    Till,
)
from hooklog.directory.memory_audit import changes_in, keep_change
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
        # What is held above it.
        self._far_user_ids: set[int] = set()
        self._writes = 0
        self._audit: dict[str, DirectoryChange] = {}

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

    def till_by_id(self, org_id: int, till_id: int) -> Till | None:
        """See Directory."""
        return next((one for one in self._tills.values() if (one.org_id, one.id) == (org_id, till_id)), None)

    def tills(self, org_id: int, first: int, limit: int) -> list[Till]:
        """See Directory."""
        found = [one for one in self._tills.values() if one.org_id == org_id and one.id >= first]
        return sorted(found, key=lambda till: till.id)[:limit]

    def customer(self, org_id: int, user_id: int) -> Customer | None:
        """See Directory."""
        return self._customers.get((org_id, user_id))

    def customers(self, org_id: int, first: int, limit: int) -> list[Customer]:
        """See Directory."""
        found = [one for one in self._customers.values() if one.org_id == org_id and one.user_id >= first]
        return sorted(found, key=lambda customer: customer.user_id)[:limit]

    def find_customer(self, org_id: int, identifier: Identifier) -> int | None:
        """See Directory."""
        return self._identifiers.get((org_id, identifier))

    def find_customers(self, org_id: int, identifiers: Sequence[Identifier]) -> list[int | None]:
        """See Directory."""
        return [self.find_customer(org_id, one) for one in identifiers]

    def changes_seen(self) -> tuple[int, int]:
        """See Directory."""
        return 0, self._writes

    def customers_named(self, org_id: int, identifier_type: str, value: str) -> list[int]:
        """See Directory."""
        wanted = (org_id, identifier_type, value)
        return sorted(
            {
                user_id
                for (org, one), user_id in self._identifiers.items()
                if (org, one.type, one.value) == wanted
            }
        )

    def add_customer(self, org_id: int, identifier: Identifier) -> int:
        """See Directory."""
        found = self.find_customer(org_id, identifier)
        if found is None:
            found = self._make_user_id()
            self.put_customer(Customer(org_id, found, (identifier,)))
        return found

    def group(self, org_id: int, group_id: int) -> Group | None:
        """See Directory."""
        return self._groups.get((org_id, group_id))

    def group_by_external_id(self, org_id: int, external_id: str) -> Group | None:
        """See Directory."""
        wanted = (org_id, external_id)
        return next((one for one in self._groups.values() if (one.org_id, one.external_id) == wanted), None)

    def groups(self, org_id: int, first: int, limit: int) -> list[Group]:
        """See Directory."""
        found = [one for one in self._groups.values() if one.org_id == org_id and one.id >= first]
        return sorted(found, key=lambda group: group.id)[:limit]

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

    def audits(self, org_id: int, about: Collection[About], limit: int) -> list[DirectoryChange]:
        """See Directory."""
        return changes_in(self._audit, org_id, about, limit)

    def put_org(self, org: Org, change: DirectoryChange | None = None) -> None:
        """See Directory."""
        self._writes += 1
        self._orgs[org.id] = org
        keep_change(self._audit, change)

    def put_till(self, till: Till, change: DirectoryChange | None = None) -> None:
        """See Directory."""
        known = self._tills.get(till.code, till)
        if (known.org_id, known.id) != (till.org_id, till.id):
            raise LoadError(f"till code {till.code!r} is taken; codes are unique in an installation")
        same = [one.code for one in self._tills.values() if (one.org_id, one.id) == (till.org_id, till.id)]
        for code in same:
            del self._tills[code]
        self._writes += 1
        self._tills[till.code] = till
        keep_change(self._audit, change)

    def put_customer(self, customer: Customer) -> None:
        """See Directory."""
        key = customer.org_id, customer.user_id
        for identifier in customer.identifiers:
            if self._identifiers.get((customer.org_id, identifier), customer.user_id) != customer.user_id:
                raise LoadError(f"{identifier.type} {identifier.value!r} belongs to another customer")
        known = self._customers.get(key, Customer(*key)).identifiers
        merged = tuple(dict.fromkeys((*known, *customer.identifiers)))
        self._writes += 1
        self._customers[key] = msgspec.structs.replace(customer, identifiers=merged)
        self._identifiers.update({(customer.org_id, one): customer.user_id for one in merged})
        self._give_user_id(customer.user_id)

    def put_customers(
        self, org_id: int, enrolments: Sequence[Enrolment], note: Note | None = None
    ) -> list[int | Conflict]:
        """See Directory."""
        self._writes += 1
        stored = [self._enrol(org_id, one) for one in enrolments]
        keep_change(self._audit, None if note is None else note(stored))
        return stored

    def _enrol(self, org_id: int, enrolment: Enrolment) -> int | Conflict:
        if enrolment.user_id is None and not enrolment.identifiers:
            return Conflict("neither a user id nor an identifier")
        found = [self.find_customer(org_id, one) for one in enrolment.identifiers]
        holders = sorted({one for one in found if one is not None})
        user_id = enrolment.user_id
        if user_id is None:
            user_id = holders[0] if holders else self._make_user_id()
        if holders not in ([], [user_id]):
            return Conflict("an identifier belongs to another customer")
        self.put_customer(Customer(org_id, user_id, enrolment.identifiers))
        return user_id

    def _make_user_id(self) -> int:
        self._last_user_id += 1
        while self._last_user_id in self._far_user_ids:
            self._last_user_id += 1
        return self._last_user_id

    def _give_user_id(self, user_id: int) -> None:
        if user_id > self._last_user_id + USER_ID_STEP_MAX:
            self._far_user_ids.add(user_id)
        else:
            self._last_user_id = max(self._last_user_id, user_id)

    def put_group(self, group: Group) -> None:
        """See Directory."""
        known = self.group_by_external_id(group.org_id, group.external_id)
        if known is not None and known.id != group.id:
            raise LoadError(f"external id {group.external_id!r} belongs to another group")
        members = tuple(sorted(set(group.members)))
        self._writes += 1
        self._groups[group.org_id, group.id] = msgspec.structs.replace(group, members=members)

    def put_groups(self, groups: Sequence[Group], note: Note | None = None) -> list[Conflict | None]:
        """See Directory."""
        stored = [self._put_or_conflict(one) for one in groups]
        keep_change(self._audit, None if note is None else note(stored))
        return stored

    def _put_or_conflict(self, group: Group) -> Conflict | None:
        try:
            self.put_group(group)
        except LoadError as error:
            return Conflict(str(error))
        return None

    def close(self) -> None:
        """See Directory."""
