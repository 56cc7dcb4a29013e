"""Every directory keeps the promise of `hooklog.directory.base`."""

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from hooklog.author import Attribution, Author, operator
from hooklog.directory.audit import About, DirectoryChange, DirectoryChangeKind, ImportCount, note
from hooklog.directory.base import (
    ID_MIN,
    USER_ID_STEP_MAX,
    Conflict,
    Customer,
    Directory,
    Enrolment,
    Group,
    Identifier,
    Org,
    Till,
)
from hooklog.directory.memory import MemoryDirectory
from hooklog.directory.sqlite import SqliteDirectory
from hooklog.errors import LoadError

ORG = 100
MOBILE = Identifier("mobile", "919800000001")
EMAIL = Identifier("email", "ada@example.org", "WEB_ENGAGE", "7")


@pytest.fixture(params=["memory", "sqlite"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Directory]:
    directory: Directory = MemoryDirectory() if request.param == "memory" else SqliteDirectory(tmp_path)
    yield directory
    directory.close()


def assert_same_customer(expected: Customer, found: Customer | None) -> None:
    """The order of identifiers is not promised."""
    assert found is not None
    assert (expected.org_id, expected.user_id) == (found.org_id, found.user_id)
    assert len(expected.identifiers) == len(found.identifiers)
    assert set(expected.identifiers) == set(found.identifiers)


def test_what_was_never_put_is_not_found(directory: Directory) -> None:
    assert directory.org(ORG) is None
    assert [] == directory.orgs()
    assert [] == directory.children(ORG)
    assert directory.till("till01") is None
    assert directory.customer(ORG, 1) is None
    assert directory.find_customer(ORG, MOBILE) is None
    assert directory.group(ORG, 1) is None
    assert directory.group_by_external_id(ORG, "G1") is None
    assert [] == directory.groups_of(ORG, 1)


def test_orgs_come_back_by_id(directory: Directory) -> None:
    orgs = [
        Org(3),
        Org(1, "One é", 3, "Asia/Kolkata", is_basic_auth_enabled=False),
        Org(2**62, parent_org_id=0),
    ]
    for org in orgs:
        directory.put_org(org)
    assert orgs == [directory.org(org.id) for org in orgs]
    assert [orgs[1], orgs[0], orgs[2]] == directory.orgs()
    assert directory.org(2) is None


def test_org_is_replaced(directory: Directory) -> None:
    directory.put_org(Org(1, "old", 7, "Asia/Kolkata", is_basic_auth_enabled=False))
    directory.put_org(Org(1, "new"))
    assert [Org(1, "new")] == directory.orgs()
    assert [] == directory.children(7)


def test_children_are_those_who_name_the_parent_by_id(directory: Directory) -> None:
    for org in (Org(1), Org(4, parent_org_id=1), Org(2, parent_org_id=1), Org(3, parent_org_id=2)):
        directory.put_org(org)
    assert [2, 4] == [org.id for org in directory.children(1)]
    assert [3] == [org.id for org in directory.children(2)]
    assert [] == directory.children(3)
    assert [] == directory.children(99)


def test_till_is_found_by_its_exact_code(directory: Directory) -> None:
    directory.put_till(Till(ORG, 1, "till01"))
    directory.put_till(Till(ORG + 1, 1, "Till01"))
    assert Till(ORG, 1, "till01") == directory.till("till01")
    assert Till(ORG + 1, 1, "Till01") == directory.till("Till01")
    assert directory.till("TILL01") is None


def test_putting_a_till_again_changes_nothing(directory: Directory) -> None:
    for _ in range(2):
        directory.put_till(Till(ORG, 1, "till01"))
    assert Till(ORG, 1, "till01") == directory.till("till01")


def test_till_that_takes_another_code_frees_its_old_one(directory: Directory) -> None:
    directory.put_till(Till(ORG, 1, "old"))
    directory.put_till(Till(ORG, 1, "new"))
    assert directory.till("old") is None
    assert Till(ORG, 1, "new") == directory.till("new")
    directory.put_till(Till(ORG + 1, 9, "old"))
    assert Till(ORG + 1, 9, "old") == directory.till("old")


@pytest.mark.parametrize("taker", [Till(ORG, 2, "till01"), Till(ORG + 1, 1, "till01")])
def test_code_of_another_till_or_org_is_refused(directory: Directory, taker: Till) -> None:
    directory.put_till(Till(ORG, 1, "till01"))
    directory.put_till(Till(taker.org_id, taker.id, "own"))
    with pytest.raises(LoadError) as caught:
        directory.put_till(taker)
    assert "till01" in str(caught.value)
    assert Till(ORG, 1, "till01") == directory.till("till01")
    assert Till(taker.org_id, taker.id, "own") == directory.till("own"), "nothing was changed"


def test_customer_comes_back_and_is_found_by_each_identifier(directory: Directory) -> None:
    customer = Customer(ORG, 2**40, (MOBILE, EMAIL, Identifier("externalId", "é\x00", "INSTORE", "")))
    directory.put_customer(customer)
    assert_same_customer(customer, directory.customer(ORG, 2**40))
    assert [2**40] * 3 == [directory.find_customer(ORG, one) for one in customer.identifiers]


def test_customer_without_identifiers_is_known_by_id(directory: Directory) -> None:
    directory.put_customer(Customer(ORG, 7))
    assert Customer(ORG, 7) == directory.customer(ORG, 7)


@pytest.mark.parametrize(
    "other",
    [
        Identifier("email", MOBILE.value),
        Identifier("mobile", "919800000002"),
        Identifier("mobile", "+919800000001"),
        Identifier("mobile", MOBILE.value, "WEB_ENGAGE"),
        Identifier("mobile", MOBILE.value, "INSTORE", "7"),
        Identifier("mobile", MOBILE.value, "instore"),
    ],
)
def test_type_value_source_and_account_must_all_agree(directory: Directory, other: Identifier) -> None:
    directory.put_customer(Customer(ORG, 7, (MOBILE,)))
    assert directory.find_customer(ORG, other) is None
    directory.put_customer(Customer(ORG, 8, (other,)))
    assert (7, 8) == (directory.find_customer(ORG, MOBILE), directory.find_customer(ORG, other))


def test_an_identifier_of_any_source_names_all_who_have_it(directory: Directory) -> None:
    elsewhere = Identifier("mobile", MOBILE.value, "WECHAT", "7")
    directory.put_customer(Customer(ORG, 8, (MOBILE, EMAIL)))
    directory.put_customer(Customer(ORG, 7, (elsewhere, Identifier("mobile", MOBILE.value, "WECHAT", "8"))))
    directory.put_customer(Customer(ORG + 1, 9, (MOBILE,)))
    assert [7, 8] == directory.customers_named(ORG, "mobile", MOBILE.value)
    assert [8] == directory.customers_named(ORG, "email", EMAIL.value)
    assert [] == directory.customers_named(ORG, "email", MOBILE.value)


def test_customers_belong_to_an_org(directory: Directory) -> None:
    directory.put_customer(Customer(ORG, 7, (MOBILE,)))
    assert directory.customer(ORG + 1, 7) is None
    assert directory.find_customer(ORG + 1, MOBILE) is None
    directory.put_customer(Customer(ORG + 1, 8, (MOBILE,)))
    assert (7, 8) == tuple(directory.find_customer(org, MOBILE) for org in (ORG, ORG + 1))


def test_putting_a_customer_again_adds_identifiers(directory: Directory) -> None:
    directory.put_customer(Customer(ORG, 7, (MOBILE,)))
    directory.put_customer(Customer(ORG, 7, (EMAIL,)))
    directory.put_customer(Customer(ORG, 7))
    directory.put_customer(Customer(ORG, 7, (MOBILE, MOBILE)))
    assert_same_customer(Customer(ORG, 7, (MOBILE, EMAIL)), directory.customer(ORG, 7))


def test_identifier_of_another_customer_is_refused_and_nothing_is_changed(directory: Directory) -> None:
    directory.put_customer(Customer(ORG, 7, (MOBILE,)))
    with pytest.raises(LoadError) as caught:
        directory.put_customer(Customer(ORG, 8, (EMAIL, MOBILE)))
    assert MOBILE.value in str(caught.value)
    assert directory.customer(ORG, 8) is None
    assert directory.find_customer(ORG, EMAIL) is None
    assert 7 == directory.find_customer(ORG, MOBILE)


def test_added_customer_is_known_by_its_identifier(directory: Directory) -> None:
    user_id = directory.add_customer(ORG, MOBILE)
    assert user_id > 0
    assert user_id == directory.find_customer(ORG, MOBILE)
    assert_same_customer(Customer(ORG, user_id, (MOBILE,)), directory.customer(ORG, user_id))


def test_adding_a_customer_is_idempotent_by_identifier(directory: Directory) -> None:
    first = directory.add_customer(ORG, MOBILE)
    assert first == directory.add_customer(ORG, MOBILE)
    directory.put_customer(Customer(ORG, 900, (EMAIL,)))
    assert 900 == directory.add_customer(ORG, EMAIL)
    assert_same_customer(Customer(ORG, 900, (EMAIL,)), directory.customer(ORG, 900))


def test_added_customer_gets_a_user_id_that_nobody_has_in_any_org(directory: Directory) -> None:
    first = directory.add_customer(ORG, EMAIL)
    directory.put_customer(Customer(ORG + 1, first + 1))
    directory.put_customer(Customer(ORG, first + 2))
    made = [directory.add_customer(org, MOBILE) for org in (ORG, ORG + 1, ORG + 2)]
    assert 3 == len(set(made))
    assert set(made).isdisjoint({first, first + 1, first + 2})
    for org, user_id in zip((ORG, ORG + 1, ORG + 2), made, strict=True):
        assert user_id == directory.find_customer(org, MOBILE)


@pytest.mark.parametrize("given", [2**63 - 1, 2**62, 2**31, USER_ID_STEP_MAX + 1])
def test_a_far_user_id_of_one_org_takes_none_from_the_others(directory: Directory, given: int) -> None:
    directory.put_customer(Customer(ORG, given))
    assert [1, 2, 3] == [directory.add_customer(org, MOBILE) for org in (ORG, ORG + 1, ORG + 2)]
    assert [given] == directory.put_customers(ORG, [Enrolment(given, (EMAIL,))])
    assert_same_customer(Customer(ORG, given, (EMAIL,)), directory.customer(ORG, given))


def test_made_user_ids_follow_near_ones_that_were_given(directory: Directory) -> None:
    directory.put_customer(Customer(ORG, USER_ID_STEP_MAX))
    directory.put_customer(Customer(ORG, 2 * USER_ID_STEP_MAX))
    assert 2 * USER_ID_STEP_MAX + 1 == directory.add_customer(ORG + 1, MOBILE)


@pytest.mark.parametrize("seed", range(5))
def test_made_user_ids_are_nobodys_however_others_were_given(directory: Directory, seed: int) -> None:
    """Runs of ids, singly and in thousands, near the counter and far above it, in any order, with made ones between."""
    choose = random.Random(seed)
    step, held, made = USER_ID_STEP_MAX, {0}, 0
    for number in range(60):
        first = max(made, 0) + choose.choice([1, 2, step - 1, step, step + 1, step + 2, 2 * step + 5])
        given = list(range(first, first + choose.choice([1, 2, 3, step, 3 * step])))
        choose.shuffle(given)
        org_id = choose.choice([ORG, ORG + 1])
        directory.put_customers(org_id, [Enrolment(user_id, ()) for user_id in given])
        held.update(given)
        for turn in range(choose.choice([0, 1, 5, 50])):
            made = directory.add_customer(ORG + 2, Identifier("externalId", f"{number}-{turn}"))
            assert made not in held, f"seed {seed}: {made} was held already"
            held.add(made)


def test_group_comes_back_with_its_members(directory: Directory) -> None:
    group = Group(ORG, 5, "G é", primary_user_id=7, members=(3, 7, 2**40))
    bare = Group(ORG, 6, "")
    directory.put_group(group)
    directory.put_group(bare)
    assert group == directory.group(ORG, 5) == directory.group_by_external_id(ORG, "G é")
    assert bare == directory.group(ORG, 6) == directory.group_by_external_id(ORG, "")
    assert directory.group_by_external_id(ORG, "g é") is None


def test_member_named_twice_is_one_member(directory: Directory) -> None:
    directory.put_group(Group(ORG, 5, "G", members=(7, 3, 7)))
    found = directory.group(ORG, 5)
    assert found is not None
    assert [3, 7] == sorted(found.members)


def test_group_is_replaced_with_its_members(directory: Directory) -> None:
    directory.put_group(Group(ORG, 5, "old", primary_user_id=1, members=(1, 2)))
    new = Group(ORG, 5, "new", members=(3,))
    directory.put_group(new)
    assert new == directory.group(ORG, 5) == directory.group_by_external_id(ORG, "new")
    assert directory.group_by_external_id(ORG, "old") is None
    assert [] == directory.groups_of(ORG, 1)


def test_groups_belong_to_an_org(directory: Directory) -> None:
    for org in (ORG, ORG + 1):
        directory.put_group(Group(org, 5, "G", primary_user_id=7, members=(7, org)))
    for org in (ORG, ORG + 1):
        expected = Group(org, 5, "G", primary_user_id=7, members=(7, org))
        assert expected == directory.group(org, 5) == directory.group_by_external_id(org, "G")
        assert [expected] == directory.groups_of(org, 7)
    assert directory.group(ORG + 2, 5) is None


def test_external_id_of_another_group_is_refused_and_nothing_is_changed(directory: Directory) -> None:
    first, second = Group(ORG, 5, "G5", members=(1,)), Group(ORG, 6, "G6", members=(2,))
    directory.put_group(first)
    directory.put_group(second)
    with pytest.raises(LoadError) as caught:
        directory.put_group(Group(ORG, 6, "G5", members=(3,)))
    assert "G5" in str(caught.value)
    assert first == directory.group(ORG, 5)
    assert second == directory.group(ORG, 6)


def test_groups_with_a_customer_are_those_it_is_in_or_the_primary_user_of_by_id(directory: Directory) -> None:
    groups = [
        Group(ORG, 9, "a", 7, (7, 8)),
        Group(ORG, 4, "b", 8, (8, 7)),
        Group(ORG, 5, "c", 7, ()),
        Group(ORG, 6, "d", None, (8,)),
        Group(ORG + 1, 3, "a", 7, (7,)),
    ]
    for group in groups:
        directory.put_group(group)
    assert [4, 5, 9] == [group.id for group in directory.groups_with(ORG, 7)]
    assert [4, 6, 9] == [group.id for group in directory.groups_with(ORG, 8)]
    assert [3] == [group.id for group in directory.groups_with(ORG + 1, 7)]
    assert [] == directory.groups_with(ORG, 9)
    assert (7, 8) == directory.groups_with(ORG, 7)[0].members


def test_groups_of_a_customer_are_those_it_is_primary_user_of_by_id(directory: Directory) -> None:
    groups = [
        Group(ORG, 9, "c", primary_user_id=7, members=(7,)),
        Group(ORG, 2, "a", primary_user_id=7),
        Group(ORG, 5, "b", primary_user_id=8, members=(7, 8)),
        Group(ORG, 6, "d", members=(7,)),
    ]
    for group in groups:
        directory.put_group(group)
    assert [groups[1], groups[0]] == directory.groups_of(ORG, 7)
    assert [groups[2]] == directory.groups_of(ORG, 8)


def test_tills_are_listed_by_id_page_by_page(directory: Directory) -> None:
    tills = [Till(ORG, number, f"till{number}") for number in (3, -1, 7)]
    for till in (*tills, Till(ORG + 1, 5, "other")):
        directory.put_till(till)
    assert [-1, 3] == [one.id for one in directory.tills(ORG, ID_MIN, 2)]
    assert [3, 7] == [one.id for one in directory.tills(ORG, 3, 10)]
    assert [] == directory.tills(ORG, 8, 10)
    assert tills[2] == directory.till_by_id(ORG, 7)
    assert directory.till_by_id(ORG, 5) is None


def test_customers_and_groups_are_listed_by_id_page_by_page(directory: Directory) -> None:
    for number in (9, 2, 4):
        directory.put_customer(Customer(ORG, number, (Identifier("mobile", f"91{number}"),)))
        directory.put_group(Group(ORG, number, f"G{number}", number, (1, 2)))
    directory.put_customer(Customer(ORG + 1, 3))
    directory.put_group(Group(ORG + 1, 3, "G3"))
    assert [2, 4] == [one.user_id for one in directory.customers(ORG, ID_MIN, 2)]
    assert [Customer(ORG, 9, (Identifier("mobile", "919"),))] == directory.customers(ORG, 5, 2)
    assert [2, 4] == [one.id for one in directory.groups(ORG, ID_MIN, 2)]
    assert [Group(ORG, 9, "G9", 9, (1, 2))] == directory.groups(ORG, 5, 2)


def test_of_many_customers_each_fails_alone(directory: Directory) -> None:
    directory.put_customer(Customer(ORG, 50, (MOBILE,)))
    stored = directory.put_customers(
        ORG,
        [
            Enrolment(60, (EMAIL,)),
            Enrolment(61, (Identifier("externalId", "X"), MOBILE)),
            Enrolment(None, (MOBILE, EMAIL)),
            Enrolment(None, ()),
            Enrolment(62, ()),
        ],
    )
    assert [60, 62] == [one for one in stored if isinstance(one, int)]
    assert [False, True, True, True, False] == [isinstance(one, Conflict) for one in stored]
    assert [50, 60, 62] == [one.user_id for one in directory.customers(ORG, ID_MIN, 10)]
    assert directory.find_customer(ORG, Identifier("externalId", "X")) is None


def test_customer_without_a_user_id_gets_that_of_its_identifiers_or_a_new_one(directory: Directory) -> None:
    directory.put_customer(Customer(ORG, 50, (MOBILE,)))
    enrolments = [Enrolment(None, (EMAIL, MOBILE)), Enrolment(None, (Identifier("externalId", "X"),))]
    first = directory.put_customers(ORG, enrolments)
    assert [50, 51] == first
    assert first == directory.put_customers(ORG, enrolments), "again changes nothing"
    assert_same_customer(Customer(ORG, 50, (MOBILE, EMAIL)), directory.customer(ORG, 50))


def test_of_many_customers_a_later_one_sees_the_earlier(directory: Directory) -> None:
    same = Enrolment(None, (MOBILE, MOBILE))
    first, second = directory.put_customers(ORG, [same, same])
    assert isinstance(first, int)
    assert first == second
    assert 1 == len(directory.customers(ORG, ID_MIN, 10))


def test_of_many_groups_each_fails_alone(directory: Directory) -> None:
    groups = [Group(ORG, 1, "G"), Group(ORG, 2, "G"), Group(ORG, 3, "H", 7, (7, 8))]
    assert [True, False, True] == [one is None for one in directory.put_groups(groups)]
    assert [Group(ORG, 1, "G"), Group(ORG, 3, "H", 7, (7, 8))] == directory.groups(ORG, ID_MIN, 10)
    assert [True, False, True] == [one is None for one in directory.put_groups(groups)]


def test_of_many_none_is_none(directory: Directory) -> None:
    assert [] == directory.put_customers(ORG, [])
    assert [] == directory.put_groups([])


def _made(kind: DirectoryChangeKind, subject: object, by: Author | None = None) -> DirectoryChange:
    change = note(kind, ORG, subject, by or operator(), {"made": subject})
    assert change is not None
    return change


def test_a_change_is_kept_with_what_it_tells_of(directory: Directory) -> None:
    assert [] == directory.audits(ORG, [*About], 10)
    org = _made(DirectoryChangeKind.CREATE_ORG, ORG)
    by = Author("client", "client01", "1" * 32, Attribution("till02", "STORE_CODE", "S1"))
    till = _made(DirectoryChangeKind.CREATE_TILL, "till01", by)
    directory.put_org(Org(ORG), org)
    directory.put_till(Till(ORG, 1, "till01"), till)
    directory.put_org(Org(ORG + 1))
    assert [till, org] == directory.audits(ORG, [*About], 10)
    assert [till] == directory.audits(ORG, [*About], 1)
    assert [org] == directory.audits(ORG, [About.ORGS, About.GROUPS], 10)
    assert [] == directory.audits(ORG, [], 10)
    assert [] == directory.audits(ORG + 1, [*About], 10)


def test_a_change_that_was_not_made_is_not_told(directory: Directory) -> None:
    directory.put_till(Till(ORG + 1, 1, "till01"))
    with pytest.raises(LoadError):
        directory.put_till(Till(ORG, 1, "till01"), _made(DirectoryChangeKind.CREATE_TILL, "till01"))
    assert [] == directory.audits(ORG, [*About], 10)


def test_what_is_noted_of_customers_and_groups_knows_what_was_stored(directory: Directory) -> None:
    by = operator()
    (user_id,) = directory.put_customers(
        ORG,
        [Enrolment(None, (MOBILE,))],
        lambda stored: _made(DirectoryChangeKind.CREATE_CUSTOMER, stored[0], by),
    )
    assert [str(user_id)] == [one.subject for one in directory.audits(ORG, [About.CUSTOMERS], 10)]
    directory.put_groups([Group(ORG, 1, "G1")], lambda _: None)
    assert [] == directory.audits(ORG, [About.GROUPS], 10)


def test_an_import_is_one_item_whose_counts_grow(directory: Directory) -> None:
    directory.put_customer(Customer(ORG, 9, (EMAIL,)))
    count = ImportCount(DirectoryChangeKind.IMPORT_CUSTOMERS, ORG, operator())
    directory.put_customers(ORG, [Enrolment(1, (MOBILE,)), Enrolment(2, ())], count.noted(2))
    directory.put_org(Org(ORG), _made(DirectoryChangeKind.CREATE_ORG, ORG))
    directory.put_customers(ORG, [Enrolment(3, (MOBILE,)), Enrolment(4, ())], count.noted(3))
    (change,) = directory.audits(ORG, [About.CUSTOMERS], 10)
    assert '{"lines":5,"stored":3,"failed":2}' == change.after
    assert ("customers", None) == (change.subject, change.before)
    assert 2 == len(directory.audits(ORG, [*About], 10))


def test_many_customers_are_found_as_each_alone(directory: Directory) -> None:
    ada = directory.add_customer(ORG, MOBILE)
    bob = directory.add_customer(ORG, EMAIL)
    unknown = Identifier("mobile", "1")
    assert [bob, None, ada, bob] == directory.find_customers(ORG, [EMAIL, unknown, MOBILE, EMAIL])
    assert [None, None] == directory.find_customers(ORG + 1, [EMAIL, MOBILE])
    assert [] == directory.find_customers(ORG, [])


def test_every_write_shows_in_the_changes_seen_and_nothing_else_does(directory: Directory) -> None:
    seen = [directory.changes_seen()]
    for write in (
        lambda: directory.put_org(Org(ORG)),
        lambda: directory.put_till(Till(ORG, 1, "till01")),
        lambda: directory.add_customer(ORG, MOBILE),
        lambda: directory.put_customers(ORG, [Enrolment(None, (MOBILE,))]),
        lambda: directory.put_customer(Customer(ORG, 7, (EMAIL,))),
        lambda: directory.put_customers(ORG, [Enrolment(8, (EMAIL,))]),
        lambda: directory.put_group(Group(ORG, 5, "G", 7, (7,))),
        lambda: directory.put_groups([Group(ORG, 5, "G", 7, (7,))]),
    ):
        write()
        seen.append(directory.changes_seen())
    assert all(later[1] > earlier[1] for earlier, later in pairwise(seen))
    for _ in range(2):
        directory.org(ORG)
        directory.find_customers(ORG, [MOBILE])
        directory.groups_of(ORG, 7)
        assert seen[-1] == directory.changes_seen()
