"""What a customer identifier looks like: which values are malformed, which two are the same.

Promise: two identifiers name the same customer exactly when their canonical forms are equal (contract I.22).
"""

import re
from typing import Final

from hooklog.directory.base import Identifier

__all__ = ["IDENTIFIER_TYPES", "canonical", "canonical_type", "canonical_value", "is_malformed"]

IDENTIFIER_TYPES: Final = (
    "mobile",
    "email",
    "externalId",
    "userId",
    "wechat",
    "martjackId",
    "fbId",
    "tmall_uname",
    "cuid",
    "ali_uname",
    "jd_uname",
    "vip_uname",
    "line",
    "unionId",
    "fcmToken",
    "cardnumber",
    "cardExternalId",
)
"""The documented types in their documented spelling (fixture `identifierTypes`)."""

_SPELLING: Final = {spelling.lower(): spelling for spelling in IDENTIFIER_TYPES}
_MOBILE = re.compile(r"\+?[0-9]{7,15}")
# A userId is a signed 64-bit integer (contract II.11.3), which has at most 19 digits.
_USER_ID = re.compile(r"-?[0-9]{1,19}")
_USER_ID_MIN, _USER_ID_MAX = -(1 << 63), (1 << 63) - 1
_DEFAULT_SOURCE = "INSTORE"


def canonical_type(text: str) -> str:
    """The documented spelling of an identifier type, which may come in any case; an unknown type as given."""
    return _SPELLING.get(text.lower(), text)


def is_malformed(identifier_type: str, value: str) -> bool:
    """Whether a value cannot be one of its type (contract I.5 (e)); other types than these never are.

    mobile: an optional + and 7 to 15 digits; email: one @ with text around it; userId: an integer of 64 bits.
    """
    kind = canonical_type(identifier_type)
    if kind == "mobile":
        return _MOBILE.fullmatch(value) is None
    if kind == "email":
        local, _, domain = value.partition("@")
        return not local.strip() or not domain.strip() or "@" in domain
    if kind == "userId":
        return _USER_ID.fullmatch(value) is None or not _USER_ID_MIN <= int(value) <= _USER_ID_MAX
    return False


def canonical(
    identifier_type: str, value: str, source: str = _DEFAULT_SOURCE, account_id: str = ""
) -> Identifier:
    """The form in which identifiers are stored and compared (contract I.22).

    A mobile loses one leading +, an email its case; the source is in capitals, INSTORE where it is empty.
    Whether the value is well formed is not looked at.
    """
    kind = canonical_type(identifier_type)
    return Identifier(kind, canonical_value(kind, value), (source or _DEFAULT_SOURCE).upper(), account_id)


def canonical_value(kind: str, value: str) -> str:
    """The value of a canonical identifier; `kind` is a canonical type."""
    if kind == "mobile":
        return value.removeprefix("+")
    return value.casefold() if kind == "email" else value
