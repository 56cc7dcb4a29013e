"""What a worker has looked up in the directory, kept as long as nobody has changed it.

`refresh` is called once a batch, behind the reading of the journal. So a change that was answered before a push was
accepted is seen by that push; what is looked up later is only ever newer. All is forgotten when anybody else has
written anything; the worker's own new customers are known at once and disturb nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Protocol, TypeVar

import msgspec

from hooklog.directory.base import Conflict, Customer, Enrolment, Group, Identifier, Org, Till

__all__ = ["CUSTOMERS_KNOWN_MAX", "AskedDirectory", "KnownDirectory", "Space"]

# About 200 bytes each; long values count for several.
CUSTOMERS_KNOWN_MAX: Final = 200_000
_CHARACTERS_FOR_ONE: Final = 100
_OTHERS_KNOWN_MAX: Final = 10_000
# Longer ones are no codes but somebody's mistake, and would fill the memory.
_CODE_CHARACTERS_MAX: Final = 100

Key = TypeVar("Key")
Found = TypeVar("Found")


class Space(msgspec.Struct, frozen=True):
    """Within which the value of an identifier names one customer; all in canonical form."""

    org_id: int
    type: str
    source: str
    account_id: str

    def identifier(self, value: str) -> Identifier:
        """The identifier of a canonical value."""
        return Identifier(self.type, value, self.source, self.account_id)


class AskedDirectory(Protocol):
    """The part of Directory that the stages ask, and the one thing that they write. See there."""

    def org(self, org_id: int) -> Org | None:
        """See Directory."""

    def till(self, code: str) -> Till | None:
        """See Directory."""

    def customer(self, org_id: int, user_id: int) -> Customer | None:
        """See Directory."""

    def find_customers(self, org_id: int, identifiers: Sequence[Identifier]) -> list[int | None]:
        """See Directory."""

    def put_customers(self, org_id: int, enrolments: Sequence[Enrolment]) -> list[int | Conflict]:
        """See Directory."""

    def group(self, org_id: int, group_id: int) -> Group | None:
        """See Directory."""

    def group_by_external_id(self, org_id: int, external_id: str) -> Group | None:
        """See Directory."""

    def groups_of(self, org_id: int, user_id: int) -> list[Group]:
        """See Directory."""

    def changes_seen(self) -> tuple[int, int]:
        """See Directory."""


Users = dict[str, int | None]
_NOBODY: Final[Users] = {}


class KnownDirectory:
    """Reads as Directory does, bounded in memory. Belongs to one thread."""

    def __init__(self, directory: AskedDirectory, customers_max: int = CUSTOMERS_KNOWN_MAX) -> None:
        """Args: `directory`: is asked for what is not known; `customers_max`: how many identifiers to remember."""
        self._directory = directory
        self._generation_max = customers_max // 2
        self._seen = directory.changes_seen()
        # Two generations: who was asked for since the last turn, and before it. Turning drops the older.
        self._young: dict[Space, Users] = {}
        self._old: dict[Space, Users] = {}
        self._young_count = 0
        self._orgs: dict[int, Org | None] = {}
        self._tills: dict[str, Till | None] = {}
        self._user_ids: dict[tuple[int, int], bool] = {}

    def refresh(self) -> None:
        """Notice what others committed. Costs microseconds. What `find_customers` gave before is of no use now.

        Raises:
            StorageUnavailable: see Directory.
        """
        seen = self._directory.changes_seen()
        if seen != self._seen:
            self._seen = seen
            self._young, self._old, self._young_count = {}, {}, 0
            self._orgs, self._tills, self._user_ids = {}, {}, {}
        elif self._young_count >= self._generation_max:
            self._young, self._old, self._young_count = {}, self._young, 0

    def find_customers(self, space: Space, values: Iterable[str]) -> Mapping[str, int | None]:
        """The user id, or None, of each of these values, and perhaps of others; good until `refresh`."""
        users = self._users(space)
        old = self._old.get(space, _NOBODY)
        unknown: dict[str, None] = {}
        for value in values:
            if value in users:
                continue
            if value in old:
                self._remember(users, value, old[value])
            else:
                unknown[value] = None
        if unknown:
            asked = [space.identifier(value) for value in unknown]
            found = self._directory.find_customers(space.org_id, asked)
            for value, user_id in zip(unknown, found, strict=True):
                self._remember(users, value, user_id)
        return users

    def _users(self, space: Space) -> Users:
        users = self._young.get(space)
        if users is None:
            users = self._young[space] = {}
            self._young_count += 1
        return users

    def _remember(self, users: Users, value: str, user_id: int | None) -> None:
        self._young_count += 1 + len(value) // _CHARACTERS_FOR_ONE
        users[value] = user_id

    def add_customers(self, space: Space, values: Iterable[str]) -> Mapping[str, int]:
        """Make the customers that there are not, in one transaction. The user id of each value."""
        wanted = list(dict.fromkeys(values))
        enrolments = [Enrolment(None, (space.identifier(value),)) for value in wanted]
        stored = self._directory.put_customers(space.org_id, enrolments)
        users, made = self._users(space), dict[str, int]()
        for value, user_id in zip(wanted, stored, strict=True):
            assert isinstance(user_id, int), "one identifier alone contradicts nothing"
            made[value] = user_id
            self._remember(users, value, user_id)
        others, own = self._seen
        # This write was our own; what others may have written meanwhile still shows.
        self._seen = others, own + 1
        self._user_ids = {}
        return made

    def org(self, org_id: int) -> Org | None:
        """See Directory."""
        return _known(self._orgs, org_id, self._directory.org)

    def till(self, code: str) -> Till | None:
        """See Directory."""
        if len(code) > _CODE_CHARACTERS_MAX:
            return self._directory.till(code)
        return _known(self._tills, code, self._directory.till)

    def has_customer(self, org_id: int, user_id: int) -> bool:
        """Whether the org has a customer of that internal id."""
        return _known(
            self._user_ids,
            (org_id, user_id),
            lambda key: self._directory.customer(*key) is not None,
        )

    def group(self, org_id: int, group_id: int) -> Group | None:
        """See Directory."""
        return self._directory.group(org_id, group_id)

    def group_by_external_id(self, org_id: int, external_id: str) -> Group | None:
        """See Directory."""
        return self._directory.group_by_external_id(org_id, external_id)

    def groups_of(self, org_id: int, user_id: int) -> list[Group]:
        """See Directory."""
        return self._directory.groups_of(org_id, user_id)


def _known(known: dict[Key, Found], key: Key, ask: Callable[[Key], Found]) -> Found:
    if key in known:
        return known[key]
    if len(known) >= _OTHERS_KNOWN_MAX:
        known.clear()
    found = known[key] = ask(key)
    return found
