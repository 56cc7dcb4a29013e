"""What KnownDirectory asks and remembers; that it says the truth is in tests/properties/test_known_directory.py."""

from collections.abc import Sequence

import pytest

from hooklog.directory.audit import Note
from hooklog.directory.base import Conflict, Customer, Directory, Enrolment, Identifier, Org, Till
from hooklog.directory.known import KnownDirectory, Space
from hooklog.directory.memory import MemoryDirectory
from hooklog.errors import StorageUnavailable

ORG = 100
SPACE = Space(ORG, "mobile", "INSTORE", "")
CUSTOMERS_MAX = 100


class Counted(MemoryDirectory):
    """Remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def find_customers(self, org_id: int, identifiers: Sequence[Identifier]) -> list[int | None]:
        self.asked += [one.value for one in identifiers]
        return super().find_customers(org_id, identifiers)

    def org(self, org_id: int) -> Org | None:
        self.asked.append(str(org_id))
        return super().org(org_id)

    def till(self, code: str) -> Till | None:
        self.asked.append(code)
        return super().till(code)

    def customer(self, org_id: int, user_id: int) -> Customer | None:
        self.asked.append(str(user_id))
        return super().customer(org_id, user_id)


@pytest.fixture
def directory() -> Counted:
    return Counted()


@pytest.fixture
def known(directory: Directory) -> KnownDirectory:
    return KnownDirectory(directory, CUSTOMERS_MAX)


def test_nothing_is_asked_twice_as_long_as_nobody_writes(directory: Counted, known: KnownDirectory) -> None:
    directory.put_org(Org(ORG))
    known.refresh()
    for _ in range(3):
        known.find_customers(SPACE, ["1", "2", "1"])
        known.org(ORG)
        known.org(ORG + 1)
        known.till("nowhere")
        known.has_customer(ORG, 7)
        known.refresh()
    assert ["1", "2", "100", "101", "nowhere", "7"] == directory.asked


def test_who_is_asked_for_is_asked_in_one_call(known: KnownDirectory, directory: Counted) -> None:
    calls = []
    known.find_customers(SPACE, ["1", "2"])
    calls.append(list(directory.asked))
    known.find_customers(SPACE, ["2", "3"])
    assert [["1", "2"], ["1", "2", "3"]] == [*calls, directory.asked]


def test_memory_is_bounded_by_the_number_of_customers(directory: Counted, known: KnownDirectory) -> None:
    for number in range(20 * CUSTOMERS_MAX):
        known.find_customers(SPACE, [str(number)])
        known.refresh()
        assert remembered(known) <= CUSTOMERS_MAX + 2
    assert remembered(known) >= CUSTOMERS_MAX // 2


def test_who_is_asked_for_all_the_time_stays_known(directory: Counted, known: KnownDirectory) -> None:
    for number in range(20 * CUSTOMERS_MAX):
        known.find_customers(SPACE, ["hot", str(number)])
        known.refresh()
    assert 1 == directory.asked.count("hot")


def test_long_values_count_for_several(known: KnownDirectory) -> None:
    for number in range(5 * CUSTOMERS_MAX):
        known.find_customers(SPACE, [f"{number:01000}"])
        known.refresh()
        assert remembered(known) <= CUSTOMERS_MAX // 10 + 2


def test_what_is_no_code_is_not_remembered(directory: Counted, known: KnownDirectory) -> None:
    long = "x" * 10_000
    for _ in range(2):
        assert known.till(long) is None
    assert [long, long] == directory.asked


def test_codes_are_bounded_too(directory: Counted, known: KnownDirectory) -> None:
    for number in range(25_000):
        known.till(str(number))
        known.has_customer(ORG, number)
    assert len(known._tills) <= 10_000
    assert len(known._user_ids) <= 10_000


def test_a_customer_made_whose_answer_was_lost_is_found_at_the_next_try() -> None:
    class Lossy(MemoryDirectory):
        is_lossy = True

        def put_customers(
            self, org_id: int, enrolments: Sequence[Enrolment], note: Note | None = None
        ) -> list[int | Conflict]:
            stored = super().put_customers(org_id, enrolments, note)
            if self.is_lossy:
                raise StorageUnavailable("directory: disk I/O error")
            return stored

    directory = Lossy()
    known = KnownDirectory(directory, CUSTOMERS_MAX)
    assert known.find_customers(SPACE, ["1"])["1"] is None
    with pytest.raises(StorageUnavailable):
        known.add_customers(SPACE, ["1"])
    directory.is_lossy = False
    known.refresh()
    assert directory.find_customer(ORG, SPACE.identifier("1")) == known.find_customers(SPACE, ["1"])["1"]


def remembered(known: KnownDirectory) -> int:
    generations = [*known._young.values(), *known._old.values()]
    return sum(map(len, generations))
