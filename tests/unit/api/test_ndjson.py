"""Lines out of a body, however its bytes arrive: each once, in order, with its number, within the bounds."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

import pytest

from hooklog.api import ndjson
from hooklog.api.context import AnyRequest
from hooklog.api.envelope import ApiError
from hooklog.api.ndjson import LINE_BYTES_MAX, Line, batches


class Arriving:
    """Stands for a request whose body comes in these chunks."""

    def __init__(self, chunks: Iterable[bytes], content_type: str = "application/x-ndjson") -> None:
        self.headers = {"content-type": content_type}
        self._chunks = chunks

    async def stream(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


def _read(chunks: Iterable[bytes], **changes: Any) -> list[list[Line]]:
    async def read() -> list[list[Line]]:
        return [batch async for batch in batches(cast("AnyRequest", Arriving(chunks, **changes)))]

    return asyncio.run(read())


def _lines(chunks: Iterable[bytes]) -> list[tuple[int, bytes | None]]:
    return [(line.number, line.text) for batch in _read(chunks) for line in batch]


def test_lines_are_the_same_however_they_arrive() -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    body = b'{"a":1}\n\n  {"b":"\xc3\xa9"} \r\n\t\nlast'
    expected = [(1, b'{"a":1}'), (3, b'{"b":"\xc3\xa9"}'), (5, b"last")]
    for _ in range(200):
        cuts = sorted(chance.sample(range(1, len(body)), chance.randrange(len(body) - 1)))
        ends = [*cuts, len(body)]
        assert expected == _lines([body[a:b] for a, b in zip([0, *cuts], ends, strict=True)])


@pytest.mark.parametrize("body", [b"", b"\n", b"\n\n \n"])
def test_blank_lines_are_nothing(body: bytes) -> None:
    assert [] == _read([body])


@pytest.mark.parametrize(("size", "is_kept"), [(LINE_BYTES_MAX, True), (LINE_BYTES_MAX + 1, False)])
def test_a_line_beyond_its_bound_is_told_and_those_around_it_are_kept(size: int, *, is_kept: bool) -> None:
    body = b"before\n" + b"x" * size + b"\nafter"
    chunks = [body[start : start + 65_536] for start in range(0, len(body), 65_536)]
    assert [(1, b"before"), (2, b"x" * size if is_kept else None), (3, b"after")] == _lines(chunks)


def test_blanks_beyond_the_bound_are_too_long_too() -> None:
    assert [(1, None)] == _lines([b" " * (LINE_BYTES_MAX + 1)])


@pytest.mark.parametrize(("count", "batch_sizes"), [(1000, [1000]), (1001, [1000, 1])])
def test_a_batch_has_so_many_lines_at_most(count: int, batch_sizes: list[int]) -> None:
    assert batch_sizes == [len(batch) for batch in _read([b"x\n" * count])]


def test_a_batch_has_so_many_bytes_at_most() -> None:
    sizes = [sum(len(line.text or b"") for line in batch) for batch in _read([b"x" * 400_000 + b"\n"] * 50)]
    assert 20_000_000 == sum(sizes)
    assert max(sizes) < 4 * 1024 * 1024 + 400_000


@pytest.mark.parametrize(("lines", "is_refused"), [(5, False), (6, True)])
def test_lines_of_a_body_are_bounded(
    monkeypatch: pytest.MonkeyPatch, lines: int, *, is_refused: bool
) -> None:
    monkeypatch.setattr(ndjson, "LINES_MAX", 5)
    if not is_refused:
        assert lines == len(_lines([b"x\n" * lines]))
        return
    with pytest.raises(ApiError) as refused:
        _read([b"x\n" * lines])
    assert 413 == refused.value.http_status


@pytest.mark.parametrize(("size", "is_refused"), [(100, False), (101, True)])
def test_bytes_of_a_body_are_bounded(monkeypatch: pytest.MonkeyPatch, size: int, *, is_refused: bool) -> None:
    monkeypatch.setattr(ndjson, "BYTES_MAX", 100)
    if not is_refused:
        assert [(1, b"x" * size)] == _lines([b"x" * size])
        return
    with pytest.raises(ApiError) as refused:
        _read([b"x" * 50, b"x" * (size - 50)])
    assert 413 == refused.value.http_status


@pytest.mark.parametrize("content_type", ["application/json", "", "text/plain"])
def test_another_content_type_is_refused(content_type: str) -> None:
    with pytest.raises(ApiError) as refused:
        _read([b"x"], content_type=content_type)
    assert 415 == refused.value.http_status


def test_a_body_that_stops_is_not_waited_for_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "_CHUNK_SECONDS_MAX", 0.01)

    class Stopping(Arriving):
        async def stream(self) -> AsyncIterator[bytes]:
            yield b"first\n"
            await asyncio.Event().wait()

    async def read() -> None:
        async for _ in batches(cast("AnyRequest", Stopping([]))):
            pass

    with pytest.raises(ApiError) as refused:
        asyncio.run(read())
    assert 408 == refused.value.http_status
