"""Customers and groups inside a transaction of `directory.db`: who holds what, and storing one of many.

Everything is looked at before anything is written, so that one of many that cannot be stored leaves no trace.
"""

from typing import Any

import apsw

from hooklog.directory.base import Conflict, Customer, Enrolment, Group, Identifier
from hooklog.directory.sqlite_user_ids import UserIds

__all__ = ["FIND", "FIND_ALL", "enrol", "identifier_key", "put_group"]

FIND = (
    "SELECT user_id FROM identifier WHERE org = ? AND type = ? AND value = ? AND source = ? AND account = ?"
)
# The plus keeps the planner off the index by user, where all of an org's customers are in the right order.
FIND_ALL = "SELECT DISTINCT +user_id FROM identifier WHERE org = ? AND type = ? AND value = ? ORDER BY 1"


def identifier_key(org_id: int, identifier: Identifier) -> tuple[Any, ...]:
    """What to bind to the marks of FIND."""
    return org_id, identifier.type, identifier.value, identifier.source, identifier.account_id


def enrol(
    connection: apsw.Connection, user_ids: UserIds, org_id: int, enrolment: Enrolment
) -> int | Conflict:
    """Store a customer in the running transaction; its user id, or why not."""
    if enrolment.user_id is None and not enrolment.identifiers:
        return Conflict("neither a user id nor an identifier")
    user_id = enrolment.user_id
    unknown = []
    for identifier in enrolment.identifiers:
        found = connection.execute(FIND, identifier_key(org_id, identifier)).fetchone()
        if found is None:
            unknown.append(identifier)
        elif user_id is None:
            user_id = int(found[0])
        elif user_id != found[0]:
            return _belongs_to_another(org_id, user_id, identifier, found[0])
    if user_id is None:
        user_id = user_ids.make()
    else:
        user_ids.give(user_id)
    _store(connection, Customer(org_id, user_id, tuple(unknown)))
    return user_id


def put_group(connection: apsw.Connection, group: Group) -> Conflict | None:
    """Store or replace a group in the running transaction; None, or why not."""
    find = "SELECT id FROM user_group WHERE org = ? AND external_id = ?"
    known = connection.execute(find, (group.org_id, group.external_id)).fetchone()
    if known is not None and known[0] != group.id:
        return Conflict(
            f"external id {group.external_id!r} of group {group.id} already belongs to group {known[0]} "
            f"of org {group.org_id}"
        )
    connection.execute(
        "INSERT OR REPLACE INTO user_group VALUES (?, ?, ?, ?)",
        (group.org_id, group.id, group.external_id, group.primary_user_id),
    )
    connection.execute("DELETE FROM member WHERE org = ? AND group_id = ?", (group.org_id, group.id))
    connection.executemany(
        "INSERT OR IGNORE INTO member VALUES (?, ?, ?)",
        [(group.org_id, group.id, user_id) for user_id in group.members],
    )
    return None


def _store(connection: apsw.Connection, customer: Customer) -> None:
    connection.execute("INSERT OR IGNORE INTO customer VALUES (?, ?)", (customer.org_id, customer.user_id))
    connection.executemany(
        # The same identifier twice in one customer is one identifier.
        "INSERT OR IGNORE INTO identifier VALUES (?, ?, ?, ?, ?, ?)",
        [(*identifier_key(customer.org_id, one), customer.user_id) for one in customer.identifiers],
    )


def _belongs_to_another(org_id: int, user_id: int, identifier: Identifier, holder: object) -> Conflict:
    return Conflict(
        f"{identifier.type} {identifier.value!r} of customer {user_id} "
        f"already belongs to customer {holder} of org {org_id}"
    )
