"""The directory's promise: look up and create orgs, tills, customers and groups."""

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from hooklog.directory.audit import About, Conflict, DirectoryChange, Note
from hooklog.event import NO_PARENT

__all__ = [
    "ID_MIN",
    "USER_ID_STEP_MAX",
    "Conflict",
    "Customer",
    "Directory",
    "Enrolment",
    "Group",
    "Identifier",
    "Org",
    "Till",
]

# Ids are signed integers of 64 bits; the lowest one starts a listing at its beginning.
ID_MIN = -(1 << 63)
# How far one given user id may raise the counter that all orgs share: what is dense raises it, what is far does not, so
# that no org can exhaust the ids of the others (docs/decisions/0021-user-ids.md).
USER_ID_STEP_MAX = 1_000


class Org(msgspec.Struct, frozen=True):
    """A tenant. Everything belongs to exactly one; a child names its parent."""

    id: int
    name: str = ""
    parent_org_id: int = NO_PARENT
    time_zone: str = "UTC"
    is_basic_auth_enabled: bool = True


class Till(msgspec.Struct, frozen=True):
    """A point of contact, by its id and by its code, which is unique in an installation (contract I.26)."""

    org_id: int
    id: int
    code: str


class Identifier(msgspec.Struct, frozen=True):
    """One way to name a customer, in canonical form (see `hooklog.directory.identifier.canonical`)."""

    type: str
    value: str
    source: str = "INSTORE"
    account_id: str = ""


class Customer(msgspec.Struct, frozen=True):
    """A member of an org with all that it is known by."""

    org_id: int
    user_id: int
    identifiers: tuple[Identifier, ...] = ()


class Enrolment(msgspec.Struct, frozen=True):
    """A customer to store. Without a user id it gets that of its identifiers, or a new one."""

    user_id: int | None
    identifiers: tuple[Identifier, ...]


class Group(msgspec.Struct, frozen=True):
    """A user group, by its id and by its external id."""

    org_id: int
    id: int
    external_id: str
    primary_user_id: int | None = None
    members: tuple[int, ...] = ()


class Directory(Protocol):
    """Reads are short; writes block until durable. All may be repeated.

    A write takes the audit's item, or makes it of what was stored, and keeps it in the same transaction.

    Raises:
        StorageUnavailable: the storage answered with an I/O error or stayed locked.
    """

    def org(self, org_id: int) -> Org | None:
        """The org, or None."""

    def orgs(self) -> list[Org]:
        """All orgs, by id."""

    def children(self, org_id: int) -> list[Org]:
        """The orgs whose parent this is, by id."""

    def till(self, code: str) -> Till | None:
        """The till of that code; codes are unique in an installation, so the caller compares the org."""

    def till_by_id(self, org_id: int, till_id: int) -> Till | None:
        """The org's till of that id."""

    def tills(self, org_id: int, first: int, limit: int) -> list[Till]:
        """The org's tills whose id is `first` or above, by id, at most `limit`."""

    def customer(self, org_id: int, user_id: int) -> Customer | None:
        """The customer by its internal id."""

    def customers(self, org_id: int, first: int, limit: int) -> list[Customer]:
        """The org's customers whose user id is `first` or above, by id, at most `limit`."""

    def find_customer(self, org_id: int, identifier: Identifier) -> int | None:
        """The userId known by a canonical identifier; source and account must agree (contract I.22)."""

    def find_customers(self, org_id: int, identifiers: Sequence[Identifier]) -> list[int | None]:
        """What `find_customer` says of each, as of one instant."""

    def customers_named(self, org_id: int, identifier_type: str, value: str) -> list[int]:
        """The userIds known by a canonical type and value, whatever the source and account; by id, each once."""

    def add_customer(self, org_id: int, identifier: Identifier) -> int:
        """The userId known by the identifier, made now if there is none: idempotent by identifier."""

    def group(self, org_id: int, group_id: int) -> Group | None:
        """The group by id, members included."""

    def group_by_external_id(self, org_id: int, external_id: str) -> Group | None:
        """The group by its external id, members included."""

    def groups(self, org_id: int, first: int, limit: int) -> list[Group]:
        """The org's groups whose id is `first` or above, by id, at most `limit`, members included."""

    def groups_of(self, org_id: int, user_id: int) -> list[Group]:
        """The groups that a customer is the primary user of, by id."""

    def groups_with(self, org_id: int, user_id: int) -> list[Group]:
        """The groups that a customer belongs to, as a member or as the primary user, by id."""

    def audits(self, org_id: int, about: Collection[About], limit: int) -> list[DirectoryChange]:
        """The org's changes of some kinds of things, newest first, at most `limit`."""

    def put_org(self, org: Org, change: DirectoryChange | None = None) -> None:
        """Store or replace."""

    def put_till(self, till: Till, change: DirectoryChange | None = None) -> None:
        """Store or replace. A code that another org or till has is a LoadError."""

    def put_customer(self, customer: Customer) -> None:
        """Store; identifiers are added. One that another customer has is a LoadError."""

    def put_customers(
        self, org_id: int, enrolments: Sequence[Enrolment], note: Note | None = None
    ) -> list[int | Conflict]:
        """Store many in one transaction, each with the user id that it has now or why it was not stored.

        Identifiers are added. One that another customer has is a Conflict, so are identifiers of several customers
        and an enrolment with neither user id nor identifier. Later ones see what earlier ones stored.
        """

    def put_group(self, group: Group) -> None:
        """Store or replace, members included. An external id that another group has is a LoadError."""

    def put_groups(self, groups: Sequence[Group], note: Note | None = None) -> list[Conflict | None]:
        """Store or replace many in one transaction. An external id that another group has is a Conflict."""

    def changes_seen(self) -> tuple[int, int]:
        """Two numbers to compare with those of an earlier call: has anything been written since?

        The first differs where others committed, the second counts the writes of this object: each call of a
        `put` is one or more. Whatever was read in between may be older than the difference.
        """

    def close(self) -> None:
        """Let go of the storage."""
