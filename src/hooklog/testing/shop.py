"""A shop whose sales are told to a real receiver: the program, its loyalty engine, and a reader of its log."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.receiver import SECRET, Received, Receiver, Reply
from hooklog.testing.visitor import LOGS, Entry, Visitor

__all__ = [
    "MOBILE",
    "ORG",
    "PARENT",
    "PARENT_WEBHOOK",
    "POINTS",
    "TAKEN",
    "TILL",
    "WEBHOOK",
    "Shop",
    "open_shop",
]

PARENT, ORG, TILL, WEBHOOK = 3000, 3001, "till01", "cd" * 16
PARENT_WEBHOOK = "ce" * 16
MOBILE = "919800000001"
POINTS = [{"awardedPoints": 5}]
TAKEN = Reply(body=json.dumps({"sideEffects": POINTS}).encode())
_QUICK = {"backoff_seconds_min": 0.05, "backoff_seconds_max": 0.2, "breaker_seconds": 0.2}


class Shop:
    """Sells, and looks at what became of it. One org checks uniqueness by `ref`; its parent has a webhook too."""

    def __init__(self, program: Program, receiver: Receiver, visitor: Visitor) -> None:
        """See `open_shop`."""
        self.program = program
        self.receiver = receiver
        self.visitor = visitor

    def sell(self, ref: str = "r", note: str = "") -> str:
        """Push a sale; its request id."""
        return self.visitor.accepted(
            WEBHOOK, {"event_name": "sale", "mobile": MOBILE, "ref": ref, "note": note}
        )

    def entry(self, request_id: str, include: str = "record") -> Entry:
        """What the log shows of it, maybe that it is pending."""
        found: Entry = self.visitor.answer(f"{LOGS}/{request_id}", include=include)["data"][0]
        return found

    def settled(self, *request_ids: str) -> list[Entry]:
        """The entries, once all have settled. Each is the only one, and its calls were signed and alike."""
        wait_until(
            f"{len(request_ids)} sales have settled",
            lambda: all(self.entry(one)["status"] != "PENDING" for one in request_ids),
            60.0,
        )
        entries = [self.entry(one) for one in request_ids]
        logged = Counter(self.visitor.ids())
        assert {1} == {logged[one] for one in request_ids}, "each has exactly one entry"
        for request_id in request_ids:
            calls = self.receiver.calls(request_id)
            assert all(one.is_signed() for one in calls)
            said = {(one.path, one.body) for one in calls}
            assert len(said) == len({one.path for one in calls}), "every attempt says the same"
        return entries

    def succeeded(self, request_id: str, calls: int) -> None:
        """It ends well, with what `TAKEN` says, after so many calls."""
        (entry,) = self.settled(request_id)
        assert entry["status"] == "EVENT_SUCCESS", entry
        assert entry["record"]["clickEventSideEffects"]["sideEffects"] == POINTS
        assert calls == len(self.receiver.calls(request_id))

    def failed(self, request_id: str, message: str) -> None:
        """It ends as EMF_PROCESSOR_FAILED with this message."""
        (entry,) = self.settled(request_id)
        assert ("EMF_PROCESSOR_FAILED", f"Error while processing emfEvent: {message}") == (
            entry["status"],
            entry["message"],
        )


def open_shop(
    stack: ExitStack,
    folder: Path,
    answer: Callable[[Received], Reply],
    networks: str = '["127.0.0.0/8"]',
    environment: Mapping[str, str] | None = None,
    **settings: object,
) -> Shop:
    """Open it until the stack is left.

    Args:
        stack: keeps receiver and program.
        folder: the program's data folder.
        answer: the receiver's.
        networks: private ones that may be called.
        environment: further settings.
        settings: those of the section `emf`.
    """
    receiver = stack.enter_context(Receiver(answer))
    endpoints = {
        str(org_id): {"url": f"{receiver.url}{org_id}", "secret": SECRET} for org_id in (ORG, PARENT)
    }
    whole = {
        "HOOKLOG_EMF__ENDPOINTS": json.dumps(endpoints),
        "HOOKLOG_EMF__ALLOWED_NETWORKS": networks,
        **{f"HOOKLOG_EMF__{name.upper()}": str(value) for name, value in {**_QUICK, **settings}.items()},
        **(environment or {}),
    }
    program = stack.enter_context(running(folder, _content().file, whole))
    visitor = stack.enter_context(Visitor(program, till_auth(TILL, TILL_PASSWORD)))
    return Shop(program, receiver, visitor)


def _content() -> Content:
    content = Content()
    content.org(PARENT)
    content.org(ORG, parent_org_id=PARENT)
    content.till(ORG, TILL)
    content.webhook(ORG, WEBHOOK, TILL, is_unique=True)
    content.webhook(PARENT, PARENT_WEBHOOK, content.till(PARENT, "till00"))
    content.customer(ORG, 500_001, mobile=MOBILE)
    content.customer(PARENT, 500_001, mobile=MOBILE)
    unique = field("ref", isUniqueKeyField="true")
    for org_id in (ORG, PARENT):
        content.event(
            org_id, "sale", customer_by_mobile(), unique, field("note"), actions=("EMFConsumer", "EIConsumer")
        )
        content.event(org_id, "visit", customer_by_mobile())
    return content
