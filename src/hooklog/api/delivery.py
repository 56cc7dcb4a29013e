"""The body of a call to a consumer's endpoint: the record, in the shape in which the API shows it (contract I.15)."""

import msgspec

from hooklog.api.views import record_view
from hooklog.consumers.base import Delivery
from hooklog.event import USUAL_MESSAGES, Entry, Status

__all__ = ["render_delivery"]


def render_delivery(delivery: Delivery) -> bytes:
    """JSON of the record; it is the same on every attempt. The loyalty engine sees sensitive values."""
    entry = Entry(
        org_id=delivery.home_org_id,
        id=delivery.request_id,
        status=Status.EVENT_SUCCESS,
        event_name=delivery.event_name,
        input=b"",
        webhook_id="",
        message=USUAL_MESSAGES[Status.EVENT_SUCCESS],
        response_ms=0,
    )
    return msgspec.json.encode(record_view(entry, delivery.record))
