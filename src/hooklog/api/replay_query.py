"""A bulk replay's question to the log: kept as it was asked, and read again whenever the job goes on."""

from collections.abc import Mapping

import msgspec

from hooklog.access.scopes import Caller, Scope
from hooklog.api.context import Context
from hooklog.api.log_customers import resolved
from hooklog.api.log_operations import filters_without, picked
from hooklog.api.log_reading import asked_query, valid
from hooklog.api.masking import Mask
from hooklog.event import id_lowest_at
from hooklog.eventlog.query import Query
from hooklog.eventlog.query_parse import parse_query
from hooklog.replay.job import Asked, Job

__all__ = ["JOB_FILTERS", "ask", "question_of"]

JOB_FILTERS = filters_without("limit", "order", "cursor", "scope")
_NO_END = id_lowest_at(1 << 48)


async def ask(
    context: Context, caller: Caller, parameters: Mapping[str, list[str]], *, is_forced: bool
) -> tuple[Asked, Query]:
    """What a caller asks to be replayed, to be kept, and the same as a question to their own org's log.

    Raises:
        ApiError: 400 where the filters are no question.
    """
    kept = picked(parameters, JOB_FILTERS)
    query = await asked_query(context, caller, kept)
    asked = Asked(
        parameters=kept,
        from_id=query.from_id,
        until_id=query.until_id or _NO_END,
        sees_all=caller.may(Scope.PSI_READ),
        is_forced=is_forced,
        by=caller.name,
    )
    return asked, query


async def question_of(context: Context, job: Job) -> Query:
    """The question of a job, with its dates as they were meant when it was planned. What is marked as sensitive by now
    is hidden from the filters of whoever may not see it.
    """
    asked = job.asked
    query = valid(parse_query(asked.parameters, (job.org_id,), context.zone(job.org_id)))
    mask = None if asked.sees_all else Mask(context.catalog, context.directory)
    query = msgspec.structs.replace(
        query,
        from_id=asked.from_id,
        until_id=asked.until_id,
        hidden=None if mask is None else mask.names,
    )
    if not query.customers.is_asked:
        return query
    return await context.read(lambda: resolved(query, context.directory))
