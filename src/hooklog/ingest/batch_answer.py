"""The answer to a batch: what each of its events would have been answered by itself, in their order (contract I.6)."""

from collections.abc import Iterator, Mapping, Sequence

from hooklog.event import id_to_text
from hooklog.ingest.push import ACCEPTED_BODY, refused_body
from hooklog.ingest.verdicts import Verdict

__all__ = ["result_parts"]

_PART_EVENTS = 1_000
_BEFORE, _AFTER = ACCEPTED_BODY.split("%s")


def result_parts(ids: Sequence[bytes], refused: Mapping[int, Verdict]) -> Iterator[bytes]:
    """The body in parts that take about a millisecond each.

    Args:
        ids: request ids of the events.
        refused: by place, why an event is not accepted.
    """
    begin = b'{"results":['
    for start in range(0, len(ids), _PART_EVENTS):
        some = ids[start : start + _PART_EVENTS]
        # As `id_to_text`, without a call for each.
        results = [
            f"{_BEFORE}{(text := one.hex('-', 6))[:13]}-{text[13:17]}-{text[17:]}{_AFTER}" for one in some
        ]
        for place in range(len(some)) if refused else ():
            verdict = refused.get(start + place)
            if verdict is not None:
                code = verdict.http_status if verdict.code is None else verdict.code
                results[place] = refused_body(code, verdict.answer_message, id_to_text(some[place])).decode()
        yield begin + ",".join(results).encode()
        begin = b","
    yield b"]}" if ids else b'{"results":[]}'
