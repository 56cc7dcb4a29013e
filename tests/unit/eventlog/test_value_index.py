"""The index of values finds every entry by every key, in order, in whatever state of merging it is."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, transaction
from hooklog.eventlog import sqlite_value_find, sqlite_value_merge, sqlite_value_writer, value_arrays
from hooklog.eventlog.sqlite_value_find import Sought, find
from hooklog.eventlog.sqlite_value_merge import Merger, drop_expired
from hooklog.eventlog.sqlite_value_run import ORDINALS, prefix_of
from hooklog.eventlog.sqlite_value_writer import add_run

HIGHEST = (1 << 63) - 1
Entry = tuple[bytes, list[int]]

prefixes = st.integers(0, 60) | st.sampled_from([0, HIGHEST])
keys = st.sampled_from([0, 1, 2, 3, (1 << 32) - 1])
entries = st.builds(
    lambda prefix, rest, some: (prefix.to_bytes(8, "big") + rest.to_bytes(8, "big"), some),
    prefixes,
    st.integers(0, 3),
    st.lists(keys, max_size=3, unique=True),
)
commits = st.lists(st.lists(entries, min_size=1, max_size=12), max_size=30)
groups = st.lists(st.lists(keys, min_size=1, max_size=3, unique=True).map(tuple), min_size=1, max_size=3)


@pytest.fixture
def tiny() -> Iterator[None]:
    """Runs of at most 64 entries, parts of 4 numbers, two runs merged at a time, in steps of a few items."""
    with (
        patch.object(sqlite_value_merge, "FAN_IN", 2),
        patch.object(sqlite_value_merge, "ONE_GO_ITEMS", 20),
        patch.object(sqlite_value_merge, "ORDINALS", 64),
        patch.object(sqlite_value_merge, "_PARTS_DELETED", 3),
        patch.object(sqlite_value_writer, "PART_NUMBERS", 4),
        patch.object(value_arrays, "PART_NUMBERS", 4),
        patch.object(sqlite_value_find, "PART_NUMBERS", 4),
        patch.object(sqlite_value_find, "_LOOKS_MAX", 2),
    ):
        yield


class Index:
    """An index in memory, and the plain truth beside it."""

    def __init__(self) -> None:
        self.connection = apsw.Connection(":memory:")
        migrate(self.connection, "eventlog")
        self.merger = Merger(self.connection)
        self.truth: list[Entry] = []
        self.blocks = 0

    def commit(self, added: list[Entry], items_max: int = 10) -> None:
        with transaction(self.connection):
            self.connection.execute("INSERT INTO block (id, live, body) VALUES (?, 1, x'')", (self.blocks,))
            add_run(self.connection, added, (self.blocks, self.blocks))
            self.merger.tend(items_max)
        self.truth += added
        self.blocks += 1

    def found(
        self, *groups: tuple[int, ...], low: int = 0, high: int = HIGHEST, up: bool = True
    ) -> list[int]:
        """What the index finds, checked to come in order, and to leave nothing behind where a walk may be ended."""
        told = list(find(self.connection, Sought(groups, low, high, up)))
        places = [place for place, _ in told]
        assert sorted(places, reverse=not up) == places
        assert all(low <= place <= high for place in places)
        # Who ends at a place that is only told goes on behind it, so what is found there has to come before.
        assert sorted(told, key=lambda one: (one[0] if up else -one[0], not one[1])) == told
        found = [place for place, is_found in told if is_found]
        assert len(set(found)) == len(found)
        return found

    def expected(
        self, *groups: tuple[int, ...], low: int = 0, high: int = HIGHEST, up: bool = True
    ) -> list[int]:
        """What looking at every entry finds."""
        hits = {
            prefix_of(request_id)
            for request_id, own in self.truth
            if low <= prefix_of(request_id) <= high and all(set(own) & set(group) for group in groups)
        }
        return sorted(hits, reverse=not up)

    def runs(self) -> list[tuple[Any, ...]]:
        return self.connection.execute(
            "SELECT number, state, level, entries, items FROM value_run"
        ).fetchall()

    def parts(self) -> int:
        count = "SELECT (SELECT count(*) FROM value_part) + (SELECT count(*) FROM value_id)"
        return int(self.connection.execute(count).fetchone()[0])  # type: ignore[index]

    def merge_all(self) -> None:
        for _ in range(10_000):
            with transaction(self.connection):
                if not self.merger._step(10):
                    return
        raise AssertionError("merging does not end")


@pytest.mark.usefixtures("tiny")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    commits,
    st.lists(st.tuples(groups, prefixes, prefixes, st.booleans()), min_size=3, max_size=8),
    st.integers(1, 60),
)
def test_whatever_is_sought_is_found_in_order_while_runs_are_merged(
    made: list[list[Entry]], asked: list[tuple[Any, ...]], items_max: int
) -> None:
    index = Index()
    for added in made:
        index.commit(added, items_max)
    for _ in range(2):
        for sought, one, other, up in asked:
            what = {"low": min(one, other), "high": max(one, other), "up": up}
            assert index.expected(*sought, **what) == index.found(*sought, **what)
        index.merge_all()


@pytest.mark.usefixtures("tiny")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commits, st.lists(st.integers(0, 1_000), max_size=20))
def test_a_crash_between_any_two_steps_loses_nothing(made: list[list[Entry]], crashes: list[int]) -> None:
    """Each crash rolls a commit back, or forgets what was remembered between two."""
    index = Index()
    for number, added in enumerate(made):
        if number in crashes:
            index.merger = Merger(index.connection)
        if number + 500 in crashes:
            index.connection.execute("BEGIN")
            add_run(index.connection, added, (index.blocks, index.blocks))
            index.merger.tend(30)
            index.connection.execute("ROLLBACK")
            index.merger.forget()
        index.commit(added)
    for key in (0, 1, 2, 3):
        assert index.expected((key,)) == index.found((key,))


@pytest.mark.usefixtures("tiny")
def test_runs_stay_few_and_nothing_of_old_ones_is_left() -> None:
    index = Index()
    for number in range(200):
        index.commit([(number.to_bytes(8, "big") + bytes(8), [number % 5, 7])], items_max=100)
    index.merge_all()
    runs = index.runs()
    assert {0} == {state for _, state, *_ in runs}
    assert len(runs) <= 200 // 64 + 7, runs
    numbers = {number for number, *_ in runs}
    left = index.connection.execute("SELECT run FROM value_part UNION SELECT run FROM value_id").fetchall()
    assert {run for (run,) in left} <= numbers
    assert 400 == sum(items for *_, items in runs)
    assert 200 == sum(count for *_, count, _ in runs)


@pytest.mark.usefixtures("tiny")
def test_a_run_goes_with_its_last_block_and_leaves_nothing() -> None:
    index = Index()
    for number in range(100):
        index.commit([(number.to_bytes(8, "big") + bytes(8), [7])], items_max=100)
    index.merge_all()
    count = len(index.runs())
    assert 0 == drop_expired(index.connection)
    oldest = index.connection.execute(
        "SELECT first_block, last_block FROM value_run ORDER BY first_block"
    ).fetchone()
    assert (0, 63) == oldest
    index.connection.execute("DELETE FROM block WHERE id < 63")
    assert 0 == drop_expired(index.connection), "one entry of it may be left"
    index.connection.execute("DELETE FROM block WHERE id = 63")
    assert 1 == drop_expired(index.connection)
    assert list(range(64, 100)) == index.found((7,))
    index.merger.forget()
    index.merge_all()
    assert count - 1 == len(index.runs())
    index.connection.execute("DELETE FROM block")
    drop_expired(index.connection)
    index.merger.forget()
    index.merge_all()
    assert ([], 0) == (index.runs(), index.parts())


@pytest.mark.usefixtures("tiny")
def test_a_run_that_is_being_merged_goes_only_afterwards() -> None:
    index = Index()
    for number in range(64):
        index.commit([(number.to_bytes(8, "big") + bytes(8), list(range(9)))], items_max=1)
    building = [run for run in index.runs() if run[1] == 1]
    assert building, "one is being built"
    index.connection.execute("DELETE FROM block")
    drop_expired(index.connection)
    index.merger.forget()
    index.merge_all()
    drop_expired(index.connection)
    index.merger.forget()
    index.merge_all()
    assert ([], 0) == (index.runs(), index.parts())


def test_an_entry_without_keys_needs_no_run() -> None:
    index = Index()
    index.commit([(bytes(16), [])])
    assert [] == index.runs()


def test_large_commits_are_found_by_rare_and_by_common_keys(tmp_path: Path) -> None:
    """In the sizes that they have in the product; the file is opened anew by a reader."""
    path = tmp_path / "events.db"
    connection = open_database(path, synchronous="OFF")
    migrate(connection, "eventlog")
    merger = Merger(connection)
    size, commits = 700, 40
    for commit in range(commits):
        numbers = range(commit * size, (commit + 1) * size)
        # Every other commit is the other way round, as after a step back of the clock.
        added = [((number * 1_000).to_bytes(8, "big") + bytes(8), [number, 1 << 31]) for number in numbers]
        with transaction(connection):
            add_run(connection, added[::-1] if commit % 2 else added, (commit, commit))
            merger.tend(5_000)
    reader = open_database(path, read_only=True)
    total = size * commits
    for number in (0, 1, 699, 700, 12_345, total - 1):
        assert [(number * 1_000, True)] == list(
            find(reader, Sought(((number,),), 0, HIGHEST, is_ascending=True))
        )
        both = Sought(((number,), (1 << 31,)), 0, HIGHEST, is_ascending=False)
        assert [number * 1_000] == [place for place, is_found in find(reader, both) if is_found]
    newest = islice(find(reader, Sought(((1 << 31,),), 0, 12_345_500, is_ascending=False)), 1_000)
    assert [number * 1_000 for number in range(12_345, 11_345, -1)] == [place for place, _ in newest]
    all_of_them = list(find(reader, Sought(((1 << 31,),), 0, HIGHEST, is_ascending=True)))
    assert [number * 1_000 for number in range(total)] == [place for place, _ in all_of_them]
    assert 1_000 * total > ORDINALS, "ids are no places"
    reader.close()
    connection.close()
