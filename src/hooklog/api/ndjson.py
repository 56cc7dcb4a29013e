"""A body of lines, as it arrives: never held as a whole, each line bounded (contract I.6: never an unbounded queue)."""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from hooklog.api.bodies import shown
from hooklog.api.context import AnyRequest
from hooklog.api.envelope import ApiError

__all__ = ["BYTES_MAX", "LINES_MAX", "LINE_BYTES_MAX", "Line", "batches"]

LINES_MAX = 1_000_000
BYTES_MAX = 256 * 1024 * 1024
LINE_BYTES_MAX = 512 * 1024

_BATCH_LINES = 1_000
_BATCH_BYTES = 4 * 1024 * 1024
_CHUNK_SECONDS_MAX = 30.0
_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


class Line(msgspec.Struct, frozen=True):
    """A line that is not blank, by its number from 1; `text` is None for one that is too long."""

    number: int
    text: bytes | None


async def batches(request: AnyRequest) -> AsyncIterator[list[Line]]:
    """The body's lines, some at a time; while one batch is worked on, little more is read.

    Raises:
        ApiError: 415 for another content type, 408 when the body stops, 413 when it is too large.
    """
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() not in _TYPES:
        raise ApiError(415, f"content type {shown(content_type)} is not application/x-ndjson")
    splitter = _Splitter()
    batch: list[Line] = []
    batch_bytes = 0
    async for chunk in _chunks(request):
        for line in splitter.feed(chunk):
            batch.append(line)
            batch_bytes += len(line.text or b"")
            if len(batch) >= _BATCH_LINES or batch_bytes >= _BATCH_BYTES:
                yield batch
                batch, batch_bytes = [], 0
    batch += splitter.end()
    if batch:
        yield batch


async def _chunks(request: AnyRequest) -> AsyncIterator[bytes]:
    stream = aiter(request.stream())
    size = 0
    while True:
        try:
            async with asyncio.timeout(_CHUNK_SECONDS_MAX):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            message = f"Nothing of the body arrived for {_CHUNK_SECONDS_MAX:g} seconds"
            raise ApiError(408, message, headers={"connection": "close"}) from error
        size += len(chunk)
        if size > BYTES_MAX:
            raise _too_large(f"{BYTES_MAX} bytes")
        yield chunk


class _Splitter:
    """Parts what arrives into lines."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._rest_bytes = 0
        self._number = 0

    def feed(self, chunk: bytes) -> list[Line]:
        """The lines that end in this chunk."""
        *ended, rest = chunk.split(b"\n")
        lines = []
        for part in ended:
            lines += self._ended(part)
        self._keep(rest)
        return lines

    def end(self) -> list[Line]:
        """The last line, which needs no newline."""
        return self._ended(b"")

    def _ended(self, part: bytes) -> list[Line]:
        self._keep(part)
        self._number += 1
        is_long = self._rest_bytes > LINE_BYTES_MAX
        text = b"".join(self._rest).strip()
        self._rest, self._rest_bytes = [], 0
        if not text and not is_long:
            return []
        if self._number > LINES_MAX:
            raise _too_large(f"{LINES_MAX} lines")
        return [Line(self._number, None if is_long else text)]

    def _keep(self, part: bytes) -> None:
        self._rest_bytes += len(part)
        # Of a line that is too long only its length goes on counting.
        if self._rest_bytes <= LINE_BYTES_MAX:
            self._rest.append(part)
        else:
            self._rest.clear()


def _too_large(bound: str) -> ApiError:
    return ApiError(
        413,
        f"The body has more than {bound}; what came before is stored, send the rest in parts",
        headers={"connection": "close"},
    )
