"""A webhook as it is sent to be made, changed or found (contract I.12, I.28, II.7)."""

import re
from typing import Any

import msgspec

from hooklog.api.bodies import boolean_in, shown, text_in
from hooklog.api.envelope import ApiError
from hooklog.api.mapping_form import transformer_in
from hooklog.catalog.base import Webhook

__all__ = ["KEYS", "changed_webhook", "webhook_id_in"]

KEYS = (
    "transformerType",
    "tillCode",
    "authEnabled",
    "authMechanism",
    "uniquenessCheckEnabled",
    "listenToChildEvents",
)
_MECHANISMS = ("BASIC", "OAUTH")
_ID = re.compile(r"[0-9a-fA-F]{32}")
_URI = re.compile(r"(?:.*/)?webhooks/([0-9a-fA-F]{32})/?")
_TEXT_CHARS_MAX = 200
_URI_CHARS_MAX = 2_000


def changed_webhook(webhook: Webhook, body: dict[str, Any]) -> Webhook:
    """The webhook with what the body says; keys that are left out stay.

    Whether the till is the org's own is for the caller to look at.

    Raises:
        ApiError: 400 with code 1808 or 1839, or for a key of a wrong kind, or for uniqueness turned off.
    """
    given = {
        "transformer": transformer_in(body) if body.get("transformerType") is not None else None,
        "till_code": text_in(body, "tillCode", chars_max=_TEXT_CHARS_MAX),
        "auth_enabled": boolean_in(body, "authEnabled"),
        "auth_mechanism": _mechanism(body),
        "uniqueness_check_enabled": boolean_in(body, "uniquenessCheckEnabled"),
        "listen_to_child_events": boolean_in(body, "listenToChildEvents"),
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    changed = msgspec.structs.replace(webhook, **changes)
    if webhook.uniqueness_check_enabled and not changed.uniqueness_check_enabled:
        raise ApiError(400, "uniquenessCheckEnabled is false; once true it stays true")
    if changed.auth_enabled and not changed.auth_mechanism:
        raise _no_mechanism(None)
    return changed


def webhook_id_in(body: dict[str, Any]) -> str:
    """Which webhook a body is about, by `webHookId` or `webHookUri`; its id in lower case, "" where it cannot be one.

    Raises:
        ApiError: 400 where neither is there, or both and they differ.
    """
    webhook_id = text_in(body, "webHookId", chars_max=_TEXT_CHARS_MAX)
    uri = text_in(body, "webHookUri", chars_max=_URI_CHARS_MAX)
    if webhook_id is None and uri is None:
        raise ApiError(400, "webHookId and webHookUri are missing; one of them says which webhook is meant")
    found = set()
    if webhook_id is not None:
        found.add(webhook_id.lower() if _ID.fullmatch(webhook_id) else "")
    if uri is not None:
        match = _URI.fullmatch(uri)
        found.add(match[1].lower() if match else "")
    if len(found) > 1:
        raise ApiError(
            400, f"webHookId {shown(webhook_id)} and webHookUri {shown(uri)} are not the same webhook"
        )
    return found.pop()


def _mechanism(body: dict[str, Any]) -> str | None:
    raw = body.get("authMechanism")
    if raw is None or raw == "":
        return None
    if not isinstance(raw, str) or raw.upper() not in _MECHANISMS:
        raise _no_mechanism(raw)
    return raw.upper()


def _no_mechanism(raw: object) -> ApiError:
    received = "missing" if raw is None else shown(raw)
    return ApiError(
        400,
        f"auth mechanism not present: authMechanism is {received}; allowed are {' and '.join(_MECHANISMS)}",
        code=1839,
    )
