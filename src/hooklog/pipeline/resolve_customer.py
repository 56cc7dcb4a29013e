"""Who the event is about: the customer field, looked up by its identifier type (contract I.5 (e), I.22)."""

from collections.abc import Sequence

from hooklog.catalog.base import Field
from hooklog.directory.base import Directory
from hooklog.directory.identifier import canonical, canonical_type, is_malformed
from hooklog.event import Stage, Status
from hooklog.pipeline.stage import Outcome, Work, as_sent, passed, reject, shown

__all__ = ["ResolveCustomer"]


class ResolveCustomer:
    """Malformed is INVALID_CUSTOMER_IDENTIFIER; missing or unknown goes on without customer, unless it is made."""

    stage = Stage.RESOLVE_CUSTOMER

    def __init__(self, directory: Directory) -> None:
        """Args: `directory`: knows the customers; creating one is idempotent by identifier."""
        self._directory = directory

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        return [self._resolve(work) for work in batch]

    def _resolve(self, work: Work) -> Outcome:
        field = work.known_definition.field_of_type("customer")
        value = None if field is None else work.attributes.get(field.name)
        if field is None or value is None or value == "":
            return passed({"found": False, "reason": "no customer in the event"})
        kind = canonical_type(field.text("identifierType", "mobile"))
        is_text = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
        text = as_sent(value)
        if not is_text or is_malformed(kind, text):
            return reject(
                Status.INVALID_CUSTOMER_IDENTIFIER,
                f"Invalid customer identifier {shown(text)}",
                {"field": field.name},
            )
        work.identifier_sent = text
        return self._look_up(work, field, kind, text)

    def _look_up(self, work: Work, field: Field, kind: str, text: str) -> Outcome:
        wants_new = field.flag("addCustomerIfNotExists")
        if kind == "userId":
            user_id = int(text)
            known = abs(user_id) < 1 << 63 and self._directory.customer(work.org_id, user_id) is not None
            if known:
                work.user_id = user_id
            elif wants_new:
                return reject(
                    Status.CUSTOMER_CREATION_FAILED,
                    f"Customer creation failed {shown(text)}",
                    {"field": field.name},
                )
        else:
            identifier = canonical(kind, text, field.text("source", "INSTORE"), field.text("accountId"))
            work.user_id = self._directory.find_customer(work.org_id, identifier)
            if work.user_id is None and wants_new:
                work.user_id = self._directory.add_customer(work.org_id, identifier)
                return passed({"found": False, "created": True, "userId": work.user_id})
        if work.user_id is None:
            return passed({"found": False, "reason": f"no customer has this {kind}"})
        return passed({"found": True, "userId": work.user_id})
