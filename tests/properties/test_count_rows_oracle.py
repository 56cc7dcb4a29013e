"""Counting stretch by stretch gives what looking at every entry gives, wherever the stretches are cut."""

import asyncio
from typing import cast
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.properties.test_failures_oracle import OnlyLog, logs, queries, readers, zones

from hooklog.api import counts
from hooklog.api.context import Context
from hooklog.eventlog.base import Settled
from hooklog.eventlog.buckets import Bucket
from hooklog.eventlog.counts import By, CountsQuery, count_by
from hooklog.eventlog.query_match import matches

questions = st.builds(
    CountsQuery,
    query=queries,
    by=st.frozensets(st.sampled_from(By)),
    bucket=st.sampled_from(Bucket),
    zone=zones,
)


@settings(max_examples=150, deadline=None, print_blob=True)
@given(logs, questions, st.sampled_from([7_000_000, 86_400_000, 10**10]))
def test_counts_are_what_looking_at_every_entry_gives(
    log: list[Settled], asked: CountsQuery, stretch_ms: int
) -> None:
    found = {item.entry: item for item in log if matches(asked.query, item)}
    expected = count_by(asked, found, lambda entry: found[entry].pattern)
    with patch.object(counts, "_STRETCH_MS", dict.fromkeys(Bucket, stretch_ms)), readers(log) as both:
        for reader in both:
            context = cast("Context", OnlyLog(reader))
            assert expected == dict(asyncio.run(counts.counted(context, asked)))
