"""The user ids of `directory.db`: one counter for all orgs, which no org can exhaust (docs/decisions/0021-user-ids.md).

Whatever is held above the counter, in any org, is in `far_user_id`.
"""

import apsw

from hooklog.db.sqlite import row_of, transaction
from hooklog.directory.base import USER_ID_STEP_MAX

__all__ = ["UserIds", "leave_out_user_ids"]

_READ = "SELECT last, (SELECT min(user_id) FROM far_user_id WHERE user_id > last) FROM user_counter"
_LOWEST_ABOVE = "SELECT min(user_id) FROM far_user_id WHERE user_id > ?"
_HIGHEST_UP_TO = "SELECT max(user_id) FROM far_user_id WHERE user_id <= ?"


class UserIds:
    """The counter during one transaction, which ends with `keep`: it is read and written once for many customers."""

    def __init__(self, connection: apsw.Connection) -> None:
        """Args: `connection`: of the running transaction, which must be the only one that writes."""
        self._connection = connection
        self._last: int
        # The lowest that is held above the counter; None where none is.
        self._next_held: int | None
        self._last, self._next_held = row_of(connection, _READ)
        self._kept = self._last

    def make(self) -> int:
        """A user id that nobody has in any org.

        A run of held ones is passed by in steps as long as one that is given may raise the counter by, each once.
        """
        while self._last + 1 == self._next_held:
            self._raise_to(row_of(self._connection, _HIGHEST_UP_TO, (self._last + USER_ID_STEP_MAX,))[0])
        self._last += 1
        return self._last

    def give(self, user_id: int) -> None:
        """Make it for nobody: somebody was given it. May be repeated."""
        if user_id <= self._last:
            return
        if user_id <= self._last + USER_ID_STEP_MAX:
            self._raise_to(user_id)
            return
        self._connection.execute("INSERT OR IGNORE INTO far_user_id VALUES (?)", (user_id,))
        if self._next_held is None or user_id < self._next_held:
            self._next_held = user_id

    def keep(self) -> None:
        """Write how far the counter came."""
        if self._last != self._kept:
            self._connection.execute("UPDATE user_counter SET last = ?", (self._last,))

    def _raise_to(self, user_id: int) -> None:
        self._last = user_id
        if self._next_held is not None and self._next_held <= user_id:
            self._next_held = row_of(self._connection, _LOWEST_ABOVE, (user_id,))[0]


def leave_out_user_ids(connection: apsw.Connection, count: int) -> None:
    """Give none of the next so many user ids to a customer. For a copy: they may have been given out behind it."""
    with transaction(connection):
        connection.execute("UPDATE user_counter SET last = last + ?", (count,))
