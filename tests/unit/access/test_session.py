"""The console's cookie, sealed and opened."""

import pytest

from hooklog.access.presented import Mechanism, Presented
from hooklog.access.session import SESSION_SECONDS, Sessions, session_in

KEY = bytes(range(32))
WHO = Presented(Mechanism.API_KEY, "hk_secret")
NOW = 1_800_000_000


def test_what_was_sealed_opens_until_it_expires() -> None:
    sessions = Sessions(KEY)
    cookie = sessions.seal(WHO, NOW)
    assert WHO == sessions.open(cookie, NOW + SESSION_SECONDS - 1)
    assert sessions.open(cookie, NOW + SESSION_SECONDS) is None


def test_a_sealed_credential_does_not_show() -> None:
    assert "hk_secret" not in Sessions(KEY).seal(WHO, NOW)


def test_another_installations_cookie_is_refused() -> None:
    assert Sessions(bytes(32)).open(Sessions(KEY).seal(WHO, NOW), NOW) is None


@pytest.mark.parametrize("text", ["", ".", "....", "a.b.c", "é.é.é.é.é", "x" * 9_000])
def test_what_nobody_sealed_is_refused(text: str) -> None:
    assert Sessions(KEY).open(text, NOW) is None


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"cookie": "hooklog_session=abc"}, "abc"),
        ({"cookie": "a=b; hooklog_session=abc; c=d"}, "abc"),
        ({"cookie": "other=abc"}, None),
        ({}, None),
        ({"cookie": "hooklog_session=abc", "sec-fetch-site": "same-origin"}, "abc"),
        ({"cookie": "hooklog_session=abc", "sec-fetch-site": "cross-site"}, None),
        ({"cookie": "hooklog_session=abc", "origin": "http://h:1", "host": "h:1"}, "abc"),
        ({"cookie": "hooklog_session=abc", "origin": "http://h:2", "host": "h:1"}, None),
        ({"cookie": "hooklog_session=abc", "origin": "null", "host": "h:1"}, None),
        ({"cookie": "hooklog_session=" + "a" * 9_000}, None),
    ],
)
def test_a_cookie_counts_in_requests_of_this_origin(headers: dict[str, str], found: str | None) -> None:
    assert found == session_in(headers)
