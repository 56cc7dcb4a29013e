"""A question to the log that an org has named, to be asked again by anybody in it."""

import msgspec

__all__ = ["SavedFilter"]


class SavedFilter(msgspec.Struct, frozen=True):
    """`query` is the query of a URL, in the log's filter language (`hooklog.eventlog.query_parse`).

    Instants are epoch milliseconds; who made and last changed it are names of callers, "" for the operator. Where
    `is_by_seer`, whoever wrote the query could read sensitive values, so there may be some in it.
    """

    org_id: int
    name: str
    query: str
    description: str = ""
    is_by_seer: bool = False
    created_ms: int = 0
    created_by: str = ""
    changed_ms: int = 0
    changed_by: str = ""
