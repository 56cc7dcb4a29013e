"""Who the event is about: the customer field, looked up by its identifier type (contract I.5 (e), I.22)."""

from collections.abc import Mapping, Sequence

from hooklog.directory.identifier import canonical_value, is_malformed
from hooklog.directory.known import KnownDirectory
from hooklog.event import Stage, Status
from hooklog.pipeline.plan import CustomerRule
from hooklog.pipeline.stage import Outcome, Work, as_sent, passed, reject, shown

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
            text = as_sent(value)
            if not _is_plain_mobile(rule.kind, value):
                if _is_no_identifier(rule.kind, value, text):
                    outcomes[place] = _malformed(rule, text)
                    continue
                if rule.kind == "userId":
                    work.identifier_sent = text
                    outcomes[place] = self._by_user_id(work, rule, text)
                    continue
            work.identifier_sent = text
            asked.setdefault(rule, []).append((place, work, canonical_value(rule.kind, text)))
        for rule, some in asked.items():
            self._look_up(rule, some, outcomes)
        return outcomes

    def _look_up(self, rule: CustomerRule, asked: Asked, outcomes: list[Outcome]) -> None:
        users = self._directory.find_customers(rule.space, [value for _, _, value in asked])
        made: Mapping[str, int] = {}
        if rule.adds_missing:
            missing = [value for _, _, value in asked if users[value] is None]
            made = self._directory.add_customers(rule.space, missing) if missing else {}
        first_of = set(made)
        for place, work, value in asked:
            user_id = work.user_id = made[value] if value in made else users[value]
            if user_id is None:
                outcomes[place] = passed({"found": False, "reason": f"no customer has this {rule.kind}"})
            elif value in first_of:
                # The later ones of this batch find the customer that the first one made.
                first_of.remove(value)
                outcomes[place] = passed({"found": False, "created": True, "userId": user_id})
            else:
                outcomes[place] = passed({"found": True, "userId": user_id})

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


def _is_plain_mobile(kind: str, value: object) -> bool:
    """What nearly all events send, told without a pattern; `is_malformed` says the same and more."""
    return (
        kind == "mobile"
        and isinstance(value, str)
        and _DIGITS_MIN <= len(value) <= _DIGITS_MAX
        and value.isdecimal()
        and value.isascii()
    )


def _is_no_identifier(kind: str, value: object, text: str) -> bool:
    is_text = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    return not is_text or is_malformed(kind, text)


def _malformed(rule: CustomerRule, text: str) -> Outcome:
    return reject(
        Status.INVALID_CUSTOMER_IDENTIFIER,
        f"Invalid customer identifier {shown(text)}",
        {"field": rule.name},
    )
