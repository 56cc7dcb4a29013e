"""Whom a call is attributed to: the headers of contract II.2.1 and II.2.2 with their fallback rules (I.14).

`X-CAP-API-ATTRIBUTION-LOOKUP-TYPE` and `-LOOKUP` belong together: one without the other is code 1061. A till
is found by its code only; stores and looked-up accounts are not in the directory, so they are carried along
and the call acts for the caller's own till. A blank header counts as missing (I.21).
"""

from collections.abc import Mapping

import msgspec

from hooklog.access.base import Tills
from hooklog.access.basic import TILL
from hooklog.access.scopes import Caller
from hooklog.author import Attribution

__all__ = ["INVALID_INPUT_CODE", "LOOKUP_PAIR_CODE", "AttributionError", "acting", "attribution"]

LOOKUP_PAIR_CODE = 1061
INVALID_INPUT_CODE = 400

_LOOKUP_TYPE_HEADER = "x-cap-api-attribution-lookup-type"
_LOOKUP_HEADER = "x-cap-api-attribution-lookup"
_ENTITY_TYPE_HEADER = "x-cap-api-attribution-entity-type"
_ENTITY_CODE_HEADER = "x-cap-api-attribution-entity-code"

_LOOKUP_TYPES = ("WECHAT", "MOBILE_TRIGGER")
_TILL_TYPES = ("TILL", "TILL_CODE")
_STORE_TYPES = (
    "STORE_CODE",
    "STORE_NAME",
    "STORE_EXTERNAL_ID",
    "STORE_EXTERNAL_ID_1",
    "STORE_EXTERNAL_ID_2",
)
_SHOWN_CHARS_MAX = 100
# A header may hold thousands; no code of a till or store, and no account, is as long as this.
_KEPT_CHARS_MAX = 255


class AttributionError(msgspec.Struct, frozen=True):
    """The headers cannot be followed: a value, not an exception. HTTP 400 with this code and message."""

    code: int
    message: str


def attribution(
    headers: Mapping[str, str], caller: Caller, directory: Tills
) -> Attribution | AttributionError:
    """Whom a verified caller acts for. Blocks for a short read of the directory at most; may be repeated.

    The entity headers are for clients and API keys; a till acts for itself. A code that is not a till of the
    caller's org falls back to the client's default till where the client says so.

    Args:
        headers: lower-case names.
        caller: who called.
        directory: knows the tills.
    """
    lookup_type, lookup = headers.get(_LOOKUP_TYPE_HEADER, ""), headers.get(_LOOKUP_HEADER, "")
    error = _lookup_error(lookup_type, lookup)
    if error is not None:
        return error
    if caller.kind == TILL or not headers.get(_ENTITY_CODE_HEADER):
        return Attribution(till_code=caller.till_code, lookup_type=lookup_type, lookup=lookup)
    entity_type, entity_code = headers.get(_ENTITY_TYPE_HEADER) or "TILL", headers[_ENTITY_CODE_HEADER]
    till_code = _till_code(entity_type, entity_code, caller, directory)
    if isinstance(till_code, AttributionError):
        return till_code
    return Attribution(till_code, entity_type, entity_code, lookup_type, lookup)


def acting(caller: Caller, acts_for: Attribution) -> Caller:
    """The caller together with whom it acts for, for the audit; as it is where its own name tells that already."""
    if not acts_for.lookup and (caller.kind == TILL or not (acts_for.till_code or acts_for.entity_code)):
        return caller
    kept = msgspec.structs.replace(
        acts_for,
        entity_code=acts_for.entity_code[:_KEPT_CHARS_MAX],
        lookup=acts_for.lookup[:_KEPT_CHARS_MAX],
    )
    return msgspec.structs.replace(caller, acts_for=kept)


def _lookup_error(lookup_type: str, lookup: str) -> AttributionError | None:
    if bool(lookup_type) != bool(lookup):
        given, missing = ("-TYPE", "") if lookup_type else ("", "-TYPE")
        return AttributionError(
            LOOKUP_PAIR_CODE,
            f"X-CAP-API-ATTRIBUTION-LOOKUP{given} was sent without X-CAP-API-ATTRIBUTION-LOOKUP{missing};"
            " send both or neither",
        )
    if lookup_type and lookup_type not in _LOOKUP_TYPES:
        return _not_allowed("X-CAP-API-ATTRIBUTION-LOOKUP-TYPE", lookup_type, _LOOKUP_TYPES)
    return None


def _till_code(
    entity_type: str, entity_code: str, caller: Caller, directory: Tills
) -> str | AttributionError:
    if entity_type in _STORE_TYPES:
        return caller.till_code
    if entity_type not in _TILL_TYPES:
        return _not_allowed("X-CAP-API-ATTRIBUTION-ENTITY-TYPE", entity_type, (*_TILL_TYPES, *_STORE_TYPES))
    if _is_till_of(caller.org_id, entity_code, directory):
        return entity_code
    if caller.falls_back_to_default_till and _is_till_of(caller.org_id, caller.till_code, directory):
        return caller.till_code
    return AttributionError(
        INVALID_INPUT_CODE,
        f"X-CAP-API-ATTRIBUTION-ENTITY-CODE is {_shown(entity_code)};"
        " allowed is the code of a till of this org",
    )


def _is_till_of(org_id: int, code: str, directory: Tills) -> bool:
    till = directory.till(code)
    return till is not None and till.org_id == org_id


def _not_allowed(header: str, value: str, allowed: tuple[str, ...]) -> AttributionError:
    message = f"{header} is {_shown(value)}; allowed are {', '.join(allowed)}"
    return AttributionError(INVALID_INPUT_CODE, message)


def _shown(value: str) -> str:
    return repr(value[:_SHOWN_CHARS_MAX])
