"""The answer to a batch: what each of its events would have been answered by itself, in their order (contract I.6)."""

from collections.abc import Iterator, Mapping, Sequence

from hooklog.event import id_to_text
from hooklog.ingest.push import ACCEPTED_BODY, refused_body
from hooklog.ingest.verdicts import Verdict

__all__ = ["result_parts"]

_PART_EVENTS = 1_000
_accepted = ACCEPTED_BODY.__mod__


def result_parts(ids: Sequence[bytes], refused: Mapping[int, Verdict]) -> Iterator[bytes]:
    """The body in parts that take about a millisecond each.

    Args:
        ids: request ids of the events.
        refused: by place, why an event is not accepted.
    """
    begin = b'{"results":['
    for start in range(0, len(ids), _PART_EVENTS):
        texts = list(map(id_to_text, ids[start : start + _PART_EVENTS]))
        results = list(map(_accepted, texts))
        for place in range(len(texts)) if refused else ():
            verdict = refused.get(start + place)
            if verdict is not None:
                code = verdict.http_status if verdict.code is None else verdict.code
                results[place] = refused_body(code, verdict.answer_message, texts[place]).decode()
        yield begin + ",".join(results).encode()
        begin = b","
    yield b"]}" if ids else b'{"results":[]}'
