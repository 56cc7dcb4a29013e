"""Why a field failed, and how the log says it (contract I.20).

Promises: whatever was received, a failure is small and a message has at most 2,000 characters, which never
hold the value of a sensitive field.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

__all__ = [
    "HINT_CHARS_MAX",
    "MESSAGE_CHARS_MAX",
    "RECEIVED_CHARS_MAX",
    "RULE_REQUIRED",
    "FieldFailure",
    "cut",
    "failure_of",
    "failures_message",
    "json_text",
    "missing",
]

RULE_REQUIRED: Final = "isRequired"
RECEIVED_CHARS_MAX: Final = 100
HINT_CHARS_MAX: Final = 500
MESSAGE_CHARS_MAX: Final = 2_000
_MASK = "*****"


class FieldFailure(msgspec.Struct, frozen=True):
    """One field, the rule it broke, what was received and what to do about it.

    `received` is cut to 100 characters and not masked: whoever shows it masks a sensitive field.
    """

    field: str
    rule: str
    received: str
    hint: str


def failures_message(failures: Sequence[FieldFailure], psi: frozenset[str]) -> str:
    """The message of contract I.20, at most 2,000 characters; where not all fits, the last are only named.

    Args:
        failures: at least one, in the order in which they are named.
        psi: names of sensitive fields, whose values are shown as `*****`.
    """
    message = "Field validation failed: "
    for position, failure in enumerate(failures):
        separator = "; " if position else ""
        # Where nothing was received there is no value to hide, and saying so is what helps.
        is_hidden = failure.field in psi and failure.rule != RULE_REQUIRED
        received = _MASK if is_hidden else cut(failure.received, RECEIVED_CHARS_MAX)
        item = f"{separator}{failure.field}: {failure.rule}, received {received}, {failure.hint}"
        rest = "; also " + ", ".join(later.field for later in failures[position + 1 :])
        if len(message) + len(item) + len(rest) > MESSAGE_CHARS_MAX:
            names = ", ".join(later.field for later in failures[position:])
            return cut(f"{message}{separator}also {names}", MESSAGE_CHARS_MAX)
        message += item
    return message


def failure_of(name: str, rule: str, value: object, hint: str) -> FieldFailure:
    """The failure of a value that is there, decoded from JSON."""
    received = value if isinstance(value, str) else json_text(value)
    shown = "a deeply nested value" if received is None else cut(received, RECEIVED_CHARS_MAX)
    return FieldFailure(name, rule, shown, cut(hint, HINT_CHARS_MAX))


def missing(name: str, values: dict[str, object]) -> FieldFailure:
    """The failure of a required field that was not sent, or sent as null or ""."""
    received = ('""' if values[name] == "" else "null") if name in values else "nothing"
    return FieldFailure(name, RULE_REQUIRED, received, "send a value")


def json_text(value: object) -> str | None:
    """Compact JSON; None where the value is nested more deeply than this depth of calls allows to write."""
    try:
        return msgspec.json.encode(value).decode()
    except RecursionError:
        return None


def cut(text: str, chars_max: int) -> str:
    """The text, or its beginning with an ellipsis: at most `chars_max` characters in all."""
    return text if len(text) <= chars_max else text[: chars_max - 1] + "…"
