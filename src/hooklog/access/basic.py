"""Basic: a till's code, and the md5 hex of its password in the password's place (contract II.2.1).

What is kept is argon2id of that md5 hex, so the file gives away neither. The md5 is the documented wire
format and protects nothing; whoever listens in has it, which is why this belongs behind TLS.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from typing import Protocol

from hooklog.access.base import AccessStore
from hooklog.access.hashing import UNKNOWN_HASH, Verifier, hash_secret
from hooklog.access.presented import Named
from hooklog.access.scopes import TILL_SCOPES, Caller
from hooklog.directory.base import Org

__all__ = ["TILL", "Orgs", "basic_enabled_in", "hash_password", "md5_of", "named_till", "verify_basic"]

TILL = "till"

_MD5_HEX = re.compile(r"[0-9a-fA-F]{32}\Z")


class Orgs(Protocol):
    """What Basic asks of the directory (`hooklog.directory.base.Directory`)."""

    def org(self, org_id: int) -> Org | None:
        """The org, or None."""


def md5_of(password: str) -> str:
    """What a till sends for its password: the lower-case md5 hex of its UTF-8."""
    return hashlib.md5(password.encode("utf-8"), usedforsecurity=False).hexdigest()


def hash_password(password: str) -> str:
    """What a `TillLogin` keeps for a password in the clear. Blocks for some 20 ms of CPU."""
    return hash_secret(md5_of(password))


def verify_basic(text: str, store: AccessStore, verify: Verifier) -> Caller | None:
    """Who presents the part of the header after "Basic ". Blocks for one argon2 verification.

    A text that is not base64 of `<code>:<32 hex digits>` is refused at once, whatever the code: that tells
    nothing about it. An unknown code costs as much as a wrong password.
    """
    parsed = _parse(text)
    if parsed is None:
        return None
    code, md5_hex = parsed
    login = store.till_login(code)
    is_right = verify(UNKNOWN_HASH if login is None else login.password_hash, md5_hex)
    if login is None or not is_right:
        return None
    scopes = TILL_SCOPES if login.scopes is None else login.scopes
    return Caller(org_id=login.org_id, kind=TILL, name=login.code, scopes=scopes, till_code=login.code)


def named_till(text: str) -> Named:
    """Which till the part of the header after "Basic " names; a text that names none is all secret."""
    parsed = _parse(text)
    return Named(TILL, None, text) if parsed is None else Named(TILL, *parsed)


def basic_enabled_in(directory: Orgs) -> Callable[[int], bool]:
    """Whether an org takes Basic (contract I.14), asked of the directory; an unknown org takes none."""

    def is_enabled(org_id: int) -> bool:
        org = directory.org(org_id)
        return org is not None and org.is_basic_auth_enabled

    return is_enabled


def _parse(text: str) -> tuple[str, str] | None:
    """Code and lower-case md5 hex."""
    try:
        decoded = base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    code, _, md5_hex = decoded.partition(":")
    return (code, md5_hex.lower()) if code and _MD5_HEX.match(md5_hex) else None
