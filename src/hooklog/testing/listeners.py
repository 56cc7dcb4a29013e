"""Both listeners of the edge side by side in one process, each with an intake and a journal of its own.

The same bytes go to each over a socket pair, in the same pieces: a piece is sent when the one before it was read and
all that follows from it has happened. So what comes back can be compared byte for byte, but for ids and dates.
"""

import asyncio
import base64
import re
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import msgspec

from hooklog.access.authenticate import Authenticator
from hooklog.access.base import TillLogin
from hooklog.access.basic import md5_of
from hooklog.access.memory import MemoryAccessStore
from hooklog.access.oauth import Tokens
from hooklog.catalog.base import Webhook
from hooklog.catalog.memory import MemoryCatalog
from hooklog.event import Event, RequestIds
from hooklog.ingest.accept import Intake
from hooklog.ingest.backlog import Backlog
from hooklog.ingest.push import IngestSettings
from hooklog.ingest.routes import IngestApp
from hooklog.journal.base import JournalSettings
from hooklog.journal.group_commit import GroupCommit
from hooklog.journal.memory import MemoryJournal
from hooklog.listeners.fast_lane import FastLane
from hooklog.listeners.lane_connection import LaneConnection
from hooklog.listeners.main_server import build_server
from hooklog.testing.gated_journal import until

__all__ = [
    "DISABLED",
    "OPEN",
    "PROTECTED",
    "SETTINGS",
    "Exchange",
    "Listener",
    "Pair",
    "good_login",
    "two_listeners",
]

OPEN, PROTECTED, DISABLED = "ab" * 16, "cd" * 16, "ef" * 16
# Small enough that a test can go beyond each bound.
SETTINGS = IngestSettings(
    body_bytes_max=2_000,
    batch_bytes_max=8_000,
    batch_events_max=20,
    batch_bytes_held_max=20_000,
    depth_max=5,
    refusals_logged_per_second=1_000_000,
    refusal_bytes_max=100,
    disk_free_bytes_min=0,
)

_ORG, _TILL, _PASSWORD = 3001, "till01", "secret"
_HEADER_SECONDS_MAX = 60.0
_EXCHANGE_SECONDS_MAX = 20.0
# Turns of the loop after which nothing can still be under way but what `Intake.is_idle` tells.
_TURNS = 12
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_DATE = re.compile(rb"date: [^\r]*")
# How far a body was read that is too large and did not announce its size depends on how its pieces came in.
_READ = re.compile(rb"(Request too large:) \d{5,} bytes")


class Exchange(msgspec.Struct, frozen=True):
    """What came back over a connection, ids and dates left out, and what the journal holds because of it."""

    answers: bytes
    ids: list[bytes]
    events: list[tuple[str, bytes, bytes]]

    @property
    def said(self) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
        """What must be the same."""
        return self.answers, self.events


class Listener:
    """One of the two. Make it inside a running loop."""

    def __init__(self, folder: Path, authenticator: Authenticator, *, connections_max: int) -> None:
        """Args: `folder`: on a disk with room; `authenticator`: knows the till; `connections_max`: at once."""
        catalog = MemoryCatalog()
        for webhook in (
            Webhook(_ORG, OPEN, "defaultTransformer", _TILL),
            Webhook(_ORG, PROTECTED, "defaultTransformer", _TILL, auth_enabled=True, auth_mechanism="BASIC"),
            Webhook(_ORG, DISABLED, "defaultTransformer", _TILL, is_disabled=True),
        ):
            catalog.put_webhook(webhook)
        self.ids = RequestIds()
        self._memory = MemoryJournal()
        self._position = 0
        self._journal = GroupCommit(
            self._memory,
            JournalSettings(),
            asyncio.get_running_loop(),
            on_commit=lambda _last, _events: None,
            on_failure=lambda _error: None,
        )
        self.intake = Intake(
            catalog=catalog,
            authenticator=authenticator,
            journal=self._journal,
            backlog=Backlog(SETTINGS, folder, {}, 0, 0),
            settings=SETTINGS,
            ids=self.ids,
        )
        self.connections_max = connections_max
        self.bytes_read = 0

    def main(self) -> Callable[[], asyncio.Protocol]:
        """Makes connections of the main port's kind, which serve pushes alone."""
        app = IngestApp(self.intake, SETTINGS, self.ids.make)
        server = build_server(
            app, connections_max=self.connections_max, header_seconds_max=_HEADER_SECONDS_MAX
        )
        server.config.load()
        server.server_state.default_headers = [(b"date", b"Thu, 01 Jan 1970 00:00:00 GMT")]
        kind = cast("Any", server.config.http_protocol_class)
        return lambda: self._counting(
            kind(config=server.config, server_state=server.server_state, app_state={})
        )

    def lane(self) -> Callable[[], asyncio.Protocol]:
        """Makes connections of the fast lane."""
        lane = FastLane(
            self.intake,
            SETTINGS,
            self.ids.make,
            connections_max=self.connections_max,
            header_seconds_max=_HEADER_SECONDS_MAX,
        )
        return lambda: self._counting(LaneConnection(lane))

    def _counting(self, protocol: Any) -> asyncio.Protocol:
        take = protocol.data_received

        def data_received(data: bytes) -> None:
            self.bytes_read += len(data)
            take(data)

        protocol.data_received = data_received
        return cast("asyncio.Protocol", protocol)

    def new_events(self) -> list[Event]:
        """What the journal got since this was asked before."""
        found = [item.event for item in self._memory.read(self._position, 1_000_000)]
        self._position = self._memory.last
        return found

    def close(self) -> None:
        """End the journal's thread."""
        self._journal.close()


class Pair:
    """Both; `exchange` sends the same to each."""

    def __init__(self, main: Listener, lane: Listener) -> None:
        """Args: `main`: becomes the main port's kind; `lane`: the fast lane."""
        self._sides = ((main, main.main()), (lane, lane.lane()))

    async def exchange(self, pieces: Sequence[bytes]) -> tuple[Exchange, Exchange]:
        """Send pieces, then the end of our half, to the main port's kind, then to the fast lane."""
        main, lane = [await _exchange(listener, protocol, pieces) for listener, protocol in self._sides]
        return main, lane


@asynccontextmanager
async def two_listeners(folder: Path, *, connections_max: int = 100) -> AsyncIterator[Pair]:
    """A pair, ended afterwards. Args: see Listener."""
    store = MemoryAccessStore()
    store.put_till_login(TillLogin(_ORG, 1, _TILL, f"$argon2id${md5_of(_PASSWORD)}"))
    # Nobody presents a token; hashes are compared as they are, which is what argon2 would tell.
    tokens = cast("Tokens", None)
    authenticator = Authenticator(
        store, tokens, lambda _: True, verify=lambda kept, text: kept == f"$argon2id${text}"
    )
    listeners = [Listener(folder, authenticator, connections_max=connections_max) for _ in range(2)]
    try:
        yield Pair(*listeners)
    finally:
        for listener in listeners:
            listener.close()
        authenticator.close()


async def _exchange(
    listener: Listener, protocol: Callable[[], asyncio.Protocol], pieces: Sequence[bytes]
) -> Exchange:
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    transport, _ = await loop.connect_accepted_socket(protocol, theirs)
    reading = asyncio.create_task(_read(ours))
    try:
        async with asyncio.timeout(_EXCHANGE_SECONDS_MAX):
            for piece in pieces:
                await _send(listener, ours, piece, reading)
            if not reading.done():
                ours.shutdown(socket.SHUT_WR)
            raw = await reading
            await until(lambda: listener.intake.is_idle)
    finally:
        reading.cancel()
        transport.abort()
        ours.close()
    ids = [found[0] for found in _ID.finditer(raw)]
    answers = _READ.sub(rb"\1 - bytes", _DATE.sub(b"date: -", _ID.sub(b"-", raw)))
    events = [(event.webhook_id, event.body, _message(event)) for event in listener.new_events()]
    return Exchange(answers, ids, events)


def _message(event: Event) -> bytes:
    return b"" if event.refusal is None else _READ.sub(rb"\1 - bytes", event.refusal.message.encode())


async def _read(ours: socket.socket) -> bytes:
    loop, found = asyncio.get_running_loop(), b""
    while True:
        try:
            more = await loop.sock_recv(ours, 1 << 16)
        except ConnectionResetError:
            return found
        if not more:
            return found
        found += more


async def _send(
    listener: Listener, ours: socket.socket, piece: bytes, reading: "asyncio.Task[bytes]"
) -> None:
    """Send a piece; returns when it was read, or never will be, and what follows from it has happened."""
    before = listener.bytes_read
    try:
        await asyncio.get_running_loop().sock_sendall(ours, piece)
    except (BrokenPipeError, ConnectionResetError):
        return
    quiet = 0
    while quiet < _TURNS and not reading.done():
        is_read = listener.bytes_read - before >= len(piece)
        quiet = quiet + 1 if is_read and listener.intake.is_idle else 0
        await asyncio.sleep(0)


def good_login() -> str:
    """The Authorization header of the till."""
    return "Basic " + base64.b64encode(f"{_TILL}:{md5_of(_PASSWORD)}".encode()).decode()
