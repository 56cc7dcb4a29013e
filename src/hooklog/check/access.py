"""Credentials: every row can be read and nothing in it is a secret in the clear."""

from collections.abc import Iterator
from typing import Any

import apsw
import msgspec

from hooklog.access.base import ApiKey, Client, TillLogin, check_hash
from hooklog.access.sqlite import ACCESS_FILE
from hooklog.access.sqlite_rows import from_row, select_sql
from hooklog.check.audit import check_audit
from hooklog.check.findings import Check
from hooklog.check.known import Known

__all__ = ["check_access"]


def check_access(connection: apsw.Connection, known: Known) -> list[Check]:
    """Logins of tills, clients and API keys: hashed, of known orgs, with known scopes; and who changed them."""
    check = Check(ACCESS_FILE, "credentials")
    for what, credential in _credentials(connection):
        check.look()
        if isinstance(credential, str):
            check.wrong(f"{what} cannot be decoded: {credential}")
            continue
        check.expect(
            known.has_org(credential.org_id), f"{what}: org {credential.org_id} is not in directory.db"
        )
        check.expect(_is_hashed(credential), f"{what}: its secret is not an argon2id hash")
    return [check, check_audit(connection, ACCESS_FILE, known)]


def _credentials(connection: apsw.Connection) -> Iterator[tuple[str, TillLogin | Client | ApiKey | str]]:
    """Each row by what names it, or why it cannot be decoded."""
    kinds: tuple[tuple[str, str, type[Any]], ...] = (
        ("till_login", "login of till {till_id} of org {org_id}", TillLogin),
        ("client", "client {id} of org {org_id}", Client),
        ("api_key", "API key {name!r} of org {org_id}", ApiKey),
    )
    for table, naming, kind in kinds:
        for row in connection.execute(select_sql(table, kind)):
            what = naming.format(**dict(zip(kind.__struct_fields__, row, strict=True)))
            try:
                yield what, from_row(kind, row)
            except msgspec.ValidationError as error:
                yield what, str(error)


def _is_hashed(credential: TillLogin | Client | ApiKey) -> bool:
    match credential:
        case TillLogin():
            text = credential.password_hash
        case Client():
            text = credential.secret_hash
        case ApiKey():
            text = credential.key_hash
    try:
        check_hash(text)
    except AssertionError:
        return False
    return True
