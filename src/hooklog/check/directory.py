"""The directory: orgs, tills, customers and groups, and that what a row points at is there."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import apsw

from hooklog.check.audit import check_audit
from hooklog.check.findings import Check
from hooklog.check.known import Known
from hooklog.db.sqlite import row_of
from hooklog.directory.base import Identifier
from hooklog.directory.identifier import canonical
from hooklog.directory.sqlite import FILE_NAME
from hooklog.event import NO_PARENT

__all__ = ["check_directory"]

_FREE_YET_HELD = (
    "SELECT min(user_id) FROM customer c WHERE user_id > ? "
    "AND NOT EXISTS (SELECT 1 FROM far_user_id f WHERE f.user_id = c.user_id)"
)


def check_directory(connection: apsw.Connection, known: Known) -> list[Check]:
    """Orgs, tills, customers, groups and who changed them; fills in `known.orgs`."""
    orgs = Check(FILE_NAME, "orgs")
    known.orgs = {org_id for (org_id,) in connection.execute("SELECT id FROM org")}
    for org_id, parent, zone in connection.execute("SELECT id, parent_org, time_zone FROM org"):
        orgs.look()
        orgs.expect(
            parent == NO_PARENT or parent in known.orgs, f"org {org_id}: its parent {parent} is not known"
        )
        orgs.expect(_is_zone(zone), f"org {org_id}: {zone!r} is no time zone such as Asia/Kolkata")
    tills = Check(FILE_NAME, "tills")
    for code, org_id in connection.execute("SELECT code, org FROM till"):
        tills.look()
        tills.expect(org_id in known.orgs, f"till {code!r}: its org {org_id} is not known")
    audit = check_audit(connection, FILE_NAME, known)
    return [orgs, tills, _check_customers(connection), _check_groups(connection), audit]


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _check_customers(connection: apsw.Connection) -> Check:
    check = Check(FILE_NAME, "customers")
    check.look(row_of(connection, "SELECT count(*) FROM customer")[0])
    last = row_of(connection, "SELECT coalesce(max(last), -1) FROM user_counter")[0]
    free = row_of(connection, _FREE_YET_HELD, (last,))[0]
    check.expect(
        free is None,
        f"the counter of user ids stands at {last}, and {free} above it is held and not set aside",
    )
    rows = connection.execute(
        "SELECT org, type, value, source, account, i.user_id, c.user_id IS NULL FROM identifier i "
        "LEFT JOIN customer c USING (org, user_id)"
    )
    for org_id, kind, value, source, account, user_id, is_lost in rows:
        whose = f"a {kind} of customer {user_id} of org {org_id}"
        check.expect(not is_lost, f"{whose}: there is no such customer")
        check.expect(
            canonical(kind, value, source, account) == Identifier(kind, value, source, account),
            f"{whose} is not in canonical form; it cannot be found",
        )
    return check


def _check_groups(connection: apsw.Connection) -> Check:
    check = Check(FILE_NAME, "groups")
    check.look(row_of(connection, "SELECT count(*) FROM user_group")[0])
    lost = (
        "SELECT DISTINCT org, group_id FROM member m WHERE NOT EXISTS "
        "(SELECT 1 FROM user_group g WHERE g.org = m.org AND g.id = m.group_id)"
    )
    for org_id, group_id in connection.execute(lost):
        check.wrong(f"group {group_id} of org {org_id} has members but does not exist")
    return check
