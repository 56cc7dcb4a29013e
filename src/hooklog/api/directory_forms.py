"""What the directory API takes: bodies of requests and lines of imports, with their bounds (contract I.14, I.22).

null and "" count as missing (contract I.21). A message never repeats a secret.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from hooklog.access.base import TOKEN_TTL_SECONDS_MAX
from hooklog.access.scopes import Caller, Scope
from hooklog.api.bodies import json_object, shown, unknown_keys
from hooklog.api.context import AnyRequest
from hooklog.api.envelope import ApiError, Notice
from hooklog.directory.base import Identifier
from hooklog.directory.identifier import IDENTIFIER_TYPES, canonical, canonical_type, is_malformed

__all__ = [
    "BODY_BYTES_MAX",
    "ApiKeyChange",
    "ApiKeyForm",
    "ClientChange",
    "ClientForm",
    "CustomerChange",
    "CustomerForm",
    "GroupChange",
    "GroupForm",
    "IdentifierForm",
    "OrgChange",
    "OrgForm",
    "TillChange",
    "TillForm",
    "form_of",
    "identifiers_of",
    "read_form",
    "require_held",
    "why_not_zone",
]

# A group with as many members as it may have is smaller.
BODY_BYTES_MAX = 512 * 1024
_SECRETS = frozenset({"key", "secret", "password"})
# The installation counts made user ids up from the highest one: all of them must stay exact in JSON, below 2**53.
_ID_MAX = 10**15
_TYPES = frozenset(IDENTIFIER_TYPES) - {"userId"}

Id = Annotated[int, Meta(ge=1, le=_ID_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
# Basic parts code and password at the colon; a code is in URLs and headers.
Code = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^:\x00-\x20\x7f]+$")]
Password = Annotated[str, Meta(min_length=8, max_length=200)]
Secret = Annotated[str, Meta(min_length=16, max_length=255, pattern=r"^[\x21-\x7e]+$")]
ClientKey = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
Seconds = Annotated[int, Meta(ge=1, le=TOKEN_TTL_SECONDS_MAX)]
Value = Annotated[str, Meta(min_length=1, max_length=500)]
Members = Annotated[list[Id], Meta(max_length=10_000)]

Form = TypeVar("Form", bound=msgspec.Struct)


class OrgChange(msgspec.Struct, frozen=True, rename="camel"):
    """What an org may change about itself; what is left out stays."""

    name: Name | None = None
    time_zone: str | None = None
    basic_auth_enabled: bool | None = None


class OrgForm(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A new child org; with `api_key_name` a first API key for it is made."""

    org_id: Id
    name: Name
    time_zone: str = "UTC"
    basic_auth_enabled: bool = True
    api_key_name: Name | None = None


class TillChange(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A till's login; what is left out stays. The code never changes: webhooks and records name it."""

    password: Password | None = None
    scopes: list[Scope] | None = None


class TillForm(TillChange, frozen=True, rename="camel", kw_only=True):
    """A new till; with a password it can sign in."""

    till_id: Id
    code: Code


class ClientChange(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """An OAuth client; what is left out stays. `newSecret` has one made, which ends the old one."""

    name: Name | None = None
    secret: Secret | None = None
    new_secret: bool = False
    default_till: Code | None = None
    ttl_seconds: Seconds | None = None
    scopes: list[Scope] | None = None
    fallback_to_default_till: bool | None = None


class ClientForm(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A new OAuth client; key and secret are made where they are left out."""

    client_id: Id
    name: Name
    key: ClientKey | None = None
    secret: Secret | None = None
    default_till: Code | None = None
    ttl_seconds: Seconds = 300
    scopes: list[Scope] | None = None
    fallback_to_default_till: bool = False


class ApiKeyChange(msgspec.Struct, frozen=True, rename="camel"):
    """What an API key may do from now on."""

    scopes: list[Scope]


class ApiKeyForm(ApiKeyChange, frozen=True, rename="camel", kw_only=True):
    """A new API key; the key itself is made where it is left out."""

    name: Name
    key: Secret | None = None


class IdentifierForm(msgspec.Struct, frozen=True, rename="camel"):
    """One way to name a customer."""

    type: str
    value: Value
    source: Name = "INSTORE"
    account_id: str = ""


Identifiers = Annotated[list[IdentifierForm], Meta(max_length=50)]


class CustomerChange(msgspec.Struct, frozen=True):
    """Identifiers to add."""

    identifiers: Identifiers = []


class CustomerForm(CustomerChange, frozen=True, rename="camel", kw_only=True):
    """A customer; the user id is made where it is left out."""

    user_id: Id | None = None


class GroupChange(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A whole group, members included."""

    external_id: Name
    primary_user_id: Id | None = None
    members: Members = []


class GroupForm(GroupChange, frozen=True, rename="camel", kw_only=True):
    """A group with its id."""

    group_id: Id


async def read_form(request: AnyRequest, kind: type[Form]) -> tuple[Form, list[Notice]]:
    """A body as a form, and warnings for keys that mean nothing.

    Raises:
        ApiError: 400 or 415; the message names the key and, unless it is secret, what was received.
    """
    body = await json_object(request)
    form = form_of(body, kind)
    if isinstance(form, str):
        raise ApiError(400, form)
    return form, unknown_keys(body, kind.__struct_encode_fields__)


def require_held(caller: Caller, given: Iterable[Scope], kept: Iterable[Scope] = ()) -> None:
    """Nobody hands out what they do not hold (contract I.14); `kept` are scopes that are not given anew.

    Raises:
        ApiError: 403 (4000), naming the scopes.
    """
    lacking = caller.lacks({*given} - {*kept})
    if lacking:
        named = ", ".join(lacking)
        raise ApiError(
            403, f"Not authorized. Access is denied! scopes: only who holds {named} can give it", code=4000
        )


def form_of(body: dict[str, Any], kind: type[Form]) -> Form | str:
    """A JSON object as a form, or why it is none."""
    given = {name: value for name, value in body.items() if value is not None and value != ""}
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        name = where.strip(".`")
        allowed = f"; scopes are {', '.join(Scope)}" if name.startswith("scopes") else ""
        received = f" (received {shown(given[name])})" if name in given and name not in _SECRETS else ""
        return f"{name or 'the body'}: {what}{received}{allowed}"


def identifiers_of(forms: Sequence[IdentifierForm]) -> tuple[Identifier, ...] | str:
    """Identifiers in canonical form, or why they are none."""
    for form in forms:
        kind = canonical_type(form.type)
        if kind not in _TYPES:
            return f"identifier type {shown(form.type)} is not known; allowed are {', '.join(sorted(_TYPES))}"
        if is_malformed(kind, form.value):
            return f"identifiers: {shown(form.value)} is no {kind}"
    return tuple(canonical(one.type, one.value, one.source, one.account_id) for one in forms)


def why_not_zone(name: str) -> str | None:
    """Why a text names no time zone here; None when it does."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"timeZone: {shown(name)} is no time zone known here; they have names such as Asia/Kolkata"
    return None
