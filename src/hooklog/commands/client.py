"""HTTP as the commands speak it: clients that go where they are told, and plain words for why they did not arrive."""

import re
import ssl
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from hooklog import __version__
from hooklog.errors import SettingsError

__all__ = ["SECONDS_MAX", "checked_url", "make_client", "why_unanswered"]

SECONDS_MAX = 30.0
_ERRNO = re.compile(r"^\[[^\]]*\]\s*")


def checked_url(text: str, option: str) -> str:
    """An absolute http(s) URL without a slash at its end.

    Raises:
        SettingsError: it is none; the message names the option.
    """
    try:
        parts = urlsplit(text.strip())
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        httpx.URL(text.strip())
    except (ValueError, httpx.InvalidURL):
        is_url = False
    if not is_url:
        raise SettingsError(
            f"{option} {text!r} is no URL",
            "it starts with http:// or https://, such as http://127.0.0.1:8080",
        )
    if parts.username or parts.password:
        # It would end up in messages, shell histories and other programs' logs.
        raise SettingsError(
            f"{option} holds credentials", "give them by their own options or the environment"
        )
    return text.strip().rstrip("/")


def make_client(url: str, auth: httpx.Auth | None = None) -> httpx.Client:
    """A client for one server; close it. It follows no redirects, so credentials go nowhere else.

    Args:
        url: where it will go; on this machine no proxy of the environment is asked.
        auth: signs each request.
    """
    return httpx.Client(
        auth=auth,
        timeout=SECONDS_MAX,
        verify=_trusted() if urlsplit(url).scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        trust_env=not _is_this_machine(url),
        headers={"user-agent": f"hooklog/{__version__}"},
    )


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The usual authorities. Reading them takes 20 ms, so it is done once, and not at all for plain HTTP."""
    return httpx.create_ssl_context()


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def why_unanswered(error: httpx.TransportError) -> str:
    """The reason in a few words, without error numbers."""
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {SECONDS_MAX:g} seconds"
    text = _ERRNO.sub("", str(error)).strip()
    return text[:1].lower() + text[1:] if text else type(error).__name__
