"""Whom the log's `customer` filter means: whoever the directory knows by the identifier asked for (contract I.22)."""

from collections.abc import Iterator, Sequence

import msgspec

from hooklog.directory.base import Directory
from hooklog.directory.identifier import is_malformed
from hooklog.eventlog.query import Customer, Match, Query, SentAs, User

__all__ = ["resolved"]


def resolved(query: Query, directory: Directory) -> Query:
    """The query with the customers that its identifiers name in its orgs, beside the identifiers as sent.

    An identifier that is known by several sources or accounts names all their customers. Blocks: runs among the
    readers.
    """
    asked = query.customers
    customers = Match(*(_known(directory, query.org_ids, some) for some in (asked.included, asked.excluded)))
    return msgspec.structs.replace(query, customers=customers)


def _known(
    directory: Directory, org_ids: Sequence[int], customers: frozenset[Customer]
) -> frozenset[Customer]:
    users = (
        user
        for one in customers
        if isinstance(one, SentAs)
        for org_id in org_ids
        for user in _users(directory, org_id, one)
    )
    return customers.union(users)


def _users(directory: Directory, org_id: int, sent: SentAs) -> Iterator[User]:
    if sent.type != "userId":
        yield from (User(org_id, one) for one in directory.customers_named(org_id, sent.type, sent.value))
    elif not is_malformed(sent.type, sent.value):
        yield User(org_id, int(sent.value))
