"""What the directory API shows. Secrets are stored hashed and are in no view; one just made is shown once beside it."""

import msgspec

from hooklog.access.base import AccessStore, ApiKey, Client
from hooklog.access.scopes import TILL_SCOPES, Scope
from hooklog.directory.base import Customer, Group, Org, Till
from hooklog.psi import MASK

__all__ = [
    "ApiKeyView",
    "ClientView",
    "CustomerView",
    "GroupView",
    "IdentifierView",
    "MadeApiKey",
    "MadeClient",
    "MadeOrg",
    "OrgView",
    "TillView",
    "api_key_view",
    "client_view",
    "customer_view",
    "group_view",
    "org_view",
    "till_view",
]


class OrgView(msgspec.Struct, frozen=True, rename="camel"):
    """An org."""

    org_id: int
    name: str
    parent_org_id: int
    time_zone: str
    basic_auth_enabled: bool


class TillView(msgspec.Struct, frozen=True, rename="camel"):
    """A till; `scopes` are of its login."""

    till_id: int
    code: str
    can_sign_in: bool
    scopes: list[str]


class ClientView(msgspec.Struct, frozen=True, rename="camel"):
    """An OAuth client."""

    client_id: int
    name: str
    key: str
    default_till: str
    ttl_seconds: int
    scopes: list[str]
    fallback_to_default_till: bool


class MadeClient(ClientView, frozen=True, rename="camel", omit_defaults=True):
    """An OAuth client; `secret` only where one was just made, this once."""

    secret: str = ""


class ApiKeyView(msgspec.Struct, frozen=True):
    """An API key without the key."""

    name: str
    scopes: list[str]


class MadeApiKey(ApiKeyView, frozen=True, omit_defaults=True):
    """An API key; `key` only where it was just made, this once."""

    key: str = ""


class IdentifierView(msgspec.Struct, frozen=True, rename="camel"):
    """One way to name a customer, in canonical form."""

    type: str
    value: str
    source: str
    account_id: str


class MadeOrg(OrgView, frozen=True, rename="camel", omit_defaults=True):
    """An org that was just made; `api_key` where it got a first one, with the key itself, this once."""

    api_key: MadeApiKey | None = None


class CustomerView(msgspec.Struct, frozen=True, rename="camel"):
    """A customer."""

    user_id: int
    identifiers: list[IdentifierView]


class GroupView(msgspec.Struct, frozen=True, rename="camel"):
    """A user group."""

    group_id: int
    external_id: str
    primary_user_id: int | None
    members: list[int]


def org_view(org: Org) -> OrgView:
    """As shown."""
    return OrgView(org.id, org.name, org.parent_org_id, org.time_zone, org.is_basic_auth_enabled)


def till_view(till: Till, access: AccessStore) -> TillView:
    """As shown. Asks the store for the login."""
    login = access.till_login(till.code)
    if login is None or (login.org_id, login.till_id) != (till.org_id, till.id):
        return TillView(till.id, till.code, can_sign_in=False, scopes=[])
    return TillView(till.id, till.code, can_sign_in=True, scopes=_texts(login.scopes))


def client_view(client: Client, secret: str = "") -> MadeClient:
    """As shown; `secret` is one just made."""
    return MadeClient(
        client.id,
        client.name,
        client.key,
        client.default_till,
        client.ttl_seconds,
        _texts(client.scopes),
        client.falls_back_to_default_till,
        secret,
    )


def api_key_view(key: ApiKey, text: str = "") -> MadeApiKey:
    """As shown; `text` is a key just made."""
    return MadeApiKey(key.name, _texts(key.scopes), text)


def customer_view(customer: Customer, *, is_masked: bool) -> CustomerView:
    """As shown, for who may not see sensitive values without those of the identifiers."""
    known = sorted(customer.identifiers, key=lambda one: (one.type, one.value, one.source, one.account_id))
    return CustomerView(
        customer.user_id,
        [
            IdentifierView(one.type, MASK if is_masked else one.value, one.source, one.account_id)
            for one in known
        ],
    )


def group_view(group: Group) -> GroupView:
    """As shown."""
    return GroupView(group.id, group.external_id, group.primary_user_id, list(group.members))


def _texts(scopes: frozenset[Scope] | None) -> list[str]:
    return sorted(TILL_SCOPES if scopes is None else scopes)
