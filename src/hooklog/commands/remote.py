"""Reading from a server: the options that say which and as whom, and plain words for every way it can fail.

All failures are RemoteError with a hint. Busy servers are asked again for a while.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
import typer

from hooklog.commands.client import checked_url, make_client, why_unanswered
from hooklog.commands.credentials import NOBODY, Credentials, SignIn, choose, sign_in
from hooklog.commands.options import sharing
from hooklog.commands.patience import AGAIN_CODES, Patience, asked_wait
from hooklog.commands.terminal import plain
from hooklog.errors import RemoteError

__all__ = ["Connection", "NotFound", "Page", "Remote", "read_as", "with_connection"]

URL_DEFAULT = "http://127.0.0.1:8080"
_PATIENCE_SECONDS_MAX = 20.0
_NEXT = re.compile(r'<([^<>]*)>\s*;\s*rel="?next"?')
_PANEL = "Server"
_SIGN_IN = (
    "sign in with --api-key, or --till and --password, or --client-key and --client-secret "
    "(HOOKLOG_API_KEY and so on in the environment)"
)
_CHECK_SPELLING = "check it for spelling; a password is given as it is, not as its MD5"

Told = TypeVar("Told")


class Connection(msgspec.Struct, frozen=True):
    """Which server and as whom, as the options and the environment say; nothing is opened yet."""

    url: str
    credentials: Credentials

    def sign_in_for_push(self) -> SignIn:
        """How pushes are signed: no API key goes to a webhook.

        Raises:
            SettingsError: half of a pair is missing, or a token is wanted and the URL is none.
        """
        chosen = choose(self.credentials, for_push=True)
        return sign_in(chosen, checked_url(self.url, "--url") if chosen.client_key else self.url)

    @contextmanager
    def open(self) -> Iterator["Remote"]:
        """The server, ready to be asked.

        Raises:
            SettingsError: the URL is none, or half of a pair of credentials is missing.
        """
        url = checked_url(self.url, "--url")
        signed = sign_in(choose(self.credentials), url)
        with make_client(url, signed.auth) as client:
            yield Remote(url, signed.name, client)


class Page(msgspec.Struct, frozen=True):
    """One answer of the v2 envelope. `following` is the query of the next page, None on the last one."""

    data: list[msgspec.Raw]
    warnings: list[str]
    following: str | None


class _Said(msgspec.Struct):
    message: str = ""
    code: int = 0


class _Envelope(msgspec.Struct):
    data: list[msgspec.Raw]
    warnings: list[_Said] | None = None


class _Failure(msgspec.Struct):
    errors: list[_Said]


class Remote:
    """A server's API. Made by `Connection.open`; for one thread."""

    def __init__(
        self,
        url: str,
        caller: str,
        client: httpx.Client,
        patience: Callable[[], Patience] = lambda: Patience(_PATIENCE_SECONDS_MAX),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Args:
        url: without a slash at the end.
        caller: who signs in, for messages.
        client: signs in.
        patience: makes one for each question.
        sleep: waits so many seconds.
        """
        self.url = url
        self._caller = caller
        self._client = client
        self._patience = patience
        self._sleep = sleep

    def page(self, path: str, parameters: Sequence[tuple[str, str]] | str = ()) -> Page:
        """Ask a v2 endpoint. Blocks, also while the server is busy; may be repeated.

        Args:
            path: of the endpoint.
            parameters: of its query, as pairs or as `following` of the page before.

        Raises:
            RemoteError: anything but the answer.
        """
        return self._read(
            self._answer(path, parameters if isinstance(parameters, str) else urlencode(parameters))
        )

    def _read(self, answer: httpx.Response) -> Page:
        try:
            envelope = msgspec.json.decode(answer.content, type=_Envelope)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._not_hooklog(answer) from error
        link = _NEXT.search(answer.headers.get("link", ""))
        # Only its query is followed: the address in it may be a name for others, and credentials stay here.
        following = urlsplit(link[1]).query if link else None
        return Page(envelope.data, [one.message for one in envelope.warnings or []], following)

    def send_lines(self, path: str, body: bytes) -> msgspec.Raw:
        """Post NDJSON to a v2 endpoint that may be asked again; the one thing that it answers. Blocks.

        Raises:
            RemoteError: anything but the answer.
        """
        headers = {"content-type": "application/x-ndjson"}
        answer = self._asked(lambda: self._client.post(self.url + path, content=body, headers=headers))
        try:
            (one,) = msgspec.json.decode(answer.content, type=_Envelope).data
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            raise self._not_hooklog(answer) from error
        return one

    def send_json(
        self,
        path: str,
        body: object,
        parameters: Sequence[tuple[str, str]] = (),
        method: str = "POST",
        again: AbstractSet[int] = AGAIN_CODES,
    ) -> Page:
        """Send JSON to a v2 endpoint that may be asked again behind the statuses `again`. Blocks.

        Raises:
            RemoteError: anything but the answer.
        """
        target = f"{self.url}{path}?{urlencode(parameters)}" if parameters else self.url + path
        content, headers = msgspec.json.encode(body), {"content-type": "application/json"}
        return self._read(
            self._asked(lambda: self._client.request(method, target, content=content, headers=headers), again)
        )

    def remove(self, path: str) -> Page:
        """Ask a v2 endpoint to delete. Blocks; may be repeated.

        Raises:
            RemoteError: anything but the answer.
        """
        return self._read(self._asked(lambda: self._client.delete(self.url + path)))

    @contextmanager
    def stream(
        self, path: str, parameters: Sequence[tuple[str, str]], headers: Mapping[str, str] | None = None
    ) -> Iterator[httpx.Response]:
        """The beginning of an answer that goes on; read it inside the `with`. Not asked again by itself.

        Raises:
            RemoteError: the server refuses.
            httpx.TransportError: it cannot be reached, or the answer breaks off.
        """
        question = urlencode(parameters)
        url = f"{self.url}{path}?{question}" if question else self.url + path
        with self._client.stream("GET", url, headers=dict(headers or {})) as answer:
            if answer.status_code != 200:
                answer.read()
                raise self._refused(answer)
            yield answer

    def _answer(self, path: str, query: str) -> httpx.Response:
        target = f"{self.url}{path}?{query}" if query else self.url + path
        return self._asked(lambda: self._client.get(target))

    def _asked(
        self, ask: Callable[[], httpx.Response], again: AbstractSet[int] = AGAIN_CODES
    ) -> httpx.Response:
        patience = self._patience()
        while True:
            try:
                answer = ask()
            except httpx.TransportError as error:
                raise RemoteError(
                    f"{self.url} cannot be reached: {why_unanswered(error)}",
                    "start a server with `hooklog serve` or `hooklog demo`, or name the right one with --url "
                    "(HOOKLOG_URL)",
                ) from error
            if answer.status_code == 200:
                return answer
            if answer.status_code in AGAIN_CODES - again:
                raise self._unsure(answer)
            wait = None
            if answer.status_code in again:
                wait = patience.wait_seconds(asked_wait(answer.headers.get("retry-after")))
            if wait is None:
                raise self._refused(answer)
            self._sleep(wait)

    def _unsure(self, answer: httpx.Response) -> RemoteError:
        return RemoteError(
            f"{self.url} answered {answer.status_code}: it may have been done, or not",
            "the answer may have been lost on its way; look what there is before you ask again",
        )

    def _refused(self, answer: httpx.Response) -> RemoteError:
        try:
            failure = msgspec.json.decode(answer.content, type=_Failure)
            message = plain("; ".join(one.message for one in failure.errors))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._not_hooklog(answer)
        if answer.status_code == 401:
            is_nobody = self._caller == NOBODY
            what = "wants to know who asks" if is_nobody else f"does not accept {self._caller}"
            return RemoteError(f"{self.url} {what}: {message}", _SIGN_IN if is_nobody else _CHECK_SPELLING)
        if answer.status_code == 403:
            return RemoteError(
                f"{self.url} does not allow this to {self._caller}: {message}",
                "reading needs the scope events:read, replaying events:write, importing admin; "
                "`hooklog key create --scopes ...` makes a key",
            )
        if answer.status_code == 404:
            return NotFound(
                f"{self.url} knows no such thing: {message}",
                f"--url is the server's address without a path, such as {URL_DEFAULT}",
            )
        hint = "try again in a while" if answer.status_code in AGAIN_CODES else ""
        return RemoteError(f"{self.url} answered {answer.status_code}: {message}", hint)

    def _not_hooklog(self, answer: httpx.Response) -> RemoteError:
        hint = f"--url (HOOKLOG_URL) must be the API of a Hooklog server, by default {URL_DEFAULT}"
        if b'"requestId"' in answer.content[:500]:
            hint = "this is the port that takes webhooks only; the API's is by default the one below it"
        return RemoteError(
            f"{self.url} does not answer like the API of a Hooklog server (HTTP {answer.status_code})", hint
        )


class NotFound(RemoteError):
    """The server knows Hooklog's API, but not what was asked for."""


def read_as(raw: msgspec.Raw, kind: type[Told], noun: str) -> Told:
    """What the server sent, as one of `kind`.

    Args:
        raw: as it is in an answer.
        kind: what it is to be.
        noun: what people call that, with its article.

    Raises:
        RemoteError: it does not look like one.
    """
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RemoteError(
            f"the server sent {noun} that this version cannot read: {error}",
            "use the server's version of hooklog",
        ) from error


def with_connection(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the six options that reach a server, spelt and explained the same everywhere.

    Args:
        command: takes a Connection named `connection` among its parameters.
    """

    def connection(options: dict[str, Any]) -> Connection:
        return Connection(options.pop("url"), Credentials(**options))

    return sharing(command, "connection", _OPTIONS, connection)


def _option(explained: str, variable: str) -> Any:
    return Annotated[
        str,
        typer.Option(
            help=explained, envvar=variable, rich_help_panel=_PANEL, show_default=variable == "HOOKLOG_URL"
        ),
    ]


# The environment is the better place for secrets: command lines are seen by everybody on the machine.
_OPTIONS: dict[str, tuple[Any, str]] = {
    "url": (_option("The server's API.", "HOOKLOG_URL"), URL_DEFAULT),
    "api_key": (_option("Sign in with an API key.", "HOOKLOG_API_KEY"), ""),
    "till": (_option("Sign in as a till, with its password.", "HOOKLOG_TILL"), ""),
    "password": (_option("The till's password as it is, not its MD5.", "HOOKLOG_PASSWORD"), ""),
    "client_key": (_option("Sign in as an OAuth client.", "HOOKLOG_CLIENT_KEY"), ""),
    "client_secret": (_option("The client's secret.", "HOOKLOG_CLIENT_SECRET"), ""),
}
