"""What a status means in plain words, and what to do next (journeys J4), where nothing more is known of an event.

Every status has an advice; what is known of one event makes it sharper in `sentences`. Headlines say what happened
to the event; next steps name who has to act and on what.
"""

from typing import NamedTuple

import msgspec

from hooklog.event import Status

__all__ = ["RESEND", "RESEND_NOW", "Advice", "advice", "suggestion"]


class Advice(msgspec.Struct, frozen=True):
    """`headline` says what happened, `next_step` what to do about it; both are whole sentences."""

    headline: str
    next_step: str


RESEND_NOW = "Have the source send the event again to the same webhook."
RESEND = "Then have the source send the event again to the same webhook."

_ADVICE = {
    Status.EVENT_SUCCESS: Advice(
        "The event was understood, stored, and handed to its consumers.",
        "Nothing has to be done. If a reward was expected, look at the stage consume_emf: an unpublished event, "
        "an event without EMFConsumer among its actions, and a duplicate earn nothing.",
    ),
    Status.EMF_PROCESSOR_FAILED: Advice(
        "The event was stored, but loyalty did not take it.",
        "Where customerId is not present, compare the definition's customer field with the input (a missing or "
        "differently named attribute), then register the customer or let the field add unknown ones "
        f"(addCustomerIfNotExists). Any other text is the loyalty endpoint's own answer: ask there. {RESEND}",
    ),
    Status.INVALID_GROUP_IDENTIFIER_PASSED: Advice(
        "The group that the event names does not exist.",
        "Compare the value with groupIdentifierType in the definition: most often the external id of an existing "
        f"group is wanted, not its number. {RESEND}",
    ),
    Status.NO_CUSTOMER_DETAILS_PASSED: Advice(
        "The event names a group, but no customer who belongs to it.",
        "Look in the input for the customer, then in the group for the member; add whichever is missing. "
        f"{RESEND}",
    ),
    Status.INVALID_META_TRANSFORMER_MAPPINGS: Advice(
        "It could not be told which event this is.",
        "The input needs a text attribute event_name. On a WebEngage webhook its source name needs a mapping too: "
        f"compare the webhook's transformerType with the mappings of the event. {RESEND}",
    ),
    Status.INVALID_EVENT_NAME: Advice(
        "No usable event has this name.",
        "Compare the name letter by letter with the list of events (case counts), and look whether the event was "
        f"disabled. {RESEND}",
    ),
    Status.UNAUTHORIZED: Advice(
        "The webhook asks for credentials, and the push had none or wrong ones.",
        "Look at the webhook's authMechanism: BASIC takes a till code with the MD5 of its password, OAUTH a token "
        f"of a client. Both must belong to the webhook's org. {RESEND}",
    ),
    Status.FIELD_VALIDATION_FAILED: Advice(
        "Fields of the event are missing or malformed.",
        "Correct each field that is named, as its hint says; if the source is right, change the definition "
        f"instead. {RESEND}",
    ),
    Status.INVALID_TILL_CODE: Advice(
        "The till that the event names does not exist.",
        "Compare the value with the org's till codes; in a push for a child org it must be a till of the child. "
        f"{RESEND}",
    ),
    Status.INVALID_CUSTOMER_IDENTIFIER: Advice(
        "The customer's identifier is malformed.",
        "A mobile number is 7 to 15 digits, an email address has one @ with text around it, a userId is a whole "
        f"number. Compare the value with the definition's identifierType. {RESEND}",
    ),
    Status.CUSTOMER_CREATION_FAILED: Advice(
        "The customer is unknown and could not be added.",
        "A userId is given out by this system and cannot be added by an event: register the customer first, or "
        f"identify customers by mobile or email. {RESEND}",
    ),
    Status.EI_PROCESSOR_FAILED: Advice(
        "The event was stored, but analytics did not take it.",
        "This is not the source's fault: the message says what failed. Once an operator has mended it, replay the "
        "event.",
    ),
    Status.INVALID_CHILD_ORG: Advice(
        "The event is for an org that is no child of the webhook's org.",
        f"Look at childOrgId in the input's orgResolver and at the parent of that org. {RESEND}",
    ),
    Status.INVALID_REQUEST_BODY: Advice(
        "The push was refused: its body is not one that can be taken.",
        "Send one JSON object in UTF-8 with the content type application/json; the message says what was wrong. "
        f"{RESEND}",
    ),
    Status.REQUEST_TOO_LARGE: Advice(
        "The push was refused: its body is too large.",
        "Send one event a push and leave out what no field needs; an operator can raise the limit "
        "(ingest.body_bytes_max).",
    ),
    Status.WEBHOOK_DISABLED: Advice(
        "The push was refused: its webhook is disabled.",
        "A disabled webhook stays so: create a new one and give its URL to the source.",
    ),
    Status.EVENT_PROCESSING_FAILED: Advice(
        "The event could not be processed. This is our fault, not the source's.",
        "Tell an operator: the message and the diagnostics of that minute say why. Once it is mended, replay the "
        "event.",
    ),
}


def advice(status: Status | None) -> Advice:
    """The words for the status of a settled event."""
    assert status is not None, "a pending event has no status"
    return _ADVICE[status]


class _Cause(NamedTuple):
    """Words of a pattern, and what helps then."""

    words: str
    helps: str


# Where one status has several causes, the pattern of its message tells them apart; "" is any other.
_CAUSES = {
    Status.EMF_PROCESSOR_FAILED: (
        _Cause(
            "customerId not present",
            "Compare the definition's customer field with the inputs (a missing or differently named attribute), "
            f"then register the customers or let the field add unknown ones (addCustomerIfNotExists). {RESEND}",
        ),
        _Cause(
            "answered 4",
            f"The loyalty endpoint refuses the events: ask who runs it what it misses in them. {RESEND}",
        ),
        _Cause(
            "",
            "The loyalty endpoint fails or cannot be reached: ask who runs it, and an operator whether its address is "
            f"right (emf.endpoints). {RESEND}",
        ),
    ),
    Status.NO_CUSTOMER_DETAILS_PASSED: (
        _Cause(
            "does not belong to group",
            f"Make the customers members of the group, or have the right group sent. {RESEND}",
        ),
        _Cause("", f"Have the customer sent beside the group, or register the customers. {RESEND}"),
    ),
    Status.INVALID_REQUEST_BODY: (
        _Cause("content type", "Have the source send the content type application/json."),
        _Cause(
            "eventDateTimeInputOffset",
            "Have the source leave out eventDateTimeInputOffset; the server sets it.",
        ),
    ),
}


def suggestion(status: Status, pattern: str) -> str:
    """What helps against failures of one cause."""
    for cause in _CAUSES.get(status, ()):
        if cause.words in pattern:
            return cause.helps
    return _ADVICE[status].next_step
