"""The catalog: definitions, mappings, webhooks, saved filters and the audit can be read and are what their rows say."""

from typing import Any

import apsw
import msgspec

from hooklog.catalog.base import Definition, PublishState, Webhook
from hooklog.catalog.mapping import EventMapping
from hooklog.catalog.saved_filter import SavedFilter
from hooklog.catalog.sqlite import FILE_NAME
from hooklog.catalog.sqlite_rows import decode_change
from hooklog.check.findings import Check
from hooklog.check.known import Known

__all__ = ["check_catalog"]

_STATES = frozenset({PublishState.UNPUBLISHED, PublishState.PUBLISHED, PublishState.DISABLED})

_decode_definition = msgspec.json.Decoder(Definition).decode
_decode_filter = msgspec.json.Decoder(SavedFilter).decode
_decode_mapping = msgspec.json.Decoder(EventMapping).decode
_decode_webhook = msgspec.json.Decoder(Webhook).decode


def check_catalog(connection: apsw.Connection, known: Known) -> list[Check]:
    """Everything in the catalog; fills in `known.definitions` and `known.webhooks`."""
    return [
        _check_definitions(connection, known),
        _check_webhooks(connection, known),
        _check_mappings(connection, known),
        _check_filters(connection, known),
        _check_audit(connection, known),
    ]


def _check_definitions(connection: apsw.Connection, known: Known) -> Check:
    check = Check(FILE_NAME, "definitions")
    known.definitions = set()
    before: tuple[int, str, int] = (0, "", 0)
    for org_id, name, version, body in connection.execute(
        "SELECT org, name, version, body FROM definition ORDER BY org, name, version"
    ):
        check.look()
        known.definitions.add((org_id, name, version))
        what = f"version {version} of {name!r} of org {org_id}"
        expected = before[2] + 1 if before[:2] == (org_id, name) else 1
        check.expect(version == expected, f"{what}: version {expected} is missing; all are kept")
        before = org_id, name, version
        check.expect(known.has_org(org_id), f"{what}: org {org_id} is not in directory.db")
        definition = _decoded(_decode_definition, body, what, check)
        if definition is not None:
            check.expect(
                (definition.org_id, definition.name, definition.version) == (org_id, name, version),
                f"{what} says it is version {definition.version} of {definition.name!r} of org {definition.org_id}",
            )
            check.expect(
                definition.state in _STATES,
                f"{what}: state {definition.state!r} is none of {', '.join(sorted(_STATES))}",
            )
    return check


def _check_mappings(connection: apsw.Connection, known: Known) -> Check:
    check = Check(FILE_NAME, "mappings")
    for org_id, event_name, body in connection.execute("SELECT org, event, body FROM mapping"):
        check.look()
        what = f"the mapping of {event_name!r} of org {org_id}"
        check.expect((org_id, event_name, 1) in (known.definitions or ()), f"{what}: there is no such event")
        mapping = _decoded(_decode_mapping, body, what, check)
        if mapping is not None:
            check.expect(
                (mapping.org_id, mapping.event_name) == (org_id, event_name),
                f"{what} says it is of {mapping.event_name!r} of org {mapping.org_id}",
            )
    return check


def _check_filters(connection: apsw.Connection, known: Known) -> Check:
    check = Check(FILE_NAME, "filters")
    for org_id, name, body in connection.execute("SELECT org, name, body FROM saved_filter"):
        check.look()
        what = f"the saved filter {name!r} of org {org_id}"
        check.expect(known.has_org(org_id), f"{what}: org {org_id} is not in directory.db")
        saved = _decoded(_decode_filter, body, what, check)
        if saved is not None:
            check.expect(
                (saved.org_id, saved.name) == (org_id, name),
                f"{what} says it is {saved.name!r} of org {saved.org_id}",
            )
    return check


def _check_audit(connection: apsw.Connection, known: Known) -> Check:
    check = Check(FILE_NAME, "audit")
    for sequence, org_id, event_name, *row in connection.execute(
        "SELECT sequence, org, event, kind, at_ms, author, after, before FROM audit ORDER BY sequence"
    ):
        check.look()
        what = f"change {sequence}"
        check.expect(known.has_org(org_id), f"{what}: org {org_id} is not in directory.db")
        try:
            change = decode_change(tuple(row))
        except ValueError as error:
            check.wrong(f"{what} cannot be decoded: {error}")
            continue
        check.expect(
            (change.org_id, change.event_name) == (org_id, event_name),
            f"{what} says it is of {change.event_name!r} of org {change.org_id}",
        )
    return check


def _check_webhooks(connection: apsw.Connection, known: Known) -> Check:
    check = Check(FILE_NAME, "webhooks")
    known.webhooks = set()
    for webhook_id, org_id, body in connection.execute("SELECT id, org, body FROM webhook"):
        check.look()
        known.webhooks.add(webhook_id)
        what = f"webhook {webhook_id}"
        check.expect(known.has_org(org_id), f"{what}: org {org_id} is not in directory.db")
        webhook = _decoded(_decode_webhook, body, what, check)
        if webhook is not None:
            check.expect(
                (webhook.id, webhook.org_id) == (webhook_id, org_id),
                f"{what} of org {org_id} says it is {webhook.id} of org {webhook.org_id}",
            )
    return check


def _decoded(decode: Any, body: object, what: str, check: Check) -> Any:
    try:
        return decode(body)
    except msgspec.MsgspecError as error:
        check.wrong(f"{what} cannot be decoded: {error}")
        return None
