"""Who changed what in the directory: one item for each change, and one for each import as a whole (an extension).

Values are JSON text as the directory API shows them, so no secret and no hash can be among them. Customers that an
event makes (`addCustomerIfNotExists`) are told by the event's own stages instead.
"""

import enum
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from hooklog.author import Author
from hooklog.event import wall_clock_ms

__all__ = ["About", "Conflict", "DirectoryChange", "DirectoryChangeKind", "ImportCount", "Note", "note"]


class About(enum.StrEnum):
    """What a change is about, as the routes of the directory API name it."""

    ORGS = "orgs"
    TILLS = "tills"
    CLIENTS = "clients"
    API_KEYS = "api_keys"
    CUSTOMERS = "customers"
    GROUPS = "groups"


class DirectoryChangeKind(enum.StrEnum):
    """What was done. The texts are on the wire and on disk."""

    CREATE_ORG = "createOrg"
    UPDATE_ORG = "updateOrg"
    CREATE_TILL = "createOrgTill"
    UPDATE_TILL = "updateOrgTill"
    CREATE_TILL_LOGIN = "createOrgTillLogin"
    UPDATE_TILL_LOGIN = "updateOrgTillLogin"
    REMOVE_TILL_LOGIN = "removeOrgTillLogin"
    CREATE_CLIENT = "createOrgClient"
    UPDATE_CLIENT = "updateOrgClient"
    REMOVE_CLIENT = "removeOrgClient"
    CREATE_API_KEY = "createOrgApiKey"
    UPDATE_API_KEY = "updateOrgApiKey"
    REMOVE_API_KEY = "removeOrgApiKey"
    CREATE_CUSTOMER = "createOrgCustomer"
    UPDATE_CUSTOMER = "updateOrgCustomer"
    IMPORT_CUSTOMERS = "importOrgCustomers"
    CREATE_GROUP = "createOrgGroup"
    UPDATE_GROUP = "updateOrgGroup"
    IMPORT_GROUPS = "importOrgGroups"

    @property
    def about(self) -> About:
        """What such a change is about."""
        return _ABOUT[self.removeprefix("create").removeprefix("update").removeprefix("remove")]


_ABOUT = {
    "Org": About.ORGS,
    "OrgTill": About.TILLS,
    "OrgTillLogin": About.TILLS,
    "OrgClient": About.CLIENTS,
    "OrgApiKey": About.API_KEYS,
    "OrgCustomer": About.CUSTOMERS,
    "importOrgCustomers": About.CUSTOMERS,
    "OrgGroup": About.GROUPS,
    "importOrgGroups": About.GROUPS,
}


class DirectoryChange(msgspec.Struct, frozen=True):
    """One change at an instant (epoch milliseconds) of the thing that its org names `subject`.

    `after` and `before` are JSON text: None where it is gone, or was not there. Another change with the same request
    id replaces what this one became: so an import that goes on in many transactions is one item.
    """

    kind: DirectoryChangeKind
    org_id: int
    subject: str
    at_ms: int
    by: Author
    after: str | None
    before: str | None = None


class Conflict(msgspec.Struct, frozen=True):
    """Why one of many was not stored; a value, the others are."""

    why: str


# Told what was stored, in the transaction that stores it; None where nothing is to be noted.
Note = Callable[[Sequence[Any]], DirectoryChange | None]


def note(
    kind: DirectoryChangeKind,
    org_id: int,
    subject: object,
    by: Author,
    after: object = None,
    before: object = None,
) -> DirectoryChange | None:
    """A change that happens now; None where nothing differs. `after` and `before` are views without secrets."""
    texts = [None if one is None else msgspec.json.encode(one).decode() for one in (after, before)]
    if texts[0] == texts[1]:
        return None
    return DirectoryChange(kind, org_id, str(subject), wall_clock_ms(), by, *texts)


class ImportCount:
    """What the audit tells of one import: the counts so far, kept with each batch that is stored."""

    def __init__(self, kind: DirectoryChangeKind, org_id: int, author: Author) -> None:
        """Nothing yet. Its request id is this import's alone."""
        self.author = author
        self._kind = kind
        self._org_id = org_id
        self._lines = 0
        self._failed = 0

    def noted(self, lines: int) -> Note:
        """For a batch of so many lines, of which some may not come as far as the store."""

        def count(stored: Sequence[Any]) -> DirectoryChange | None:
            self._lines += lines
            self._failed += lines - sum(not isinstance(one, Conflict) for one in stored)
            counts = {"lines": self._lines, "stored": self._lines - self._failed, "failed": self._failed}
            return note(self._kind, self._org_id, self._kind.about, self.author, after=counts)

        return count
