"""What a caller may do (contract I.14, I.26)."""

import pytest

from hooklog.access.scopes import TILL_SCOPES, Caller, Scope, parse_scopes


def caller(*scopes: Scope) -> Caller:
    return Caller(1, "api_key", "reports", frozenset(scopes))


@pytest.mark.parametrize("scope", Scope)
def test_a_caller_may_what_its_scopes_say(scope: Scope) -> None:
    assert caller(scope).may(scope)
    assert not caller().may(scope)


def test_admin_may_everything_but_see_sensitive_values() -> None:
    assert [Scope.PSI_READ] == [scope for scope in Scope if not caller(Scope.ADMIN).may(scope)]
    assert caller(Scope.ADMIN, Scope.PSI_READ).may(Scope.PSI_READ)


def test_no_other_scope_implies_another() -> None:
    for held in set(Scope) - {Scope.ADMIN}:
        assert [held] == [scope for scope in Scope if caller(held).may(scope)]


def test_a_till_may_everything_but_administer_and_see_sensitive_values() -> None:
    assert {Scope.PSI_READ, Scope.ADMIN} == set(Scope) - TILL_SCOPES


def test_scopes_are_read_from_their_texts() -> None:
    assert frozenset(Scope) == parse_scopes(
        ["events:read", "events:write", "webhooks:write", "psi:read", "admin"]
    )
    assert frozenset() == parse_scopes([])


@pytest.mark.parametrize("text", ["", "Admin", "events", "events:read ", "*"])
def test_what_is_not_a_scope_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a scope; the scopes are events:read, events:write"):
        parse_scopes(["admin", text])
