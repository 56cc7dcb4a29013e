"""Secrets are argon2id with OWASP's figures, and an unknown name costs what a known one does."""

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import CHEAPEST

from hooklog.access.base import check_hash
from hooklog.access.hashing import UNKNOWN_HASH, hash_secret, verify_secret
from hooklog.errors import StorageUnavailable


def test_a_secret_verifies_and_another_does_not() -> None:
    secret_hash = hash_secret("s3cret")
    check_hash(secret_hash)
    assert verify_secret(secret_hash, "s3cret")
    assert not verify_secret(secret_hash, "s3creT")
    assert not verify_secret(secret_hash, "")


def test_the_same_secret_is_hashed_differently_each_time() -> None:
    assert hash_secret("s3cret") != hash_secret("s3cret")


@pytest.mark.parametrize("secret_hash", [hash_secret("x"), UNKNOWN_HASH], ids=["ours", "unknown"])
def test_hashes_cost_what_owasp_asks_for(secret_hash: str) -> None:
    parameters = extract_parameters(secret_hash)
    assert secret_hash.startswith("$argon2id$")
    assert (19 * 1024, 2, 1) == (parameters.memory_cost, parameters.time_cost, parameters.parallelism)


def test_hashes_made_with_other_figures_still_verify() -> None:
    assert verify_secret(PasswordHasher.from_parameters(CHEAPEST).hash("old"), "old")


@pytest.mark.parametrize("text", ["\ud800", "ü", "a\0b", "x" * 4096])
def test_any_text_can_be_presented(text: str) -> None:
    assert verify_secret(hash_secret(text), text)
    assert not verify_secret(UNKNOWN_HASH, text)


@pytest.mark.parametrize("stored", ["", "s3cret", "$argon2id$broken", UNKNOWN_HASH[:-1] + "!"])
def test_what_is_not_a_hash_lets_nobody_in_and_says_so(stored: str) -> None:
    with pytest.raises(StorageUnavailable):
        verify_secret(stored, "s3cret")
