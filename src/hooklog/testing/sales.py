"""Sales that must count once: an event that is unique by its `ref`, and a loyalty consumer that obeys the event."""

from hooklog.catalog.base import EMF_CONSUMER
from hooklog.consumers.base import CONSUMED, Answer, Delivery, failed, retry_at
from hooklog.event import Stage
from hooklog.pipeline.settings import PipelineSettings
from hooklog.testing.scripted import ScriptedConsumer
from hooklog.testing.setting import customer_field, field
from hooklog.testing.system import MemorySystem

__all__ = ["DUPLICATE", "FAILED", "FIRST", "MOBILE", "RETRY_MS", "Sales"]

MOBILE = "9123456789"
RETRY_MS = 60_000
_UNIQUE_WEBHOOK_ID = "00112233445566778899aabbccddeeff"

FIRST, DUPLICATE = ("EVENT_SUCCESS", False), ("EVENT_SUCCESS", True)
FAILED = ("EMF_PROCESSOR_FAILED", False)
"""How a sale can end: see `Sales.fate`."""


class Sales(MemorySystem):
    """A system with the event `sale` on a webhook that asks for uniqueness.

    A sale's `do` says what its consumer answers, attempt by attempt, the last word for all that follow: "ok",
    "fail", or "park" for another attempt after RETRY_MS.
    """

    def __init__(self, batch_events_max: int = 1_000, window_seconds: dict[str, int] | None = None) -> None:
        """Args: see PipelineSettings."""
        self.loyalty = ScriptedConsumer(self._answer)
        super().__init__(
            emf=self.loyalty,
            settings=PipelineSettings(
                batch_events_max=batch_events_max, uniqueness_window_seconds=window_seconds or {}
            ),
        )
        self.add_webhook(_UNIQUE_WEBHOOK_ID, is_unique=True)
        self.add_customer(500_001, mobile=MOBILE)
        self.define_sale("sale")

    def define_sale(self, name: str) -> None:
        """Another event that is unique by its `ref`."""
        unique = field("ref", "string", isUniqueKeyField="true")
        self.define(name, customer_field(), unique, actions=(EMF_CONSUMER,))

    def sell(self, ref: str = "r", do: str = "ok", name: str = "sale") -> bytes:
        """Push one; returns its request id."""
        return self.push({"event_name": name, "mobile": MOBILE, "ref": ref, "do": do}, _UNIQUE_WEBHOOK_ID)

    def _answer(self, delivery: Delivery) -> Answer:
        script = delivery.record.attributes.get("do", "ok").split(",")
        step = script[min(delivery.attempt, len(script)) - 1]
        if step == "park":
            return retry_at(self.clock.now_ms() + RETRY_MS)
        return failed("HTTP 400") if step == "fail" else CONSUMED

    def counted(self) -> list[bytes]:
        """The sales that the loyalty consumer took, in order."""
        return [one.request_id for one in self.loyalty.deliveries if self._answer(one) is CONSUMED]

    def fate(self, request_id: bytes) -> tuple[str, bool]:
        """How a sale ended: its status, and whether as a duplicate."""
        return self.entry(request_id).status.name, self.record(request_id).is_duplicate

    def duplicate_of(self, request_id: bytes) -> object:
        """The first one's id as its timeline tells it; None where it is no duplicate."""
        found = [one.detail for one in self.timeline(request_id) if one.stage is Stage.UNIQUENESS]
        return found[-1].get("duplicateOf") if found and found[-1] else None
