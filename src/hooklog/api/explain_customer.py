"""`GET /v2/events/explain`: why a customer's event did nothing, answered in one call (journey J4).

The newest events that match are explained; where there is none, what was searched and what is nearest to it.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec
from litestar import Response, get

from hooklog.access.scopes import Caller, Scope
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.envelope import ApiError, Notice, ignored, success
from hooklog.api.explain_operations import EVENTS_DEFAULT, EVENTS_MAX, EXPLAIN_CUSTOMER, EXPLAIN_CUSTOMER_PATH
from hooklog.api.explanation import explain_entry, explain_parked
from hooklog.api.explanation_views import (
    CustomerAnswerView,
    ExplanationView,
    NearMissView,
    SearchedCustomer,
    SearchedView,
    UserView,
)
from hooklog.api.log_customers import resolved
from hooklog.api.log_operations import KNOWN, PATH, SEVERAL
from hooklog.api.log_reading import asked_filters
from hooklog.api.log_walk import find_entries
from hooklog.api.masking import Mask, mask_for
from hooklog.api.near_misses import near_misses
from hooklog.api.parameters import limit_parameter
from hooklog.api.pending_of import pending_of
from hooklog.event import Entry, instant_of
from hooklog.eventlog.query import Query, SentAs, User
from hooklog.explain.identifiers import why_malformed
from hooklog.explain.misses import Miss
from hooklog.explain.sought import Sought, summary_of_found, summary_of_nothing

__all__ = ["explain_customer"]

Parameters = Mapping[str, list[str]]


class _Question(msgspec.Struct, frozen=True):
    """What was asked, ready to run, and in words; `log_url` is where the log is asked for more.

    `notices` are added to as things are left out of the answer.
    """

    query: Query
    asked: Sequence[SentAs]
    sought: Sought
    mask: Mask | None
    log_url: str
    notices: list[Notice]


@get(EXPLAIN_CUSTOMER_PATH, name="explain-customer", opt={"operation": EXPLAIN_CUSTOMER})
async def explain_customer(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """The newest matching events explained, or the nearest misses."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    question = await _question(request, context, caller, parameters)
    events, has_more = await _events(context, question)
    misses: list[Miss] = []
    if events:
        newest = events[0]
        summary = summary_of_found(
            question.sought, len(events), not has_more, newest.entry.start_time, newest.headline
        )
    else:
        misses = await near_misses(context, question.query, question.asked, question.sought, question.mask)
        summary = summary_of_nothing(question.sought, misses)
    answer = CustomerAnswerView(
        summary=summary,
        events=events,
        more=_link(question.log_url, _pairs(parameters)) if has_more else None,
        searched=await context.read(lambda: _searched(context, question)),
        near_misses=[_miss_view(question, parameters, miss) for miss in misses],
    )
    return success([answer], question.notices)


async def _question(
    request: AnyRequest, context: Context, caller: Caller, parameters: Parameters
) -> _Question:
    if not any(not text.startswith("!") for text in parameters.get("customer", ())):
        raise ApiError(
            400,
            "customer is missing; it must be <identifierType>:<value>, such as mobile:919800000001, or a userId",
        )
    limit = limit_parameter(parameters, EVENTS_DEFAULT, EVENTS_MAX)
    query = msgspec.structs.replace(await asked_filters(context, caller, parameters), limit=limit)
    asked = sorted(
        (one for one in query.customers.included if isinstance(one, SentAs)),
        key=lambda one: (one.type, one.value),
    )
    sought = Sought(
        customer=" or ".join(f"{one.type} `{one.value}`" for one in asked),
        event_names=sorted(query.event_names.included),
        org_ids=query.org_ids,
        from_ms=None if query.from_id is None else instant_of(query.from_id),
        to_ms=None if query.until_id is None else instant_of(query.until_id) - 1,
        zone=context.zone(caller.org_id),
    )
    mask = mask_for(caller, context.catalog, context.directory)
    base = context.api_url(request)
    return _Question(query, asked, sought, mask, base + PATH, ignored(parameters, KNOWN, SEVERAL))


async def _events(context: Context, question: _Question) -> tuple[list[ExplanationView], bool]:
    """The newest events, pending ones among them, explained; and whether there are more in the log."""
    query, mask = question.query, question.mask

    def show(found: list[Entry]) -> tuple[list[ExplanationView], bool]:
        context.catalog.refresh()
        pending = pending_of(context, query, query.limit)
        told = [explain_parked(context, parked, mask) for parked in pending]
        told += [explain_entry(context, entry, mask, question.notices) for entry in found[: query.limit]]
        # Ids tell the order; what was parked when one looked may have settled when one looked again.
        by_id = {one.entry.id: one for one in told}
        newest = sorted(by_id.values(), key=lambda one: one.entry.id, reverse=True)
        return newest[: query.limit], len(found) > query.limit or len(newest) > query.limit

    return await find_entries(context, msgspec.structs.replace(query, limit=query.limit + 1), show)


def _searched(context: Context, question: _Question) -> SearchedView:
    """What was looked for and where. Blocks: runs among the readers."""
    sought = question.sought
    return SearchedView(
        customers=[_searched_customer(context, question.query, one) for one in question.asked],
        event_names=list(sought.event_names),
        org_ids=sought.org_ids,
        from_ms=sought.from_ms,
        to_ms=sought.to_ms,
    )


def _searched_customer(context: Context, query: Query, one: SentAs) -> SearchedCustomer:
    alone = msgspec.structs.replace(query, customers=type(query.customers)(frozenset({one})))
    users = [user for user in resolved(alone, context.directory).customers.included if isinstance(user, User)]
    users.sort(key=lambda user: (user.org_id, user.user_id))
    forms = [f"events that sent {one.type} {one.value} as their customer{_FORMS.get(one.type, '')}"]
    forms += [f"events resolved to user {user.user_id} of org {user.org_id}" for user in users]
    return SearchedCustomer(
        type=one.type,
        value=one.value,
        forms=forms,
        users=[UserView(user.org_id, user.user_id) for user in users],
        malformed=why_malformed(one.type, one.value) or None,
    )


_FORMS = {"mobile": ", with or without a leading +", "email": ", in capitals or not"}


def _miss_view(question: _Question, parameters: Parameters, miss: Miss) -> NearMissView:
    if miss.parameters is None:
        return NearMissView(miss.kind.value, miss.text, miss.ids, None)
    scope = [("scope", value) for value in parameters.get("scope", [])[-1:]]
    return NearMissView(
        miss.kind.value, miss.text, miss.ids, _link(question.log_url, [*miss.parameters, *scope])
    )


def _pairs(parameters: Parameters) -> list[tuple[str, str]]:
    return [(name, value) for name, values in parameters.items() if name != "limit" for value in values]


def _link(log_url: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{log_url}?{urlencode(pairs)}"
