"""The repeats of an event: records with the same unique id that are marked as duplicates (contract I.10)."""

from hooklog.api.envelope import Notice, warning
from hooklog.event import Entry, id_to_text
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.record import Record
from hooklog.eventlog.record_query import RecordQuery, attribute_filter

__all__ = ["DUPLICATES_MAX", "duplicates_of"]

DUPLICATES_MAX = 100
_STEPS_MAX = 5  # of some tens of milliseconds each


def duplicates_of(log: EventLogReader, entry: Entry, record: Record, notices: list[Notice]) -> list[str]:
    """The request ids of the others, by their time, newest first; says so in `notices` where these are not all.

    Blocks: runs among the readers.
    """
    if record.unique_id == id_to_text(entry.id):
        return []  # Nothing was to be unique, so nothing repeats it.
    query = RecordQuery(
        org_ids=(entry.org_id,),
        event_name=entry.event_name,
        is_duplicate=True,
        users=None if record.user_id is None else frozenset({(entry.org_id, record.user_id)}),
        attributes=(attribute_filter("uniqueId", [record.unique_id], is_exact=True),),
    )
    found: list[str] = []
    for step, part in enumerate(log.records(query), start=1):
        if step > _STEPS_MAX:
            notices.append(warning("only the newest duplicates of the event's name were looked through"))
            break
        found += [id_to_text(hit.key.id) for hit in part if hit.key.id != entry.id]
        if len(found) > DUPLICATES_MAX:
            notices.append(warning(f"only the newest {DUPLICATES_MAX} duplicates are listed"))
            break
    return found[:DUPLICATES_MAX]
