"""The form of a file for `load`, that of `fixtures/demo.json` (contract I.27)."""

import msgspec

from hooklog.catalog.base import PublishState
from hooklog.errors import LoadError
from hooklog.event import NO_PARENT

__all__ = [
    "ApiKeyPart",
    "AttributePart",
    "ClientPart",
    "CustomerPart",
    "EventPart",
    "FieldPart",
    "GroupPart",
    "IdentifierPart",
    "LoadFile",
    "OrgMember",
    "OrgPart",
    "TillPart",
    "WebhookPart",
    "read_load_file",
]


class OrgMember(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What all parts of the file share: documented camel-case keys, and a misspelt key is an error."""

    org_id: int


class OrgPart(OrgMember, frozen=True, rename="camel", forbid_unknown_fields=True):
    """An org."""

    name: str = ""
    parent_org_id: int = NO_PARENT
    time_zone: str = "UTC"
    basic_auth_enabled: bool = True


class TillPart(OrgMember, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A till; with a password it can sign in."""

    till_id: int
    code: str
    password: str | None = None
    scopes: list[str] | None = None


class ClientPart(OrgMember, frozen=True, rename="camel", forbid_unknown_fields=True):
    """An OAuth client."""

    client_id: int
    name: str
    key: str
    secret: str
    default_till: str = ""
    ttl_seconds: int = 300
    scopes: list[str] | None = None
    fallback_to_default_till: bool = False


class ApiKeyPart(OrgMember, frozen=True, rename="camel", forbid_unknown_fields=True):
    """An API key."""

    name: str
    key: str
    scopes: list[str]


class IdentifierPart(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One way to name a customer."""

    type: str
    value: str
    source: str = "INSTORE"
    account_id: str = ""


class CustomerPart(OrgMember, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A customer."""

    user_id: int
    identifiers: list[IdentifierPart] = []


class GroupPart(OrgMember, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A user group."""

    group_id: int
    external_id: str
    primary_user_id: int | None = None
    members: list[int] = []


class AttributePart(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A setting of a field."""

    value: str | None = None
    value_type: str = ""
    values: tuple[str, ...] | None = None


class FieldPart(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A declared attribute of an event."""

    name: str
    type: str
    attributes: dict[str, AttributePart] = {}


class EventPart(OrgMember, frozen=True, rename="camel", forbid_unknown_fields=True):
    """An event definition."""

    event_name: str
    actions: list[str]
    fields: list[FieldPart]
    label: str = ""
    description: str = ""
    status: str = PublishState.UNPUBLISHED


class WebhookPart(OrgMember, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A webhook."""

    web_hook_id: str
    transformer_type: str
    till_code: str
    auth_enabled: bool = False
    auth_mechanism: str = ""
    uniqueness_check_enabled: bool = False
    listen_to_child_events: bool = False


class LoadFile(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """The whole file; `pushes` is for the demo and ignored here."""

    orgs: list[OrgPart] = []
    tills: list[TillPart] = []
    clients: list[ClientPart] = []
    api_keys: list[ApiKeyPart] = []
    customers: list[CustomerPart] = []
    groups: list[GroupPart] = []
    events: list[EventPart] = []
    webhooks: list[WebhookPart] = []
    pushes: list[msgspec.Raw] = []


def read_load_file(text: bytes, name: str) -> LoadFile:
    """The file's content.

    Raises:
        LoadError: it is no JSON of the right form; the message says where.
    """
    try:
        return msgspec.json.decode(text, type=LoadFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LoadError(f"{name} cannot be loaded: {error}", "fixtures/demo.json shows the form") from error
