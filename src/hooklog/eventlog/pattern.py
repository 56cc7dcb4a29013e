"""What the messages of failures have in common: the message with `{}` where values were (contract I.18, I.20).

Promise: a pattern never shows a value that was pushed, not even one that was made to look like a message, and there
are few of them. So they are made of what each status is known to say, not of the message's looks.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from hooklog.event import USUAL_MESSAGES, Stage, StageRecord, Status

__all__ = ["NO_PATTERN", "PATTERN_CHARACTERS_MAX", "needs_stages_for_pattern", "pattern_of"]

NO_PATTERN: Final = ""
PATTERN_CHARACTERS_MAX: Final = 300
# A source that leaves out any of its fields would otherwise make a pattern of each combination.
_FIELDS_NAMED_MAX = 5
_NO_RULE_OF_A_FIELD = "nesting"  # of attributes that nobody declared, so their names are values too

_BEFORE_VALUE: Final = {
    Status.INVALID_GROUP_IDENTIFIER_PASSED: ("Invalid group identifier passed ",),
    Status.NO_CUSTOMER_DETAILS_PASSED: ("Customer details not passed ,User does not belong to group ",),
    Status.INVALID_EVENT_NAME: ("Invalid event name ",),
    Status.INVALID_TILL_CODE: ("Invalid till code ",),
    Status.INVALID_CUSTOMER_IDENTIFIER: ("Invalid customer identifier ",),
    Status.CUSTOMER_CREATION_FAILED: ("Customer creation failed ",),
    Status.INVALID_CHILD_ORG: ("Invalid child org ",),
    Status.REQUEST_TOO_LARGE: ("Request too large: ",),
    Status.INVALID_REQUEST_BODY: ("Invalid request body: content type ",),
}
# What a loyalty endpoint answers with is what failures are told apart by, so that number stays.
_ANSWERED = re.compile(r"answered [1-5][0-9]{2}\b")
_VALUE = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|\d+(?:[.,:]\d+)*", re.DOTALL)


def needs_stages_for_pattern(status: Status) -> bool:
    """Whether the pattern of such an entry is told by its timeline."""
    return status is Status.FIELD_VALIDATION_FAILED


def pattern_of(status: Status, message: str, stages: Sequence[StageRecord]) -> str:
    """The pattern of an entry's message, the same for ever; "" for a success.

    Args:
        status: how the event ended.
        message: what its entry says.
        stages: its timeline, which may be left out unless `needs_stages_for_pattern`.
    """
    if status is Status.EVENT_SUCCESS:
        return NO_PATTERN
    if message == USUAL_MESSAGES.get(status):
        return message
    if status is Status.FIELD_VALIDATION_FAILED:
        return _cut(_of_fields(stages))
    for beginning in _BEFORE_VALUE.get(status, ()):
        if message.startswith(beginning):
            return beginning + "{}"
    return _cut(_without_values(message))


def _of_fields(stages: Sequence[StageRecord]) -> str:
    failures = [one for line in stages if line.stage is Stage.VALIDATE for one in _failures(line.detail)]
    named = [f"{_name(one)}: {one.get('rule')}" for one in failures[:_FIELDS_NAMED_MAX]]
    more = ["and more"] if len(failures) > _FIELDS_NAMED_MAX else []
    return "Field validation failed: " + ("; ".join([*named, *more]) or "{}")


def _failures(detail: dict[str, Any] | None) -> list[dict[str, Any]]:
    fields = (detail or {}).get("fields")
    return [one for one in fields if isinstance(one, dict)] if isinstance(fields, list) else []


def _name(failure: dict[str, Any]) -> str:
    return "{}" if failure.get("rule") == _NO_RULE_OF_A_FIELD else str(failure.get("field"))


def _without_values(message: str) -> str:
    """Whatever stands in quotes and every number taken out; for texts of our own that hold nothing that was pushed."""
    kept = _ANSWERED.search(message)
    if kept is None:
        return _VALUE.sub("{}", message)
    before, after = message[: kept.start()], message[kept.end() :]
    return _VALUE.sub("{}", before) + kept[0] + _VALUE.sub("{}", after)


def _cut(text: str) -> str:
    return text if len(text) <= PATTERN_CHARACTERS_MAX else text[: PATTERN_CHARACTERS_MAX - 1] + "…"
