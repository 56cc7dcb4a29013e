"""What the operator changes in the directory, with the audit's items: by `load` and `key create`.

A secret is hashed anew each time, so nobody can tell whether it is another one: of what is there already, an item tells
only of what else differs.
"""

from collections.abc import Sequence

from hooklog.access.base import ApiKey, Client, TillLogin
from hooklog.api.directory_notes import noted_client, noted_login, noted_till
from hooklog.api.directory_views import api_key_view, org_view
from hooklog.author import operator
from hooklog.directory.audit import DirectoryChangeKind as Kind
from hooklog.directory.audit import ImportCount, Note, note
from hooklog.directory.base import Conflict, Customer, Directory, Enrolment, Group, Org, Till
from hooklog.errors import LoadError
from hooklog.server import Rooms

__all__ = ["Members", "store_api_key", "store_client", "store_org", "store_till", "store_till_login"]


class Members:
    """Customers and groups of one load: the audit has one item for each org and kind, with their counts."""

    def __init__(self, directory: Directory) -> None:
        """Args: `directory`: where to store them."""
        self._directory = directory
        self._counts: dict[tuple[Kind, int], ImportCount] = {}

    def store_customer(self, customer: Customer) -> None:
        """Store; identifiers are added.

        Raises:
            LoadError: an identifier is another customer's.
        """
        known = self._directory.customer(customer.org_id, customer.user_id)
        is_known = known is not None and {*customer.identifiers} <= {*known.identifiers}
        noted = None if is_known else self._count(Kind.IMPORT_CUSTOMERS, customer.org_id)
        enrolment = Enrolment(customer.user_id, customer.identifiers)
        _require(self._directory.put_customers(customer.org_id, [enrolment], noted))

    def store_group(self, group: Group) -> None:
        """Store or replace.

        Raises:
            LoadError: the external id is another group's.
        """
        is_known = self._directory.group(group.org_id, group.id) == group
        noted = None if is_known else self._count(Kind.IMPORT_GROUPS, group.org_id)
        _require(self._directory.put_groups([group], noted))

    def _count(self, kind: Kind, org_id: int) -> Note:
        new = ImportCount(kind, org_id, operator())
        return self._counts.setdefault((kind, org_id), new).noted(1)


def _require(stored: Sequence[object]) -> None:
    for one in stored:
        if isinstance(one, Conflict):
            raise LoadError(one.why)


def store_org(rooms: Rooms, org: Org) -> None:
    """Store or replace."""
    known = rooms.directory.org(org.id)
    kind = Kind.CREATE_ORG if known is None else Kind.UPDATE_ORG
    before = None if known is None else org_view(known)
    rooms.directory.put_org(org, note(kind, org.id, org.id, operator(), org_view(org), before))


def store_till(rooms: Rooms, till: Till) -> None:
    """Store or replace.

    Raises:
        LoadError: its code is another till's.
    """
    known = rooms.directory.till_by_id(till.org_id, till.id)
    kind = Kind.CREATE_TILL if known is None else Kind.UPDATE_TILL
    before = None if known is None else noted_till(known)
    change = note(kind, till.org_id, till.code, operator(), noted_till(till), before)
    rooms.directory.put_till(till, change)


def store_till_login(rooms: Rooms, login: TillLogin) -> None:
    """Store or replace.

    Raises:
        LoadError: its code is another till's.
    """
    known = rooms.access.till_login(login.code)
    kind = Kind.CREATE_TILL_LOGIN if known is None else Kind.UPDATE_TILL_LOGIN
    before = None if known is None else noted_login(known)
    change = note(kind, login.org_id, login.code, operator(), noted_login(login), before)
    rooms.access.put_till_login(login, change)


def store_client(rooms: Rooms, client: Client) -> None:
    """Store or replace.

    Raises:
        LoadError: its key is another client's, or it may not be so.
    """
    known = rooms.access.client_by_id(client.org_id, client.id)
    kind = Kind.CREATE_CLIENT if known is None else Kind.UPDATE_CLIENT
    before = None if known is None else noted_client(known)
    change = note(kind, client.org_id, client.id, operator(), noted_client(client), before)
    rooms.access.put_client(client, change)


def store_api_key(rooms: Rooms, key: ApiKey) -> None:
    """Store or replace.

    Raises:
        LoadError: it is too much like others.
    """
    known = rooms.access.api_key(key.org_id, key.name)
    kind = Kind.CREATE_API_KEY if known is None else Kind.UPDATE_API_KEY
    before = None if known is None else api_key_view(known)
    change = note(kind, key.org_id, key.name, operator(), api_key_view(key), before)
    rooms.access.put_api_key(key, change)
