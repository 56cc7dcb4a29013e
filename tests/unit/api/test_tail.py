"""A tail whose client is slower than the feed's retention says so, and rests."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar
from unittest.mock import patch

import pytest

from hooklog.api import tail
from hooklog.api.streams import Streams
from hooklog.eventlog.query import Query
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import ORG, make_batch, make_settled

CHUNKS_MAX = 200
EVERYTHING_MS = 1 << 47
Result = TypeVar("Result")


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SqliteEventLogWriter]:
    writer = SqliteEventLogWriter(tmp_path, synchronous="OFF")
    writer.take_over()
    yield writer
    writer.end()


def commit(writer: SqliteEventLogWriter, number: int) -> None:
    writer.commit(make_batch(writer.position, make_settled(number)))


async def chunks_behind(folder: Path, between: Callable[[], None]) -> list[bytes]:
    """What the tail says from its beginning on, up to a reset; `between` happens before it looks for the first time."""

    async def read(look: Callable[[], Result]) -> Result:
        return look()

    with closing(SqliteEventLogReader(folder)) as log:

        def newest() -> Awaitable[int]:
            return read(log.last_sequence)

        tails = Streams(newest, 1)
        context: Any = SimpleNamespace(log=log, read=read, tails=tails)
        reader: Any = SimpleNamespace(hidden=None, view=lambda entry: entry.id.hex())
        with tails.place(), patch.object(tail, "_KEEP_ALIVE_SECONDS", 0.01):
            run: Any = tail._Tail(context, lambda: reader, Query((ORG,))).run(None)
            chunks = [await anext(run)]
            between()
            while len(chunks) < CHUNKS_MAX and b"event: reset" not in chunks[-1]:
                chunks.append(await anext(run))
            await run.aclose()
        await tails.close()
    return chunks


def test_commits_that_have_all_expired_unseen_are_told_once(
    tmp_path: Path, writer: SqliteEventLogWriter
) -> None:
    commit(writer, 1)

    def between() -> None:
        for number in (2, 3):
            commit(writer, number)
        assert 3 == writer.trim_feed(EVERYTHING_MS, 10)

    chunks = asyncio.run(chunks_behind(tmp_path, between))
    assert chunks[-1].startswith(b"id: %s\nevent: reset\n" % str(tail.Place(3, tail._BEYOND)).encode())


def test_commits_that_have_expired_unseen_before_others_are_told(
    tmp_path: Path, writer: SqliteEventLogWriter
) -> None:
    commit(writer, 1)

    def between() -> None:
        commit(writer, 2)
        writer.trim_feed(EVERYTHING_MS, 10)
        commit(writer, 3)

    chunks = asyncio.run(chunks_behind(tmp_path, between))
    assert chunks[-1].startswith(b"id: %s\nevent: reset\n" % str(tail.Place(2, tail._BEYOND)).encode())
