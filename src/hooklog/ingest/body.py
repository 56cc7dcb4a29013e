"""Whether a body is one that we accept: a JSON object of bounded depth without reserved attributes (contract I.6)."""

import codecs
import re
from itertools import islice

import msgspec

__all__ = ["RESERVED_ATTRIBUTE", "BadBody", "judge_body", "nesting_exceeds"]

RESERVED_ATTRIBUTE = "eventDateTimeInputOffset"
_RESERVED_CODE = 908

# Strings are matched whole, so that brackets inside them do not count.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_OPENING = frozenset({b"{", b"["})
_CLOSING = frozenset({b"}", b"]"})

# Escapes one by one, so that a backslash that is escaped itself begins none; the group is half of a pair.
_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_ESCAPES_LOOKED_AT_MAX = 10_000

_decode = msgspec.json.Decoder().decode


class BadBody(msgspec.Struct, frozen=True):
    """Why not; `code` where one is documented. `is_json` is False only where it does not parse."""

    why: str
    code: int | None = None
    is_json: bool = True


def judge_body(body: bytes, depth_max: int) -> BadBody | None:
    """None for a good body. Linear in its size; never raises.

    Args:
        body: bytes as received.
        depth_max: how deep objects and arrays may be nested. Without a bound of our own, the parser's would
            depend on how deep its caller already is.
    """
    if nesting_exceeds(body, depth_max):
        return BadBody(f"objects and arrays may be nested {depth_max} deep at most")
    try:
        decoded = _decode(body)
    except UnicodeDecodeError as error:
        return BadBody(f"the body is not UTF-8: {error.reason}", is_json=False)
    except (msgspec.DecodeError, RecursionError) as error:
        return BadBody(_why_no_json(body, error), is_json=False)
    if not isinstance(decoded, dict):
        return BadBody("the body must be a JSON object with event_name and the event's attributes")
    if RESERVED_ATTRIBUTE in decoded:
        return BadBody(f"{RESERVED_ATTRIBUTE} is set by the server and may not be sent", _RESERVED_CODE)
    return None


def _why_no_json(body: bytes, error: Exception) -> str:
    """What the parser says, but for what it calls truncated or malformed only."""
    if not body.strip():
        return "the body is empty"
    if body.startswith(codecs.BOM_UTF8):
        return "the body begins with a byte order mark; send UTF-8 without one"
    # The parser may call such a text truncated.
    escapes = islice(_ESCAPES.finditer(body), _ESCAPES_LOOKED_AT_MAX)
    half = next((one[0].decode() for one in escapes if one[1]), None)
    if half is not None:
        return f"the body is not JSON: {half} is half of a surrogate pair, which is no character"
    return f"the body is not JSON: {error}"


def nesting_exceeds(body: bytes, depth_max: int) -> bool:
    """Whether brackets outside of strings open deeper than allowed; an upper bound for what does not parse."""
    if body.count(b"{") + body.count(b"[") <= depth_max:
        return False
    depth = 0
    for bracket in _BRACKETS.finditer(body):
        token = bracket[0]
        if token in _OPENING:
            depth += 1
            if depth > depth_max:
                return True
        elif token in _CLOSING:
            depth -= 1
    return False
