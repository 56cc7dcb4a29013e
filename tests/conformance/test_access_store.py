"""Every access store keeps the promise of `hooklog.access.base.AccessStore`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from hooklog.access.base import (
    CANDIDATES_MAX,
    CLIENT_TEXT_CHARS_MAX,
    TOKEN_TTL_SECONDS_MAX,
    AccessStore,
    ApiKey,
    Client,
    TillLogin,
)
from hooklog.access.memory import MemoryAccessStore
from hooklog.access.scopes import Scope
from hooklog.access.sqlite import SqliteAccessStore
from hooklog.author import Attribution, operator
from hooklog.directory.audit import About, DirectoryChange, DirectoryChangeKind, note
from hooklog.errors import LoadError

HASH = "$argon2id$one"
OTHER_HASH = "$argon2id$two"

Open = Callable[[], AccessStore]


def login(**changes: object) -> TillLogin:
    return TillLogin(**{"org_id": 1, "till_id": 11, "code": "till01", "password_hash": HASH, **changes})  # type: ignore[arg-type]


def client(**changes: object) -> Client:
    usual = {
        "org_id": 1,
        "id": 7,
        "name": "shop",
        "key": "shop-key",
        "secret_hash": HASH,
        "default_till": "till01",
    }
    return Client(**{**usual, **changes})  # type: ignore[arg-type]


def api_key(**changes: object) -> ApiKey:
    usual = {"org_id": 1, "name": "reports", "lookup": "beef", "key_hash": HASH}
    return ApiKey(**{"scopes": frozenset({Scope.EVENTS_READ}), **usual, **changes})  # type: ignore[arg-type]


@pytest.fixture(params=["memory", "sqlite"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens a handle on the same kept things each time, as each process does."""
    memory = MemoryAccessStore()
    opened: list[AccessStore] = []

    def open_one() -> AccessStore:
        store = memory.twin() if request.param == "memory" else SqliteAccessStore(tmp_path)
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Open) -> AccessStore:
    return open_store()


def test_what_was_never_put_is_not_found(store: AccessStore) -> None:
    assert store.till_login("till01") is None
    assert store.client("shop-key") is None
    assert store.api_keys("beef") == []


@pytest.mark.parametrize(
    "scopes",
    [None, frozenset(), frozenset({Scope.ADMIN}), frozenset(Scope)],
    ids=["usual", "none", "one", "all"],
)
def test_till_login_and_client_come_back_as_put(store: AccessStore, scopes: frozenset[Scope] | None) -> None:
    store.put_till_login(login(scopes=scopes))
    store.put_client(client(scopes=scopes, falls_back_to_default_till=True, ttl_seconds=60))
    assert login(scopes=scopes) == store.till_login("till01")
    assert client(scopes=scopes, falls_back_to_default_till=True, ttl_seconds=60) == store.client("shop-key")


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({Scope.PSI_READ, Scope.EVENTS_WRITE})])
def test_api_key_comes_back_as_put(store: AccessStore, scopes: frozenset[Scope]) -> None:
    store.put_api_key(api_key(scopes=scopes))
    assert [api_key(scopes=scopes)] == store.api_keys("beef")


@pytest.mark.parametrize("text", ["Till01", "till01 ", "", "till0_", "%", "till01\0"])
def test_names_are_matched_exactly(store: AccessStore, text: str) -> None:
    store.put_till_login(login())
    store.put_client(client(key="till01"))
    assert store.till_login(text) is None
    assert store.client(text) is None


@pytest.mark.parametrize("text", ["ü-Kasse", "till:1", "' OR 1=1", "a\0b", "店"])
def test_any_text_is_a_name(store: AccessStore, text: str) -> None:
    store.put_till_login(login(code=text))
    store.put_client(client(key=text, name=text))
    store.put_api_key(api_key(name=text))
    assert login(code=text) == store.till_login(text)
    assert client(key=text, name=text) == store.client(text)
    assert [api_key(name=text)] == store.api_keys("beef")


def test_putting_again_changes_nothing(store: AccessStore) -> None:
    for _ in range(2):
        store.put_till_login(login())
        store.put_client(client())
        store.put_api_key(api_key())
    assert login() == store.till_login("till01")
    assert client() == store.client("shop-key")
    assert [api_key()] == store.api_keys("beef")


def test_a_later_put_replaces(store: AccessStore) -> None:
    store.put_till_login(login())
    store.put_client(client())
    store.put_api_key(api_key())
    store.put_till_login(login(password_hash=OTHER_HASH))
    store.put_client(client(secret_hash=OTHER_HASH, name="new"))
    store.put_api_key(api_key(key_hash=OTHER_HASH, lookup="cafe"))
    assert login(password_hash=OTHER_HASH) == store.till_login("till01")
    assert client(secret_hash=OTHER_HASH, name="new") == store.client("shop-key")
    assert [] == store.api_keys("beef")
    assert [api_key(key_hash=OTHER_HASH, lookup="cafe")] == store.api_keys("cafe")


def test_a_till_or_client_that_was_renamed_leaves_its_old_name(store: AccessStore) -> None:
    store.put_till_login(login())
    store.put_client(client())
    store.put_till_login(login(code="till02"))
    store.put_client(client(key="new-key"))
    assert store.till_login("till01") is None
    assert store.client("shop-key") is None
    assert login(code="till02") == store.till_login("till02")
    assert client(key="new-key") == store.client("new-key")


@pytest.mark.parametrize("holder", [{"org_id": 2}, {"till_id": 12}])
def test_a_till_code_belongs_to_one_till_of_the_installation(
    store: AccessStore, holder: dict[str, int]
) -> None:
    store.put_till_login(login(**holder))
    with pytest.raises(LoadError, match="'till01' belongs to"):
        store.put_till_login(login(password_hash=OTHER_HASH))
    assert login(**holder) == store.till_login("till01")


@pytest.mark.parametrize("holder", [{"org_id": 2}, {"id": 8}])
def test_a_client_key_belongs_to_one_client_of_the_installation(
    store: AccessStore, holder: dict[str, int]
) -> None:
    store.put_client(client(**holder))
    with pytest.raises(LoadError, match="'shop-key' belongs to"):
        store.put_client(client(secret_hash=OTHER_HASH))
    assert client(**holder) == store.client("shop-key")


@pytest.mark.parametrize("seconds", [1, TOKEN_TTL_SECONDS_MAX])
def test_the_life_of_tokens_within_its_limits_is_kept(store: AccessStore, seconds: int) -> None:
    store.put_client(client(ttl_seconds=seconds))
    assert client(ttl_seconds=seconds) == store.client("shop-key")


@pytest.mark.parametrize("seconds", [-1, 0, TOKEN_TTL_SECONDS_MAX + 1])
def test_the_life_of_tokens_beyond_its_limits_is_refused(store: AccessStore, seconds: int) -> None:
    with pytest.raises(LoadError, match=f"ttlSeconds is {seconds}; allowed are 1 to {TOKEN_TTL_SECONDS_MAX}"):
        store.put_client(client(ttl_seconds=seconds))
    assert store.client("shop-key") is None


@pytest.mark.parametrize("length", [1, CLIENT_TEXT_CHARS_MAX])
def test_client_texts_within_their_limits_are_kept(store: AccessStore, length: int) -> None:
    store.put_client(client(name="n" * length, key="k" * length))
    assert client(name="n" * length, key="k" * length) == store.client("k" * length)


@pytest.mark.parametrize("what", ["name", "key"])
@pytest.mark.parametrize("length", [0, CLIENT_TEXT_CHARS_MAX + 1])
def test_client_texts_beyond_their_limits_are_refused(store: AccessStore, what: str, length: int) -> None:
    with pytest.raises(LoadError, match=f"{what} has {length} characters"):
        store.put_client(client(**{what: "x" * length}))


def test_a_secret_in_the_clear_is_never_stored(store: AccessStore) -> None:
    with pytest.raises(AssertionError):
        store.put_till_login(login(password_hash="bdc87b9c894da5168059e00ebffb9077"))
    with pytest.raises(AssertionError):
        store.put_client(client(secret_hash="demo-secret"))
    with pytest.raises(AssertionError):
        store.put_api_key(api_key(key_hash="hk_key"))


def test_api_keys_of_a_lookup_come_by_org_and_name(store: AccessStore) -> None:
    names = [(2, "a"), (1, "b"), (10, "a"), (1, "a")]
    for org_id, name in names:
        store.put_api_key(api_key(org_id=org_id, name=name))
    store.put_api_key(api_key(name="elsewhere", lookup="cafe"))
    assert sorted(names) == [(key.org_id, key.name) for key in store.api_keys("beef")]


def test_a_lookup_takes_no_more_keys_than_are_looked_at(store: AccessStore) -> None:
    for number in range(CANDIDATES_MAX):
        store.put_api_key(api_key(name=str(number)))
    with pytest.raises(LoadError, match="'one more' of org 1 is too much like 8 others"):
        store.put_api_key(api_key(name="one more"))
    store.put_api_key(api_key(name="0", key_hash=OTHER_HASH))
    assert CANDIDATES_MAX == len(store.api_keys("beef"))
    assert OTHER_HASH == store.api_keys("beef")[0].key_hash


def test_what_was_removed_is_found_no_more(store: AccessStore) -> None:
    store.put_till_login(login())
    store.put_client(client())
    store.put_api_key(api_key())
    store.put_api_key(api_key(org_id=2))
    for _ in range(2):
        store.remove_till_login("till01")
        store.remove_client("shop-key")
        store.remove_api_key(1, "reports")
    assert store.till_login("till01") is None
    assert store.client("shop-key") is None
    assert [api_key(org_id=2)] == store.api_keys("beef")


CHANGES: dict[str, Callable[[AccessStore], None]] = {
    "put login": lambda store: store.put_till_login(login(password_hash=OTHER_HASH)),
    "put client": lambda store: store.put_client(client(secret_hash=OTHER_HASH)),
    "put key": lambda store: store.put_api_key(api_key(key_hash=OTHER_HASH)),
    "remove login": lambda store: store.remove_till_login("till01"),
    "remove client": lambda store: store.remove_client("shop-key"),
    "remove key": lambda store: store.remove_api_key(1, "reports"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_refresh_tells_once_of_every_change_here_and_elsewhere(
    open_store: Open, change: Callable[[AccessStore], None]
) -> None:
    here, elsewhere = open_store(), open_store()
    here.put_till_login(login())
    here.put_client(client())
    here.put_api_key(api_key())
    here.refresh()
    elsewhere.refresh()
    assert not here.refresh()
    change(elsewhere)
    assert here.refresh()
    assert elsewhere.refresh()
    assert not here.refresh()
    assert not elsewhere.refresh()


def test_refresh_is_silent_about_what_changed_nothing(open_store: Open) -> None:
    here, elsewhere = open_store(), open_store()
    elsewhere.remove_till_login("nobody")
    elsewhere.remove_client("nobody")
    elsewhere.remove_api_key(1, "nobody")
    elsewhere.till_login("nobody")
    assert not here.refresh()


def test_a_write_that_returned_is_seen_everywhere_at_once(open_store: Open) -> None:
    here, elsewhere = open_store(), open_store()
    assert here.till_login("till01") is None
    elsewhere.put_till_login(login())
    assert login() == here.till_login("till01")


def test_clients_are_listed_by_id_page_by_page(store: AccessStore) -> None:
    for number in (7, 3, 11):
        store.put_client(client(id=number, key=f"key{number}"))
    store.put_client(client(org_id=2, id=5, key="other"))
    assert [3, 7] == [one.id for one in store.clients(1, 0, 2)]
    assert [client(id=11, key="key11")] == store.clients(1, 8, 2)
    assert client(id=3, key="key3") == store.client_by_id(1, 3)
    assert store.client_by_id(1, 5) is None


def test_api_keys_are_listed_by_name_page_by_page(store: AccessStore) -> None:
    for name in ("b", "a", "é", "\U0001f600", "B"):
        store.put_api_key(api_key(name=name))
    store.put_api_key(api_key(org_id=2, name="c"))
    assert ["B", "a"] == [one.name for one in store.api_keys_after(1, "", 2)]
    assert ["b", "é", "\U0001f600"] == [one.name for one in store.api_keys_after(1, "a", 10)]
    assert [] == store.api_keys_after(1, "\U0001f600", 10)
    assert api_key(name="é") == store.api_key(1, "é")
    assert store.api_key(1, "c") is None


def _change(kind: DirectoryChangeKind, subject: str) -> DirectoryChange:
    by = msgspec.structs.replace(
        operator(), acts_for=Attribution("till02", lookup_type="WECHAT", lookup="AbC")
    )
    change = note(kind, 1, subject, by, after={"name": subject})
    assert change is not None
    return change


def test_a_change_is_kept_with_what_it_tells_of(open_store: Open) -> None:
    store, other = open_store(), open_store()
    kinds = DirectoryChangeKind
    made = [
        _change(kind, "one")
        for kind in (
            kinds.CREATE_TILL_LOGIN,
            kinds.CREATE_CLIENT,
            kinds.CREATE_API_KEY,
            kinds.REMOVE_TILL_LOGIN,
            kinds.REMOVE_CLIENT,
            kinds.REMOVE_API_KEY,
        )
    ]
    store.put_till_login(login(), made[0])
    store.put_client(client(), made[1])
    store.put_api_key(api_key(), made[2])
    store.remove_till_login("till01", made[3])
    store.remove_client("shop-key", made[4])
    store.remove_api_key(1, "reports", made[5])
    store.put_api_key(api_key())
    for one in (store, other):
        assert made[::-1] == one.audits(1, [*About], 10)
        assert made[:3:-1] == one.audits(1, [*About], 2)
        assert [made[4], made[1]] == one.audits(1, [About.CLIENTS], 10)
        assert [] == one.audits(2, [*About], 10)


def test_a_change_that_was_not_made_is_not_told(store: AccessStore) -> None:
    store.put_client(client())
    with pytest.raises(LoadError):
        store.put_client(client(id=8), _change(DirectoryChangeKind.CREATE_CLIENT, "8"))
    assert [] == store.audits(1, [*About], 10)
