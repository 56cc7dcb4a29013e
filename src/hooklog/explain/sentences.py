"""The words for one event: the headline of what happened to it, the next step, the fields to correct."""

from collections.abc import Callable, Mapping
from typing import Final

from hooklog.event import Status
from hooklog.explain.advice import advice
from hooklog.explain.case import Case, Finding, Today
from hooklog.explain.consumers import loyalty_failed
from hooklog.explain.customers import creation_failed, malformed_customer
from hooklog.explain.fields import failed_validation, invalid_child, unknown_till
from hooklog.explain.groups import no_customer_details, unknown_group
from hooklog.explain.names import invalid_name, no_mapping
from hooklog.explain.refusals import refused
from hooklog.explain.replays import with_replays
from hooklog.explain.success import succeeded
from hooklog.explain.waiting import waiting

__all__ = ["finding"]


def finding(case: Case, today: Today) -> Finding:
    """What is to be said of an event. May block on the directory; never fails on what was pushed."""
    said = waiting(case, today) if case.status is None else _WORDS[case.status](case, today)
    return with_replays(case, said)


def _our_fault(case: Case, _today: Today) -> Finding:
    """What an operator has to mend: the general words with what the message says."""
    general = advice(case.status)
    why = case.message.partition(": ")[2]
    return Finding(
        f"{general.headline} {why[0].upper()}{why[1:]}." if why else general.headline, general.next_step
    )


_WORDS: Final[Mapping[Status, Callable[[Case, Today], Finding]]] = {
    Status.EVENT_SUCCESS: succeeded,
    Status.EMF_PROCESSOR_FAILED: loyalty_failed,
    Status.INVALID_GROUP_IDENTIFIER_PASSED: unknown_group,
    Status.NO_CUSTOMER_DETAILS_PASSED: no_customer_details,
    Status.INVALID_META_TRANSFORMER_MAPPINGS: no_mapping,
    Status.INVALID_EVENT_NAME: invalid_name,
    Status.UNAUTHORIZED: refused,
    Status.FIELD_VALIDATION_FAILED: failed_validation,
    Status.INVALID_TILL_CODE: unknown_till,
    Status.INVALID_CUSTOMER_IDENTIFIER: malformed_customer,
    Status.CUSTOMER_CREATION_FAILED: creation_failed,
    Status.EI_PROCESSOR_FAILED: _our_fault,
    Status.INVALID_CHILD_ORG: invalid_child,
    Status.INVALID_REQUEST_BODY: refused,
    Status.REQUEST_TOO_LARGE: refused,
    Status.WEBHOOK_DISABLED: refused,
    Status.EVENT_PROCESSING_FAILED: _our_fault,
}
