"""A campaign over the real program: push, do harm, let it recover, and hold the whole log against what was said."""

import json
import os
import random
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from hooklog.check.folder import check_folder
from hooklog.eventlog.retention import RetentionSettings
from hooklog.testing.program import Program, till_auth, wait_until
from hooklog.testing.pushers import Acknowledged, Pushers, Sent

ORG = 100_001
TILL, PASSWORD = "till01", "secret"
PLAIN_WEBHOOK, UNIQUE_WEBHOOK = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
MEMBER = "919800000001"
KEYS_PER_ROUND = 40
SHARED_KEYS = 5
PAGE = 1_000

# Small batches: more commits to be killed in, and a worker that died is careful for as many events only.
ENVIRONMENT = {"HOOKLOG_PIPELINE__BATCH_EVENTS_MAX": "200", "HOOKLOG_EI__FLUSH_SECONDS": "0.5"}
SHARES = {"plain": 50, "unique": 25, "newcomer": 8, "long": 5, "nameless": 5, "malformed": 4, "refused": 3}
# What becomes of each kind of push that is acknowledged.
STATUS = {
    "plain": "EVENT_SUCCESS",
    "long": "EVENT_SUCCESS",
    "newcomer": "EVENT_SUCCESS",
    "unique": "EVENT_SUCCESS",
    "nameless": "INVALID_EVENT_NAME",
    "malformed": "FIELD_VALIDATION_FAILED",
}


def _field(name: str, kind: str, **settings: str) -> dict[str, Any]:
    attributes = {key: {"value": value, "valueType": "STRING"} for key, value in settings.items()}
    return {"name": name, "type": kind, "attributes": attributes}


def _event(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    customer = _field("mobile", "customer", identifierType="mobile", addCustomerIfNotExists="true")
    return {
        "orgId": ORG,
        "eventName": name,
        "actions": ["EIConsumer", "EMFConsumer"],
        "status": "PUBLISHED",
        "fields": [customer, *fields],
    }


def _webhook(webhook_id: str, *, is_unique: bool) -> dict[str, Any]:
    return {
        "orgId": ORG,
        "webHookId": webhook_id,
        "transformerType": "defaultTransformer",
        "tillCode": TILL,
        "uniquenessCheckEnabled": is_unique,
    }


SETTING: dict[str, Any] = {
    "orgs": [{"orgId": ORG, "name": "crash"}],
    "tills": [{"orgId": ORG, "tillId": 7001, "code": TILL, "password": PASSWORD}],
    "customers": [
        {"orgId": ORG, "userId": 1, "identifiers": [{"type": "mobile", "value": MEMBER, "source": "INSTORE"}]}
    ],
    "events": [
        _event("visit", _field("count", "double", isRequired="false")),
        _event("order", _field("order_id", "string", isUniqueKeyField="true")),
    ],
    "webhooks": [_webhook(PLAIN_WEBHOOK, is_unique=False), _webhook(UNIQUE_WEBHOOK, is_unique=True)],
}


def _push(kind: str, body: dict[str, object], webhook: str = PLAIN_WEBHOOK, key: str = "") -> Sent:
    return Sent(webhook, json.dumps({"event_name": "visit", "mobile": MEMBER, **body}).encode(), kind, key)


def pick(generator: random.Random, keys: str) -> Sent:
    """The next push: most are plain; of the rest some must be told apart, some are wrong in some way.

    Args:
        generator: chooses.
        keys: what unique keys of this round begin with.
    """
    kind = generator.choices(list(SHARES), list(SHARES.values()))[0]
    if kind == "refused":
        return Sent(PLAIN_WEBHOOK, b'{"event_name":', kind)
    if kind == "unique":
        is_shared = generator.random() < 0.1
        number = generator.randrange(SHARED_KEYS if is_shared else KEYS_PER_ROUND)
        key = f"shared-{number}" if is_shared else f"{keys}-{number}"
        return _push(kind, {"event_name": "order", "order_id": key}, UNIQUE_WEBHOOK, key)
    changes: dict[str, dict[str, object]] = {
        "plain": {"count": generator.randrange(1_000)},
        "newcomer": {"mobile": f"9197{generator.randrange(10**8):08}"},
        "long": {"note": "x" * generator.randrange(700, 4_000)},
        "nameless": {"event_name": "unknown"},
        "malformed": {"count": "many"},
    }
    return _push(kind, changes[kind])


def seed_of(default: int) -> int:
    """What this test's random choices are made from: HOOKLOG_TEST_SEED, or a seed of its own. It is printed."""
    seed = int(os.environ.get("HOOKLOG_TEST_SEED", default))
    print(f"HOOKLOG_TEST_SEED={seed}")
    return seed


class Figures(msgspec.Struct):
    """What a campaign did and found."""

    rounds: int = 0
    acknowledged: int = 0
    entries: int = 0
    lost: int = 0
    duplicated: int = 0
    broken_requests: int = 0
    seconds: float = 0.0


class LogEntry(msgspec.Struct, frozen=True):
    """What the campaign needs of an entry on the wire."""

    id: str
    status: str = "UNAUTHORIZED"
    inputRequest: str = ""  # noqa: N815 - the name on the wire
    record: dict[str, Any] | None = None


class _Page(msgspec.Struct):
    data: list[LogEntry]


_decode_page = msgspec.json.Decoder(_Page).decode


class Campaign:
    """Rounds on one folder: what was acknowledged in any of them must be in the log after each."""

    def __init__(self, program: Program, seed: int) -> None:
        self.program = program
        self.random = random.Random(seed)
        self.figures = Figures()
        self._seed = seed
        self.acknowledged: list[Acknowledged] = []
        self._began = time.monotonic()
        self._said_before = len(program.diagnostics())
        self._round_began_ms = 0

    def said(self) -> str:
        """What the program has said about itself since the campaign began."""
        return self.program.diagnostics()[self._said_before :]

    @contextmanager
    def pushing(self, clients: int = 32, batch_events_max: int = 0) -> Iterator[Pushers]:
        """A round of load; ends when the body does, and remembers what was acknowledged."""
        self.figures.rounds += 1
        number = self.figures.rounds
        keys = f"{secrets.token_hex(4)}-{number}"
        self._round_began_ms = time.time_ns() // 1_000_000
        pushers = Pushers(
            self.program.ingest_port,
            lambda generator: pick(generator, keys),
            self._seed * 1_000 + number,
            clients,
            batch_events_max,
        )
        pushers.start()
        try:
            yield pushers
        finally:
            pushers.stop()
            self.acknowledged += pushers.acknowledged
            self.figures.acknowledged = len(self.acknowledged)
            self.figures.broken_requests += pushers.broken_requests

    def wait_for(self, pushers: Pushers, count: int) -> None:
        """Wait until so many more pushes were acknowledged, and then until some random instant soon after."""
        enough = len(pushers.acknowledged) + count
        wait_until(f"{count} more pushes acknowledged", lambda: len(pushers.acknowledged) >= enough, 60)
        time.sleep(self.random.random() * 0.03)  # Not to wait for anything: harm comes at any instant.

    def wait_settled(self) -> None:
        """Wait until everything in the journal has been worked on."""
        wait_until("a backlog of 0", lambda: self.program.backlog() == 0, 120)

    def entries(self, parameters: dict[str, str]) -> list[LogEntry]:
        """The log, page by page as a client reads it."""
        found: list[LogEntry] = []
        url: str | None = str(
            httpx.URL(f"{self.program.url}/v2/events/logs", params={**parameters, "limit": PAGE})
        )
        with httpx.Client(auth=till_auth(TILL, PASSWORD), timeout=60) as client:
            while url is not None:
                answer = client.get(url)
                assert 200 == answer.status_code, answer.text
                found += _decode_page(answer.content).data
                url = answer.links.get("next", {}).get("url")
        return found

    def verify(self, *, whole: bool = True) -> None:
        """Hold the log against everything acknowledged so far, and check the files.

        Args:
            whole: look at the unique keys of all rounds, and run `hooklog check` itself.
        """
        self.wait_settled()
        entries = self.entries({})
        counts = Counter(entry.id for entry in entries)
        figures = self.figures
        figures.entries = len(entries)
        lost = [one for one in self.acknowledged if one.id not in counts]
        doubled = [one for one, count in counts.items() if count > 1]
        figures.lost, figures.duplicated = len(lost), len(doubled)
        figures.seconds = round(time.monotonic() - self._began, 1)
        assert ([], []) == (lost[:5], doubled[:5]), f"{figures}, seed {self._seed}"
        statuses = {entry.id: entry.status for entry in entries}
        wrong = [one for one in self.acknowledged if STATUS[one.sent.kind] != statuses[one.id]]
        assert [] == [(one, statuses[one.id]) for one in wrong[:5]]
        self._verify_uniqueness(whole=whole)
        if whole:
            done = self.program.run("check", "--data", str(self.program.folder))
            assert done.returncode == 0, done.stdout + done.stderr
        else:
            report = check_folder(self.program.folder, RetentionSettings(), time.time_ns() // 1_000_000)
            assert report.is_sound, [one for one in report.findings if one.problems]

    def _verify_uniqueness(self, *, whole: bool) -> None:
        """Of the events with one key exactly one counted; looked at for this round's keys, or for all."""
        since = {} if whole else {"from_date": str(self._round_began_ms)}
        counted: Counter[str] = Counter()
        for entry in self.entries({"webhook_id": UNIQUE_WEBHOOK, "include": "record", **since}):
            assert entry.record is not None
            key = json.loads(entry.inputRequest)["order_id"]
            is_duplicate = entry.record["additonalAttributes"]["isDuplicate"]
            if whole or not key.startswith("shared"):
                counted[key] += not is_duplicate
        assert {} == {key: count for key, count in counted.items() if count != 1}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the setting in it; take a copy."""
    folder = tmp_path_factory.mktemp("loaded") / "data"
    Program(folder).load(SETTING)
    return folder


@contextmanager
def _program_on_copy(loaded: Path, place: Path) -> Iterator[Program]:
    shutil.copytree(loaded, place / "data")
    program = Program(place / "data", ENVIRONMENT)
    try:
        yield program.start()
    finally:
        program.close()


@pytest.fixture(scope="module")
def shared_program(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One for all tests of a file: what earlier ones left in the folder must bear the later ones."""
    with _program_on_copy(loaded, tmp_path_factory.mktemp("shared")) as program:
        yield program


@pytest.fixture
def campaign(shared_program: Program) -> Iterator[Callable[[int], Campaign]]:
    """Starts a campaign from a seed, on the program of this file."""
    if not shared_program.is_running:
        shared_program.start()
    said_before = len(shared_program.diagnostics())
    yield lambda seed: Campaign(shared_program, seed)
    print(shared_program.diagnostics()[said_before:][-5_000:])


@pytest.fixture
def own_campaign(loaded: Path, tmp_path: Path) -> Iterator[Callable[[int], Campaign]]:
    """Starts a campaign from a seed, on a program of its own."""
    with _program_on_copy(loaded, tmp_path) as program:
        yield lambda seed: Campaign(program, seed)
        print(program.diagnostics()[-5_000:])
