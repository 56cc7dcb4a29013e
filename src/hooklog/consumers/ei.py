"""EI, the analytical consumer: the record, once committed, is what analytics reads, so there is nothing to wait for."""

from hooklog.consumers.base import CONSUMED, Answer, Delivery, Needs

__all__ = ["EiConsumer"]


class EiConsumer:
    """Always done: the record commits together with the entry and followers of the feed take it from there."""

    def needs(self, org_id: int) -> Needs:  # noqa: ARG002 - the same for every org
        """See Consumer."""
        return Needs.NOTHING

    def consume(self, delivery: Delivery) -> Answer:
        """See Consumer."""
        assert delivery.record is not None
        return CONSUMED
