"""Whatever others change in between, KnownDirectory says after `refresh` what Directory says.

Hypothesis makes up who changes what; on a failure it prints the shortest story and how to repeat it. In SQLite the
others have a connection of their own, as another process does.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.directory.base import Customer, Directory, Enrolment, Group, Org, Till
from hooklog.directory.known import KnownDirectory, Space
from hooklog.directory.memory import MemoryDirectory
from hooklog.directory.sqlite import SqliteDirectory
from hooklog.errors import LoadError

ORGS, TILLS, USER_IDS, GROUP_IDS = (1, 2), ("t1", "t2"), (1, 2, 3), (1, 2)
VALUES = ("a", "b", "c", "d", "e")
SPACES = tuple(
    Space(org_id, kind, source, account)
    for org_id in ORGS
    for kind, source, account in (
        ("mobile", "INSTORE", ""),
        ("email", "INSTORE", ""),
        ("mobile", "LINE", "x"),
    )
)

orgs, spaces, values = st.sampled_from(ORGS), st.sampled_from(SPACES), st.sampled_from(VALUES)
others = st.one_of(
    st.builds(lambda org, zone: Org(org, time_zone=zone), orgs, st.sampled_from(("UTC", "Asia/Kolkata"))),
    st.builds(Till, orgs, st.sampled_from((1, 2)), st.sampled_from(TILLS)),
    st.builds(
        lambda space, user, value: Customer(space.org_id, user, (space.identifier(value),)),
        *(spaces, st.sampled_from(USER_IDS), values),
    ),
    st.builds(
        lambda org, number, user: Group(org, number, f"g{number}", user, (user,)),
        orgs,
        *(
            st.sampled_from(GROUP_IDS),
            st.sampled_from(USER_IDS),
        ),
    ),
)
news = st.tuples(spaces, st.lists(values, min_size=1, max_size=3))
stories = st.lists(st.one_of(others, news, st.just("refresh"), st.just("ask")), max_size=25)
Step = Org | Till | Customer | Group | tuple[Space, list[str]] | str


@contextmanager
def opened(backend: str) -> Iterator[tuple[Directory, Directory]]:
    """The worker's directory, and the same as somebody else has it."""
    if backend == "memory":
        memory = MemoryDirectory()
        yield memory, memory
        return
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = SqliteDirectory(Path(folder)), SqliteDirectory(Path(folder))
        yield ours, theirs
        ours.close()
        theirs.close()


def change(directory: Directory, step: Step) -> None:
    with suppress(LoadError):  # What contradicts something is refused, and changes nothing.
        match step:
            case Org():
                directory.put_org(step)
            case Till():
                directory.put_till(step)
            case Customer():
                directory.put_customers(step.org_id, [Enrolment(step.user_id, step.identifiers)])
            case Group():
                directory.put_group(step)


def assert_same(expected: Directory, known: KnownDirectory) -> None:
    for space in SPACES:
        found = known.find_customers(space, VALUES)
        for value in VALUES:
            assert expected.find_customer(space.org_id, space.identifier(value)) == found[value]
    for org in ORGS:
        assert expected.org(org) == known.org(org)
        for user in (*USER_IDS, 4, 5, 6):
            assert (expected.customer(org, user) is not None) is known.has_customer(org, user)
            assert expected.groups_of(org, user) == known.groups_of(org, user)
        for number in GROUP_IDS:
            assert expected.group(org, number) == known.group(org, number)
            external_id = f"g{number}"
            assert expected.group_by_external_id(org, external_id) == known.group_by_external_id(
                org, external_id
            )
    for code in TILLS:
        assert expected.till(code) == known.till(code)


@pytest.mark.parametrize("backend", ["memory", "sqlite"])
@given(stories, st.sampled_from((2, 4, 1_000)))
@settings(max_examples=150, deadline=None)
def test_after_a_refresh_it_says_what_the_directory_says(
    backend: str, story: list[Step], customers_max: int
) -> None:
    with opened(backend) as (ours, theirs):
        known = KnownDirectory(ours, customers_max)
        for step in story:
            if step == "refresh":
                known.refresh()
            elif step == "ask":
                # Whatever is remembered from now on may be out of date at the next refresh.
                known.find_customers(SPACES[0], VALUES)
                known.till(TILLS[0])
                known.org(ORGS[0])
                known.has_customer(ORGS[0], USER_IDS[0])
            elif isinstance(step, tuple):
                space, wanted = step
                made = known.add_customers(space, wanted)
                # One's own customers are known at once.
                assert made == {value: known.find_customers(space, [value])[value] for value in wanted}
                assert all(known.has_customer(space.org_id, user) for user in made.values())
            else:
                assert not isinstance(step, str)
                change(theirs, step)
        known.refresh()
        assert_same(theirs, known)
        known.refresh()
        assert_same(theirs, known)
