"""Who the event is about: the customer field, looked up by its identifier type (contract I.5 (e), I.22)."""

from collections.abc import Sequence

from hooklog.directory.identifier import canonical_value, is_malformed
from hooklog.directory.known import KnownDirectory
from hooklog.event import Stage, Status
from hooklog.eventlog.mapped import SentIdentifier
from hooklog.pipeline.mapped import sent_identifier
from hooklog.pipeline.plan import CustomerRule
from hooklog.pipeline.stage import Decision, Outcome, Work, as_sent, passed, reject, shown

__all__ = ["ResolveCustomer"]

_NOBODY_SENT = passed({"found": False, "reason": "no customer in the event"})
_DIGITS_MIN, _DIGITS_MAX = 7, 15

# The works of one customer rule whose identifier is to be looked up, each with its place in the batch and the
# canonical value.
Asked = list[tuple[int, Work, str]]


class ResolveCustomer:
    """Malformed is INVALID_CUSTOMER_IDENTIFIER; missing or unknown goes on without customer, unless it is made."""

    stage = Stage.RESOLVE_CUSTOMER

    def __init__(self, directory: KnownDirectory) -> None:
        """Args: `directory`: knows the customers; creating one is idempotent by identifier."""
        self._directory = directory

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage. Looks up, and makes, all customers of one kind together."""
        outcomes = [_NOBODY_SENT] * len(batch)
        asked: dict[CustomerRule, Asked] = {}
        for place, work in enumerate(batch):
            rule = work.plan.customer
            value = None if rule is None else work.attributes.get(rule.name)
            if rule is None or value is None or value == "":
                continue
            if (
                rule.is_mobile
                and isinstance(value, str)
                and _DIGITS_MIN <= len(value) <= _DIGITS_MAX
                and value.isdecimal()
                and value.isascii()
            ):
                # What nearly all events send, told without a pattern; `is_malformed` says the same and more.
                work.identifier_sent = canonical = value
                work.identifiers = (SentIdentifier(rule.name, rule.kind, value),)
            else:
                work.identifier_sent = as_sent(value)
                sent = sent_identifier(rule.name, rule.kind, value)
                work.identifiers = () if sent is None else (sent,)
                ended = self._judge(work, rule, value)
                if ended is not None:
                    outcomes[place] = ended
                    continue
                canonical = canonical_value(rule.kind, work.identifier_sent)
            some = asked.get(rule)
            if some is None:
                some = asked[rule] = []
            some.append((place, work, canonical))
        for rule, some in asked.items():
            self._look_up(rule, some, outcomes)
        return outcomes

    def _judge(self, work: Work, rule: CustomerRule, value: object) -> Outcome | None:
        """The end of what is no identifier, and of internal ids, which are looked up each alone."""
        text = work.identifier_sent
        if _is_no_identifier(rule.kind, value, text):
            return _malformed(rule, text)
        return self._by_user_id(work, rule, text) if rule.kind == "userId" else None

    def _look_up(self, rule: CustomerRule, asked: Asked, outcomes: list[Outcome]) -> None:
        users = self._directory.find_customers(rule.space, [value for _, _, value in asked])
        new: set[str] = set()
        if rule.adds_missing and (missing := [value for _, _, value in asked if users[value] is None]):
            new = set(self._directory.add_customers(rule.space, missing))
            users = self._directory.find_customers(rule.space, new)
        nobody = passed({"found": False, "reason": f"no customer has this {rule.kind}"})
        for place, work, value in asked:
            user_id = work.user_id = users[value]
            if user_id is None:
                outcomes[place] = nobody
            elif value in new:
                # The later ones of this batch find the customer that the first one made.
                new.remove(value)
                outcomes[place] = passed({"found": False, "created": True, "userId": user_id})
            else:
                outcomes[place] = Outcome(Decision.PASS, {"found": True, "userId": user_id})

    def _by_user_id(self, work: Work, rule: CustomerRule, text: str) -> Outcome:
        """Such a customer is never made: nobody chooses internal ids."""
        user_id = int(text)
        if abs(user_id) < 1 << 63 and self._directory.has_customer(work.org_id, user_id):
            work.user_id = user_id
            return passed({"found": True, "userId": user_id})
        if rule.adds_missing:
            return reject(
                Status.CUSTOMER_CREATION_FAILED,
                f"Customer creation failed {shown(text)}",
                {"field": rule.name},
            )
        return passed({"found": False, "reason": f"no customer has this {rule.kind}"})


def _is_no_identifier(kind: str, value: object, text: str) -> bool:
    is_text = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    return not is_text or is_malformed(kind, text)


def _malformed(rule: CustomerRule, text: str) -> Outcome:
    return reject(
        Status.INVALID_CUSTOMER_IDENTIFIER,
        f"Invalid customer identifier {shown(text)}",
        {"field": rule.name},
    )
