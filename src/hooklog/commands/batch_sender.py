"""Sending events to a webhook many at a time, where it takes batches, and one push each where it does not.

A batch goes as NDJSON, so that each event is what it is alone: byte for byte, and refused alone. What a line cannot
carry goes as a push of its own.
"""

from collections.abc import Callable, Sequence
from itertools import groupby

import httpx
import msgspec

from hooklog.commands.client import make_client
from hooklog.commands.event_file import Outgoing
from hooklog.commands.patience import AGAIN_CODES
from hooklog.commands.webhook_sender import Acknowledgement, Reply, Verdict, WebhookSender, posted, reply_of
from hooklog.ingest.push import ACCEPTED_CODE

__all__ = ["BatchPath", "BatchSender"]

_NDJSON = "application/x-ndjson"
# An event beyond this is refused in any case.
_LINE_BYTES_MAX = 1024 * 1024
# Another system has no such path: a push of one event is what it knows.
_NO_BATCHES = frozenset({404, 405})


class _Results(msgspec.Struct):
    results: list[Acknowledgement]


class BatchPath:
    """Whether the webhook takes batches, as far as is known; shared by the senders of a run."""

    def __init__(self) -> None:
        """It does, until an answer says otherwise."""
        self.is_there = True


class BatchSender:
    """See Sender. One connection, kept open."""

    def __init__(self, url: str, auth: httpx.Auth | None, path: BatchPath) -> None:
        """Args: `url`: the webhook's; `auth`: signs each request, None where nobody signs in; `path`: see there."""
        self._url = f"{url}/batch"
        self._path = path
        self._client = make_client(url, auth)
        self._single = WebhookSender(url, auth)

    def send(self, events: Sequence[Outgoing]) -> list[Reply]:
        """See Sender."""
        return _in_order([list(some) for _, some in groupby(events, _fits)], self._send_part)

    def _send_part(self, events: Sequence[Outgoing]) -> list[Reply]:
        is_batch = self._path.is_there and _fits(events[0])
        return self._send_batch(events) if is_batch else self._single.send(events)

    def _send_batch(self, events: Sequence[Outgoing]) -> list[Reply]:
        answer = posted(self._client, self._url, b"\n".join([event.body for event in events]), _NDJSON)
        if isinstance(answer, Reply):
            return _for_all(answer, len(events))
        if answer.status_code in _NO_BATCHES:
            self._path.is_there = False
            return self._single.send(events)
        if answer.status_code == httpx.codes.OK:
            return self._results_in(answer, len(events))
        reply = reply_of(answer)
        if reply.verdict is not Verdict.REFUSED or not answer.is_client_error:
            return _for_all(reply, len(events))
        # The whole was too much for something on the way, or is not understood there: none of it was accepted.
        if len(events) == 1:
            return self._single.send(events)
        half = len(events) // 2
        return _in_order([events[:half], events[half:]], self._send_batch)

    def _results_in(self, answer: httpx.Response, count: int) -> list[Reply]:
        """What became of each event. A 200 is never asked for again: some of them may be stored."""
        try:
            results = msgspec.json.decode(answer.content, type=_Results).results
        except (msgspec.DecodeError, UnicodeDecodeError):
            results = []
        if len(results) == count:
            return [_reply(result) for result in results]
        if count == 1 and (reply := reply_of(answer)).verdict is Verdict.ACCEPTED:
            # It took the batch of one for a push.
            self._path.is_there = False
            return [reply]
        what = f"the answer to a batch of {count} has {len(results)} results"
        return [Reply(Verdict.HOPELESS, answer.status_code, f"{what}: what was stored is not known")] * count

    def close(self) -> None:
        """See Sender."""
        self._client.close()
        self._single.close()


def _in_order(
    parts: Sequence[Sequence[Outgoing]], send: Callable[[Sequence[Outgoing]], list[Reply]]
) -> list[Reply]:
    """Send parts one after the other; behind a busy server nothing overtakes."""
    replies: list[Reply] = []
    for part in parts:
        is_stopped = bool(replies) and replies[-1].verdict in {Verdict.AGAIN, Verdict.HOPELESS}
        replies += [_unsent(replies[-1])] * len(part) if is_stopped else send(part)
    return replies


def _for_all(reply: Reply, count: int) -> list[Reply]:
    """An answer to the whole. Where nothing more can be sent, one event tells so; the others stay open."""
    if reply.verdict is Verdict.HOPELESS:
        return [reply, *[_unsent(reply)] * (count - 1)]
    return [reply] * count


def _unsent(reply: Reply) -> Reply:
    return msgspec.structs.replace(reply, verdict=Verdict.AGAIN)


def _fits(event: Outgoing) -> bool:
    """Whether a line carries it; an event over several lines keeps its bytes in a push of its own."""
    return b"\n" not in event.body and len(event.body) <= _LINE_BYTES_MAX


def _reply(result: Acknowledgement) -> Reply:
    code = result.status.code
    if code == ACCEPTED_CODE and result.request_id:
        verdict = Verdict.ACCEPTED
    else:
        verdict = Verdict.AGAIN if code in AGAIN_CODES else Verdict.REFUSED
    return Reply(verdict, code, result.status.message, result.request_id)
