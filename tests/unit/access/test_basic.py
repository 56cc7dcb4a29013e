"""Basic as documented in contract II.2.1."""

import base64

import pytest

from hooklog.access.base import TillLogin
from hooklog.access.basic import basic_enabled_in, hash_password, md5_of, verify_basic
from hooklog.access.hashing import UNKNOWN_HASH, verify_secret
from hooklog.access.memory import MemoryAccessStore
from hooklog.access.scopes import TILL_SCOPES, Scope
from hooklog.directory.base import Org

# The documented example for store123 and Pass123; it is in truth the md5 of another password.
PUBLISHED_MD5 = "bdc87b9c894da5168059e00ebffb9077"


class CountingVerifier:
    """A cheap verifier that knows hashes of the form $argon2id$<text> and counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def __call__(self, secret_hash: str, text: str) -> bool:
        self.asked.append((secret_hash, text))
        return secret_hash == f"$argon2id${text}"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def store() -> MemoryAccessStore:
    store = MemoryAccessStore()
    store.put_till_login(TillLogin(1, 11, "store123", f"$argon2id${PUBLISHED_MD5}"))
    return store


def test_a_password_is_sent_as_the_md5_hex_of_its_utf8() -> None:
    assert "2f23fa3579f3f75175793649115c1b25" == md5_of("Pass123")
    assert "82c81e1208ef287416f23e0f15e7e2ed" == md5_of("pässwort")


def test_the_published_md5_belongs_to_another_password_than_the_published_one() -> None:
    """The documentation pairs it with Pass123. We follow its rule, not its slip."""
    assert PUBLISHED_MD5 == md5_of("password1234")
    assert PUBLISHED_MD5 != md5_of("Pass123")


def test_the_published_credential_gets_in_with_real_hashes() -> None:
    store = MemoryAccessStore()
    store.put_till_login(TillLogin(1, 11, "store123", hash_password("password1234")))
    caller = verify_basic(encoded(f"store123:{PUBLISHED_MD5}"), store, verify_secret)
    assert caller is not None
    assert (1, "till", "store123", "store123") == (caller.org_id, caller.kind, caller.name, caller.till_code)
    assert TILL_SCOPES == caller.scopes
    assert verify_basic(encoded(f"store123:{md5_of('pass123')}"), store, verify_secret) is None


def test_md5_hex_is_taken_in_any_case(store: MemoryAccessStore) -> None:
    assert verify_basic(encoded(f"store123:{PUBLISHED_MD5.upper()}"), store, CountingVerifier()) is not None


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({Scope.ADMIN, Scope.PSI_READ})])
def test_a_tills_own_scopes_replace_the_usual_ones(
    store: MemoryAccessStore, scopes: frozenset[Scope]
) -> None:
    store.put_till_login(TillLogin(1, 11, "store123", f"$argon2id${PUBLISHED_MD5}", scopes))
    caller = verify_basic(encoded(f"store123:{PUBLISHED_MD5}"), store, CountingVerifier())
    assert caller is not None
    assert scopes == caller.scopes


def test_an_unknown_till_costs_one_verification_too(store: MemoryAccessStore) -> None:
    verifier = CountingVerifier()
    assert verify_basic(encoded(f"nobody:{PUBLISHED_MD5}"), store, verifier) is None
    assert [(UNKNOWN_HASH, PUBLISHED_MD5)] == verifier.asked


def test_an_unknown_till_is_refused_even_where_the_stand_in_hash_agrees(store: MemoryAccessStore) -> None:
    assert verify_basic(encoded(f"nobody:{PUBLISHED_MD5}"), store, lambda *_: True) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not base64!",
        encoded("store123"),
        encoded(f":{PUBLISHED_MD5}"),
        encoded("store123:Pass123"),
        encoded(f"store123:{PUBLISHED_MD5}0"),
        encoded(f"store123:{PUBLISHED_MD5[:-1]}"),
        encoded(f"store123:{PUBLISHED_MD5}\n"),
        encoded(f"store123:{PUBLISHED_MD5[:-1]}g"),
        encoded(f"store123::{PUBLISHED_MD5}"),
        base64.b64encode(b"store\xff:" + PUBLISHED_MD5.encode()).decode(),
        encoded(f"store123:{PUBLISHED_MD5}")[:-1],
        encoded(f"store123:{PUBLISHED_MD5}") + " ",
        "\ud800",
        "ü",
    ],
)
def test_what_is_not_basic_is_refused_without_a_verification(store: MemoryAccessStore, text: str) -> None:
    verifier = CountingVerifier()
    assert verify_basic(text, store, verifier) is None
    assert [] == verifier.asked


@pytest.mark.parametrize(
    ("org", "is_enabled"), [(Org(1), True), (Org(1, is_basic_auth_enabled=False), False), (None, False)]
)
def test_the_directory_says_whether_an_org_takes_basic(org: Org | None, is_enabled: bool) -> None:
    class OneOrg:
        def org(self, org_id: int) -> Org | None:
            return org if org_id == 1 else None

    assert is_enabled is basic_enabled_in(OneOrg())(1)
