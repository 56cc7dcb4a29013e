"""API keys are found by what gives nothing away and verified by argon2."""

import re

from hooklog.access.api_keys import api_key_of, lookup_of, make_key_text, verify_api_key
from hooklog.access.base import CANDIDATES_MAX, ApiKey
from hooklog.access.hashing import UNKNOWN_HASH, verify_secret
from hooklog.access.memory import MemoryAccessStore
from hooklog.access.scopes import Scope

SCOPES = frozenset({Scope.EVENTS_READ, Scope.ADMIN})


def test_a_made_key_gets_in_and_is_kept_only_as_a_hash() -> None:
    text = make_key_text()
    kept = api_key_of(1, "reports", text, SCOPES)
    store = MemoryAccessStore()
    store.put_api_key(kept)
    caller = verify_api_key(text, store, verify_secret)
    assert caller is not None
    assert (1, "api_key", "reports", SCOPES) == (caller.org_id, caller.kind, caller.name, caller.scopes)
    assert "" == caller.till_code
    assert text not in repr(kept)
    assert text[3:] not in repr(kept)


def test_made_keys_are_43_characters_after_the_prefix_and_differ() -> None:
    made = {make_key_text() for _ in range(100)}
    assert 100 == len(made)
    assert all(re.fullmatch(r"hk_[A-Za-z0-9_-]{43}", text) for text in made)


def test_a_lookup_is_four_hex_digits_of_sha256() -> None:
    assert "ba78" == lookup_of("abc")


def test_an_unknown_key_costs_one_verification_too() -> None:
    asked: list[str] = []

    def verify(secret_hash: str, text: str) -> bool:
        asked.append(secret_hash)
        return True

    assert verify_api_key("hk_unknown", MemoryAccessStore(), verify) is None
    assert [UNKNOWN_HASH] == asked


def test_a_key_whose_lookup_belongs_to_others_is_refused_after_each_of_them() -> None:
    store, asked = MemoryAccessStore(), []
    for number in range(CANDIDATES_MAX):
        store.put_api_key(ApiKey(1, str(number), lookup_of("hk_x"), f"$argon2id${number}", SCOPES))

    def verify(secret_hash: str, text: str) -> bool:
        asked.append(secret_hash)
        return False

    assert verify_api_key("hk_x", store, verify) is None
    assert [f"$argon2id${number}" for number in range(CANDIDATES_MAX)] == asked


def test_the_last_of_the_keys_that_share_a_lookup_gets_in() -> None:
    store = MemoryAccessStore()
    for number in range(CANDIDATES_MAX):
        store.put_api_key(ApiKey(number, "k", lookup_of("hk_x"), f"$argon2id${number}", SCOPES))
    caller = verify_api_key(
        "hk_x", store, lambda secret_hash, _: secret_hash == f"$argon2id${CANDIDATES_MAX - 1}"
    )
    assert caller is not None
    assert CANDIDATES_MAX - 1 == caller.org_id
