"""Tokens: exactly the documented header and claims, and nothing gets in but what was signed here."""

import base64
import hmac
import json
import random
import secrets
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from hooklog.access.base import Client
from hooklog.access.hashing import UNKNOWN_HASH
from hooklog.access.memory import MemoryAccessStore
from hooklog.access.oauth import NO_TILL, Tokens, verify_client
from hooklog.access.scopes import TILL_SCOPES, Scope
from hooklog.directory.base import Till

KEY = RSAKey.generate_key(2048)
NOW = 1_767_607_200
CLIENT = Client(
    org_id=1,
    id=22953,
    name="demo client",
    key="demo-key",
    secret_hash="$argon2id$demo-secret",
    default_till="demo.till",
    ttl_seconds=300,
    scopes=frozenset({Scope.PSI_READ, Scope.EVENTS_READ}),
    falls_back_to_default_till=True,
)


class Tills:
    """A directory of one till."""

    def __init__(self, *tills: Till) -> None:
        self._tills = {till.code: till for till in tills}

    def till(self, code: str) -> Till | None:
        return self._tills.get(code)


@pytest.fixture
def store() -> MemoryAccessStore:
    store = MemoryAccessStore()
    store.put_client(CLIENT)
    return store


@pytest.fixture
def tokens(store: MemoryAccessStore) -> Tokens:
    return Tokens(KEY, store, Tills(Till(1, 75155374, "demo.till")))


def decoded(part: str) -> dict[str, Any]:
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert isinstance(found, dict)
    return found


def signed(claims: dict[str, Any], key: RSAKey = KEY, header: dict[str, Any] | None = None) -> str:
    used = header if header is not None else {"kid": "k1", "alg": "RS256"}
    return jws.serialize_compact(used, json.dumps(claims).encode(), key, algorithms=[used["alg"]])


def claims_of(token: str) -> dict[str, Any]:
    return decoded(token.split(".")[1])


def unsigned(text: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(text).encode()).rstrip(b"=").decode()


def test_a_token_has_exactly_the_documented_header_and_claims(tokens: Tokens) -> None:
    token = tokens.issue(CLIENT, NOW)
    claims = claims_of(token)
    jti = claims.pop("jti")
    assert {"kid": "k1", "alg": "RS256"} == decoded(token.split(".")[0])
    assert {
        "iss": "Capillary",
        "sub": "demo client",
        "exp": NOW + 300,
        "iat": NOW,
        "client_id": 22953,
        "org_id": 1,
        "token_use": "token_access",
        "client_key": "demo-key",
        "default_till": 75155374,
        "scopes": '["events:read","psi:read"]',
    } == claims
    assert 32 == len(jti)


def test_a_client_without_scopes_has_the_documented_empty_list_and_a_tills_scopes(
    store: MemoryAccessStore, tokens: Tokens
) -> None:
    plain = Client(1, 1, "plain", "plain-key", "$argon2id$s")
    store.put_client(plain)
    token = tokens.issue(plain, NOW)
    assert "[]" == claims_of(token)["scopes"]
    verified = tokens.verify(token, NOW)
    assert verified is not None
    assert TILL_SCOPES == verified.caller.scopes


@pytest.mark.parametrize("till", [Till(2, 5, "demo.till"), Till(1, 5, "other")], ids=["other org", "unknown"])
def test_a_default_till_that_is_not_the_orgs_is_none(store: MemoryAccessStore, till: Till) -> None:
    assert NO_TILL == claims_of(Tokens(KEY, store, Tills(till)).issue(CLIENT, NOW))["default_till"]


def test_every_call_gives_a_new_token_and_earlier_ones_stay_valid(tokens: Tokens) -> None:
    first, second = tokens.issue(CLIENT, NOW), tokens.issue(CLIENT, NOW)
    assert first != second
    assert tokens.verify(first, NOW) is not None
    assert tokens.verify(second, NOW) is not None


def test_a_token_stands_for_its_client(tokens: Tokens) -> None:
    verified = tokens.verify(tokens.issue(CLIENT, NOW), NOW)
    assert verified is not None
    assert NOW + 300 == verified.expires_at
    caller = verified.caller
    assert (1, "client", "demo-key", "demo.till") == (
        caller.org_id,
        caller.kind,
        caller.name,
        caller.till_code,
    )
    assert CLIENT.scopes == caller.scopes
    assert caller.falls_back_to_default_till


def test_the_largest_client_still_gets_a_token_that_can_be_presented(
    store: MemoryAccessStore, tokens: Tokens
) -> None:
    largest = Client(2**53, 2**53, "ü" * 255, "店" * 255, "$argon2id$s", "", 1, frozenset(Scope))
    store.put_client(largest)
    token = tokens.issue(largest, NOW)
    assert 4096 >= len(token)
    assert tokens.verify(token, NOW) is not None


def test_a_token_is_good_until_the_second_it_expires(tokens: Tokens) -> None:
    token = tokens.issue(CLIENT, NOW)
    assert tokens.verify(token, NOW + 299.999) is not None
    assert tokens.verify(token, NOW + 300) is None


def test_scopes_are_those_stored_now(store: MemoryAccessStore, tokens: Tokens) -> None:
    token = tokens.issue(CLIENT, NOW)
    store.put_client(Client(1, 22953, "demo client", "demo-key", "$argon2id$x", "till02", scopes=frozenset()))
    verified = tokens.verify(token, NOW)
    assert verified is not None
    assert frozenset() == verified.caller.scopes
    assert "till02" == verified.caller.till_code


def test_a_token_of_a_deleted_client_is_refused(store: MemoryAccessStore, tokens: Tokens) -> None:
    token = tokens.issue(CLIENT, NOW)
    store.remove_client("demo-key")
    assert tokens.verify(token, NOW) is None


@pytest.mark.parametrize(("org_id", "client_id"), [(1, 22954), (2, 22953)])
def test_a_token_is_not_good_for_another_client_that_took_over_the_key(
    store: MemoryAccessStore, tokens: Tokens, org_id: int, client_id: int
) -> None:
    token = tokens.issue(CLIENT, NOW)
    store.remove_client("demo-key")
    store.put_client(Client(org_id, client_id, "other", "demo-key", "$argon2id$x"))
    assert tokens.verify(token, NOW) is None


def test_a_token_signed_by_another_key_is_refused(store: MemoryAccessStore, tokens: Tokens) -> None:
    other = Tokens(RSAKey.generate_key(2048), store, Tills())
    assert tokens.verify(other.issue(CLIENT, NOW), NOW) is None


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_a_token_without_a_signature_is_refused(tokens: Tokens, algorithm: str, signature: str) -> None:
    claims = claims_of(tokens.issue(CLIENT, NOW))
    header = {"kid": "k1", "alg": algorithm}
    assert tokens.verify(f"{unsigned(header)}.{unsigned(claims)}.{signature}", NOW) is None


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(tokens: Tokens) -> None:
    """The confusion of HS256 and RS256: whoever has the public key could sign with it."""
    claims = claims_of(tokens.issue(CLIENT, NOW))
    text = f"{unsigned({'kid': 'k1', 'alg': 'HS256'})}.{unsigned(claims)}"
    digest = hmac.digest(KEY.as_pem(private=False), text.encode(), "sha256")
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert tokens.verify(f"{text}.{signature}", NOW) is None


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_another_algorithm_with_the_right_key_is_refused(tokens: Tokens, algorithm: str) -> None:
    claims = claims_of(tokens.issue(CLIENT, NOW))
    assert tokens.verify(signed(claims, header={"kid": "k1", "alg": algorithm}), NOW) is None


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "RS256"},
        {"kid": "k2", "alg": "RS256"},
        {"kid": "k1", "alg": "RS256", "typ": "JWT"},
        {"kid": "k1", "alg": "RS256", "jwk": KEY.as_dict(private=False)},
    ],
)
def test_another_header_is_refused_although_signed_here(tokens: Tokens, header: dict[str, Any]) -> None:
    claims = claims_of(tokens.issue(CLIENT, NOW))
    assert tokens.verify(signed(claims), NOW) is not None
    assert tokens.verify(signed(claims, header=header), NOW) is None


@pytest.mark.parametrize(
    "change",
    [
        {"token_use": "token_refresh"},
        {"iss": "Somebody"},
        {"client_key": "nobody"},
        {"client_id": 1},
        {"org_id": 2},
        {"exp": NOW},
        {"exp": "never"},
        {"exp": None},
    ],
)
def test_other_claims_are_refused_although_signed_here(tokens: Tokens, change: dict[str, object]) -> None:
    claims = claims_of(tokens.issue(CLIENT, NOW))
    assert tokens.verify(signed({**claims, **change}), NOW) is None


def test_a_missing_claim_is_refused_although_signed_here(tokens: Tokens) -> None:
    claims = claims_of(tokens.issue(CLIENT, NOW))
    for name in claims:
        rest = {key: value for key, value in claims.items() if key != name}
        assert tokens.verify(signed(rest), NOW) is None, name


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "a.b.c.d.e", "\ud800.b.c", "ü", "{}", "x" * 4096])
def test_what_is_no_token_is_refused(tokens: Tokens, token: str) -> None:
    assert tokens.verify(token, NOW) is None


def test_a_token_with_any_one_character_changed_is_refused(tokens: Tokens) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    token = tokens.issue(CLIENT, NOW)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="
    # The last character holds bits that belong to no byte: every other one is tried there.
    changes = [(len(token) - 1, letter) for letter in letters]
    changes += [(chance.randrange(len(token)), chance.choice(letters)) for _ in range(1_000)]
    for place, letter in changes:
        changed = token[:place] + letter + token[place + 1 :]
        assert (changed == token) is (tokens.verify(changed, NOW) is not None), (seed, place, letter)


def test_a_client_is_verified_by_key_and_secret(store: MemoryAccessStore) -> None:
    def verify(secret_hash: str, text: str) -> bool:
        return secret_hash == f"$argon2id${text}"

    assert CLIENT == verify_client("demo-key", "demo-secret", store, verify)
    assert verify_client("demo-key", "Demo-secret", store, verify) is None


def test_an_unknown_client_costs_one_verification_too(store: MemoryAccessStore) -> None:
    asked: list[str] = []

    def verify(secret_hash: str, text: str) -> bool:
        asked.append(secret_hash)
        return True

    assert verify_client("nobody", "demo-secret", store, verify) is None
    assert [UNKNOWN_HASH] == asked
