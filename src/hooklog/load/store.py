"""Filling a data folder from one file: orgs, tills, clients, keys, customers, groups, definitions, webhooks.

The form is that of `fixtures/demo.json` (contract I.27). Loading is idempotent: again changes nothing, and never
turns a disabled webhook or event back on. Files are the operator's word, so the API's limits do not apply.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hooklog.access.api_keys import api_key_of
from hooklog.access.base import Client, TillLogin
from hooklog.access.basic import hash_password
from hooklog.access.hashing import hash_secret
from hooklog.access.scopes import Scope, parse_scopes
from hooklog.author import Author, operator
from hooklog.catalog.base import Attribute, Definition, Field, PublishState, Webhook
from hooklog.catalog.field_catalogue import field_type, field_types
from hooklog.directory.base import Customer, Group, Org, Till
from hooklog.directory.identifier import canonical
from hooklog.errors import LoadError
from hooklog.load.form import (
    ClientPart,
    CustomerPart,
    EventPart,
    FieldPart,
    GroupPart,
    LoadFile,
    OrgMember,
    OrgPart,
    TillPart,
    WebhookPart,
    read_load_file,
)
from hooklog.load.operator import (
    Members,
    store_api_key,
    store_client,
    store_org,
    store_till,
    store_till_login,
)
from hooklog.server import Rooms

__all__ = ["load", "load_path"]


def load(rooms: Rooms, file: LoadFile, progress: Callable[[str], None] = lambda _: None) -> None:
    """Store everything, in an order in which nothing points at what is not there yet. May be repeated.

    Args:
        rooms: of a folder that no server holds.
        file: what to store.
        progress: told of each part stored.

    Raises:
        LoadError: something contradicts what is there; what came before it is stored.
    """
    for org in file.orgs:
        _put_org(rooms, org)
        progress(f"org {org.org_id}")
    for part in (*file.tills, *file.clients, *file.api_keys, *file.customers, *file.groups, *file.events):
        _require_org(rooms, part)
    for till in file.tills:
        _put_till(rooms, till)
        progress(f"till {till.code}")
    for client in file.clients:
        _put_client(rooms, client)
        progress(f"client {client.name}")
    for key in file.api_keys:
        store_api_key(rooms, api_key_of(key.org_id, key.name, key.key, _scopes(key.scopes) or frozenset()))
        progress(f"API key {key.name}")
    members = Members(rooms.directory)
    for customer in file.customers:
        members.store_customer(_customer(customer))
        progress(f"customer {customer.user_id}")
    for group in file.groups:
        members.store_group(_group(group))
        progress(f"group {group.external_id}")
    # To the audit a file is one request.
    by = operator()
    for event in file.events:
        rooms.catalog.put_definition(_definition(event), by)
        progress(f"event {event.event_name}")
    for webhook in file.webhooks:
        _put_webhook(rooms, webhook, by)
        progress(f"webhook {webhook.web_hook_id}")


def load_path(rooms: Rooms, path: Path, progress: Callable[[str], None] = lambda _: None) -> LoadFile:
    """Read and store a file; returns what it said. See `load`."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise LoadError(f"{path} cannot be read: {error.strerror}") from error
    file = read_load_file(text, str(path))
    load(rooms, file, progress)
    return file


def _require_org(rooms: Rooms, part: OrgMember) -> None:
    if rooms.directory.org(part.org_id) is None:
        raise LoadError(f"org {part.org_id} of {type(part).__name__} is not known", "list it under `orgs`")


def _put_org(rooms: Rooms, org: OrgPart) -> None:
    try:
        ZoneInfo(org.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise LoadError(
            f"org {org.org_id}: {org.time_zone!r} is no time zone such as Asia/Kolkata"
        ) from error
    store_org(rooms, Org(org.org_id, org.name, org.parent_org_id, org.time_zone, org.basic_auth_enabled))


def _put_till(rooms: Rooms, till: TillPart) -> None:
    store_till(rooms, Till(till.org_id, till.till_id, till.code))
    if till.password is not None:
        hashed = hash_password(till.password)
        store_till_login(rooms, TillLogin(till.org_id, till.till_id, till.code, hashed, _scopes(till.scopes)))


def _put_client(rooms: Rooms, client: ClientPart) -> None:
    store_client(
        rooms,
        Client(
            org_id=client.org_id,
            id=client.client_id,
            name=client.name,
            key=client.key,
            secret_hash=hash_secret(client.secret),
            default_till=client.default_till,
            ttl_seconds=client.ttl_seconds,
            scopes=_scopes(client.scopes),
            falls_back_to_default_till=client.fallback_to_default_till,
        ),
    )


def _customer(customer: CustomerPart) -> Customer:
    identifiers = tuple(
        canonical(one.type, one.value, one.source, one.account_id) for one in customer.identifiers
    )
    return Customer(customer.org_id, customer.user_id, identifiers)


def _group(group: GroupPart) -> Group:
    members = tuple(sorted({*group.members}))
    return Group(group.org_id, group.group_id, group.external_id, group.primary_user_id, members)


def _definition(event: EventPart) -> Definition:
    states = (PublishState.UNPUBLISHED, PublishState.PUBLISHED, PublishState.DISABLED)
    if event.status not in states:
        raise LoadError(f"event {event.event_name}: status {event.status!r} is none of {', '.join(states)}")
    fields = tuple(
        Field(
            field.name,
            _field_type(event, field),
            {
                name: Attribute(one.value, one.value_type, one.values)
                for name, one in field.attributes.items()
            },
        )
        for field in event.fields
    )
    return Definition(
        org_id=event.org_id,
        name=event.event_name,
        version=0,
        actions=tuple(event.actions),
        fields=fields,
        state=event.status,
        is_verified=event.status == PublishState.PUBLISHED,
        label=event.label,
        description=event.description,
    )


def _field_type(event: EventPart, field: FieldPart) -> str:
    """In its documented spelling, by which the pipeline knows it; a file may have it in any case."""
    known = field_type(field.type)
    if known is None:
        allowed = ", ".join(field_types().values())
        raise LoadError(
            f"event {event.event_name}: field {field.name!r} has the type {field.type!r}; there are {allowed}"
        )
    return known


def _put_webhook(rooms: Rooms, webhook: WebhookPart, by: Author) -> None:
    _require_org(rooms, webhook)
    till = rooms.directory.till(webhook.till_code)
    if till is None or till.org_id != webhook.org_id:
        raise LoadError(
            f"webhook {webhook.web_hook_id}: till {webhook.till_code!r} is not one of org {webhook.org_id}"
        )
    if webhook.auth_enabled and webhook.auth_mechanism.upper() not in {"BASIC", "OAUTH"}:
        raise LoadError(f"webhook {webhook.web_hook_id}: authMechanism must be BASIC or OAUTH")
    known = rooms.catalog.webhook(webhook.web_hook_id.lower())
    if known is not None and known.org_id != webhook.org_id:
        raise LoadError(f"webhook {webhook.web_hook_id} belongs to org {known.org_id}")
    rooms.catalog.put_webhook(
        Webhook(
            org_id=webhook.org_id,
            id=webhook.web_hook_id.lower(),
            transformer=webhook.transformer_type,
            till_code=webhook.till_code,
            auth_enabled=webhook.auth_enabled,
            auth_mechanism=webhook.auth_mechanism.upper(),
            uniqueness_check_enabled=webhook.uniqueness_check_enabled,
            listen_to_child_events=webhook.listen_to_child_events,
        ),
        by,
    )


def _scopes(texts: Iterable[str] | None) -> frozenset[Scope] | None:
    try:
        return None if texts is None else parse_scopes(texts)
    except ValueError as error:
        raise LoadError(str(error)) from error
