"""What the OpenAPI document says of streams of the log (contract I.3, I.18)."""

import msgspec

from hooklog.access.scopes import Scope
from hooklog.api.log_operations import INCLUDE, PATH, filters_without
from hooklog.api.operation import Family, Operation, header, query

__all__ = ["TAIL", "TAIL_PATH"]

TAIL_PATH = f"{PATH}/tail"
_PLACE = "20260:17"

_ENTRY = (
    '{"startTime":1790527409878,"responseTime":2,"orgId":100737,"status":"EVENT_SUCCESS",'
    '"eventName":"store_visit","inputRequest":"{}","id":"019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05",'
    '"webhookId":"67b62dffb7f5337f8a8237970bd0a467","parentOrgId":-1,"message":"Event processed successfully"}'
)


class StreamEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of the stream; `data` is JSON text."""

    id: str = ""
    event: str = ""
    data: str = ""


TAIL = Operation(
    id="tail-events-logs",
    summary="What settles, as it settles",
    tag="Logs",
    description="Server-sent events, in the order of the commits. An event `entry` has the entry as `get-events-logs` "
    "shows it, and the id `<sequence>:<offset>`; who comes back with the last one in `Last-Event-ID`, as browsers do "
    "by themselves, loses nothing and gets nothing twice. An event `reset` says that what followed that id is no "
    "longer kept: read the log for it; the stream goes on from now. Comments keep the connection alive. A stream "
    "ends after 15 minutes at the latest, to be opened again.",
    scope=Scope.EVENTS_READ,
    family=Family.V2,
    parameters=(
        # The order is that of the commits, and there is no page.
        *filters_without("limit", "order", "cursor"),
        INCLUDE,
        header("Last-Event-ID", "The id of the last event that was received.", example=_PLACE),
        query("last_event_id", "The same, for clients that cannot set headers.", example=_PLACE),
    ),
    answer=StreamEvent,
    answer_example=msgspec.to_builtins(StreamEvent(_PLACE, "entry", _ENTRY)),
    media_type="text/event-stream",
    errors=(400,),
    is_extension=True,
)
