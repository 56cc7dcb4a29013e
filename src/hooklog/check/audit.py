"""The audit that `directory.db` and `access.db` each keep: every row can be read and is of a known org."""

import apsw
import msgspec

from hooklog.check.findings import Check
from hooklog.check.known import Known
from hooklog.directory.sqlite_audit import AUDIT, audit_of

__all__ = ["check_audit"]


def check_audit(connection: apsw.Connection, file_name: str, known: Known) -> Check:
    """Who changed what of the things in one of the two files."""
    check = Check(file_name, "audit")
    for sequence, *row in connection.execute(f"SELECT sequence, {AUDIT} FROM audit ORDER BY sequence"):
        check.look()
        what = f"change {sequence}"
        try:
            (change,) = audit_of([tuple(row)])
            for text in (change.after, change.before):
                msgspec.json.decode(text or "null")
        except ValueError as error:
            check.wrong(f"{what} cannot be decoded: {error}")
            continue
        check.expect(known.has_org(change.org_id), f"{what}: org {change.org_id} is not in directory.db")
    return check
