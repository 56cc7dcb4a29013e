"""EMF, the loyalty consumer (contract I.5 (g), I.15)."""

from hooklog.consumers.base import CONSUMED, Answer, Delivery, failed

__all__ = ["CUSTOMER_MISSING", "EmfConsumer"]

CUSTOMER_MISSING = "customerId not present,cant proceed further"


class EmfConsumer:
    """Needs a resolved customer; without an endpoint configured it is done once there is one."""

    def consume(self, delivery: Delivery) -> Answer:
        """See Consumer."""
        return failed(CUSTOMER_MISSING) if delivery.record.user_id is None else CONSUMED
