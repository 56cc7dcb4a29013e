"""What every route may use, and who is asking."""

import asyncio
import re
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, tzinfo
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency

from hooklog.access.attribution import AttributionError, acting, attribution
from hooklog.access.authenticate import Authenticator
from hooklog.access.base import AccessStore
from hooklog.access.guesses import Guesses
from hooklog.access.rate_limit import TokenBuckets
from hooklog.access.scopes import Caller, Scope
from hooklog.api.envelope import SIGN_IN, ApiError
from hooklog.api.request_ids import tell_rate
from hooklog.api.settings import ApiSettings
from hooklog.api.shown_entries import ShownEntries
from hooklog.api.sign_in import authenticated
from hooklog.api.streams import Streams
from hooklog.catalog.base import Author, Catalog, Changes
from hooklog.catalog.settings import CatalogSettings
from hooklog.directory.base import Directory
from hooklog.errors import LoadError
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.retention import RetentionSettings
from hooklog.journal.base import JournalReader
from hooklog.replay.replayer import Replayer
from hooklog.storage import Storage
from hooklog.telemetry import metrics
from hooklog.trial.base import Trials

__all__ = ["AnyRequest", "Context", "TheContext", "parameters_in", "parameters_of"]

AnyRequest = Request[Any, Any, State]


class Asked(Protocol):
    """What is looked at in a request, whoever took it apart."""

    @property
    def scope(self) -> Any:
        """The ASGI scope."""

    @property
    def method(self) -> str:
        """GET and so on."""

    @property
    def headers(self) -> Any:
        """By lower-case names."""

    @property
    def base_url(self) -> Any:
        """Scheme and host, with a slash at the end, as text."""


Result = TypeVar("Result")

_READER_THREADS = 4
_ZONES_MAX = 10_000
_PARAMETERS_MAX = 500
_PORT = re.compile(r":[0-9]*$")


class Context:
    """The rooms behind the API. One for a process."""

    def __init__(
        self,
        *,
        settings: ApiSettings,
        access: AccessStore,
        authenticator: Authenticator,
        catalog: Catalog,
        directory: Directory,
        journal: JournalReader,
        log: EventLogReader,
        cursor_key: bytes,
        is_ready: Callable[[], str | None],
        ingest_url: str,
        ingest_port: int,
        limits: CatalogSettings,
        retention: RetentionSettings,
        waiting: Callable[[int], int],
        storage: Callable[[], Storage],
        request_rate: TokenBuckets | None = None,
        guesses: Guesses | None = None,
        trials: Trials | None = None,
    ) -> None:
        """`is_ready` says why pushes cannot be taken now, None when they can; `ingest_url` is how sources reach the
        webhooks, without a slash at the end, "" for each request's own host with `ingest_port`; `limits` are for
        what an org sets up; `retention` is how long entries are kept; `waiting` counts the events of an org that the
        worker has not reached; `storage` measures the data folder, and may block; `request_rate` is how often each
        caller may ask, None for no limit; `guesses` slow whoever guesses secrets, None for no limit; `trials` are None
        where there are none; the rest are the rooms.
        """
        self.settings = settings
        self._ingest_url = ingest_url
        self._ingest_port = ingest_port
        self.limits = limits
        self.retention = retention
        self.waiting = waiting
        self.storage = storage
        self._request_rate = request_rate
        self.guesses = guesses if guesses is not None else Guesses(None, None)
        self.trials = trials
        self.access = access
        self.authenticator = authenticator
        self.catalog = catalog
        self.directory = directory
        self.journal = journal
        self.log = log
        self.cursor_key = cursor_key
        self.is_ready = is_ready
        self._replayer: Replayer | None = None
        self.tails = Streams(self._newest, settings.tails_max)
        self.exports = Streams(self._newest, settings.exports_max)
        self.shown = ShownEntries()
        self._zones: dict[int, tzinfo] = {}
        self._threads = ThreadPoolExecutor(_READER_THREADS, thread_name_prefix="reader")
        # One change of the directory at a time: what a change looked at holds until it is made.
        self._directory_thread = ThreadPoolExecutor(1, thread_name_prefix="directory")
        # The journal's reader is for one thread at a time.
        self._journal_thread = ThreadPoolExecutor(1, thread_name_prefix="journal-reader")

    def replay_by(self, replayer: Replayer) -> None:
        """Where there is a journal to append to, events may be replayed."""
        self._replayer = replayer

    @property
    def replayer(self) -> Replayer:
        """What replays events, in an edge."""
        assert self._replayer is not None, "there is no journal here"
        return self._replayer

    async def _newest(self) -> int:
        return await self.read(self.log.last_sequence)

    async def end_streams(self) -> None:
        """Let every stream end, for the process is stopping."""
        await self.tails.close()
        await self.exports.close()

    async def read(self, question: Callable[[], Result]) -> Result:
        """Run a blocking question to the log in the bounded pool of readers."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, question)

    async def look(self, question: Callable[[], Result]) -> Result:
        """Run a question to the catalog as it is now, also where another process has just changed it."""

        def asked() -> Result:
            self.catalog.refresh()
            return question()

        return await self.read(asked)

    async def change(self, author: Author, work: Callable[[Changes], Result]) -> Result:
        """Run one transaction on the catalog; it is durable and holds for every process when this returns.

        Raises:
            ApiError: whatever `work` raises undoes all of it.
        """

        def changed() -> Result:
            with self.catalog.changing(author) as changes:
                return work(changes)

        return await self.read(changed)

    async def change_directory(self, work: Callable[[], Result]) -> Result:
        """Change orgs, tills, customers, groups or credentials, one change at a time; `work` may block.

        What was changed is durable and holds for every process when this returns.

        Raises:
            ApiError: whatever `work` raises; 409 for what contradicts what is there.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._directory_thread, work)
        except LoadError as error:
            # The message may name another org's.
            raise ApiError(409, "It contradicts what is there already; choose another code or key") from error
        finally:
            self._zones.clear()
            self.authenticator.notice()

    async def read_journal(self, question: Callable[[], Result]) -> Result:
        """Run a blocking question to the journal in its one thread."""
        return await asyncio.get_running_loop().run_in_executor(self._journal_thread, question)

    async def caller(self, request: Asked, scope: Scope) -> Caller:
        """Who is asking, once sure that they may.

        Raises:
            ApiError: 401 without good credentials, 429 too often, 403 without the scope, 400 (1061) for
                attribution headers that cannot be followed, 503 (4001) while nobody can tell.
        """
        caller = await authenticated(self.authenticator, self.guesses, request.headers, request.scope)
        if caller is None:
            raise ApiError(401, SIGN_IN, headers={"www-authenticate": _challenge(request)})
        if self._request_rate is not None:
            _take(self._request_rate, caller, request)
        if not caller.may(scope):
            raise ApiError(403, "Not authorized. Access is denied!", code=4000)
        acts_for = attribution(request.headers, caller, self.directory)
        if isinstance(acts_for, AttributionError):
            raise ApiError(400, acts_for.message, code=acts_for.code)
        return acting(caller, acts_for)

    def api_url(self, request: Asked) -> str:
        """How clients reach the API, without a slash at the end."""
        return self.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")

    def ingest_url(self, request: AnyRequest) -> str:
        """Where sources reach the webhooks, without a slash at the end (contract I.28)."""
        # Without a Host (HTTP/1.0) there is only what the machine calls itself.
        return self._ingest_url or f"http://{_host_of(request) or socket.gethostname()}:{self._ingest_port}"

    def zone(self, org_id: int) -> tzinfo:
        """The org's time zone, UTC where it names none that is known here. Only this process changes orgs."""
        zone = self._zones.get(org_id)
        if zone is None:
            if len(self._zones) >= _ZONES_MAX:
                self._zones.clear()
            zone = self._zones[org_id] = _zone_of(self.directory, org_id)
        return zone

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()
        self._directory_thread.shutdown()
        self._journal_thread.shutdown()


def _zone_of(directory: Directory, org_id: int) -> tzinfo:
    org = directory.org(org_id)
    try:
        return UTC if org is None or org.time_zone == "UTC" else ZoneInfo(org.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _challenge(request: Asked) -> str:
    """How to sign in. For Basic a browser would ask by itself, in front of the console's own page."""
    is_page = "sec-fetch-mode" in request.headers or "x-hooklog-console" in request.headers
    return f'{"Session" if is_page else "Basic"} realm="hooklog"'


# How a route asks for it, by the name `context`.
TheContext = NamedDependency[Context]


def _take(rate: TokenBuckets, caller: Caller, request: Asked) -> None:
    """Count a request of a caller; whatever is answered tells what is left (contract I.17)."""
    taken = rate.take((caller.kind, caller.org_id, caller.name))
    tell_rate(request.scope, taken)
    if not taken.is_allowed:
        metrics.rate_limited.labels(kind=caller.kind).inc()
        raise ApiError(429, taken.message(f"this {caller.kind.replace('_', ' ')}"))


def _host_of(request: AnyRequest) -> str:
    """The host that a request was made to, without its port; "" where it does not say. IPv6 is in brackets."""
    return _PORT.sub("", request.headers.get("host", ""))


def parameters_of(request: Asked) -> Mapping[str, list[str]]:
    """The URL's parameters, each with all its values in order, blank ones too.

    Raises:
        ApiError: 400 when there are too many.
    """
    return parameters_in(request.scope["query_string"].decode("latin-1"))


def parameters_in(text: str) -> Mapping[str, list[str]]:
    """The same of a URL's query as text.

    Raises:
        ApiError: 400 when there are too many.
    """
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_PARAMETERS_MAX)
    except ValueError as error:
        raise ApiError(
            400, f"there are too many query parameters; at most {_PARAMETERS_MAX} are allowed"
        ) from error
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
