"""What was answered to pushes over bare connections, and what the log must therefore say: no less, no more."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile
from hooklog.testing.program import Program, running, till_auth
from hooklog.testing.visitor import Entry, Visitor
from hooklog.testing.wire import Reply, Wire, request

__all__ = ["GOOD_BODY", "ORG", "TILL", "WEBHOOK_ID", "Account", "accounting", "content_with_visits"]

ORG, TILL, WEBHOOK_ID = 3001, "till01", "ab" * 16
GOOD_BODY = b'{"event_name":"visit","mobile":"919800000001"}'


class Account:
    """Kept for ORG in a program, from its first push on."""

    def __init__(self, program: Program, reader: Visitor) -> None:
        """Args: `reader`: may read the org's log."""
        self.program = program
        self.reader = reader
        self.target = f"/webhooks/{WEBHOOK_ID}"
        self._expected: set[str] = set()

    @property
    def ports(self) -> dict[str, int]:
        """The listeners by name; both take pushes."""
        return {"ingest port": self.program.ingest_port, "main port": self.program.port}

    def push(self, port: int, body: bytes, content_type: str | None = "application/json") -> Reply:
        """A push between two good ones on one connection (or on new ones, where it is closed), on the account."""
        with Wire(port) as wire:
            self.send_good(wire)
            wire.send(request(self.target, body, content_type=content_type))
            reply = wire.reply()
            assert reply is not None, "closed without an answer"
            self.note(reply)
            if reply.headers.get("connection") != "close":
                self.send_good(wire)
        with Wire(port) as wire:
            self.send_good(wire)
        return reply

    def send_good(self, wire: Wire, *parts: bytes) -> None:
        """A push that must be accepted, whatever happened before: the plain good one, or bytes as they are."""
        wire.send(*(parts or (request(self.target, GOOD_BODY),)))
        reply = wire.reply()
        assert reply is not None, "a good push was not answered"
        assert reply.status == 200, f"a good push was answered {reply.status} {reply.body!r}"
        self.note(reply)

    def note(self, reply: Reply) -> str:
        """Put an answer that an entry must follow on the account; returns its request id."""
        request_id: str = reply.json()["requestId"]
        self.note_id(request_id)
        return request_id

    def note_id(self, request_id: str) -> None:
        """Put a request id on the account."""
        assert request_id not in self._expected, f"{request_id} was given twice"
        self._expected.add(request_id)

    def entry(self, reply: Reply) -> Entry:
        """The entry of an answer on the account, once it has settled."""
        [entry] = self.reader.settled(reply.json()["requestId"])
        return entry

    def check(self) -> None:
        """The log holds an entry for each answer on the account, once, and nothing else."""
        # Ids grow and nothing here waits for a consumer: when the newest has settled, all have.
        self.reader.settled(max(self._expected))
        logged: list[str] = []
        url: str | None = "/v2/events/logs?limit=1000"
        while url is not None:
            answer = self.reader.ask(url)
            logged += [entry["id"] for entry in answer.json()["data"]]
            url = answer.links["next"]["url"] if "next" in answer.links else None
        assert sorted(self._expected) == sorted(logged)


def content_with_visits() -> Content:
    """ORG with TILL and a webhook, where GOOD_BODY succeeds."""
    content = Content()
    content.webhook(content.org(ORG), WEBHOOK_ID, content.till(ORG, TILL))
    content.customer(ORG, 1, mobile="919800000001")
    content.event(ORG, "visit", customer_by_mobile())
    return content


@contextmanager
def accounting(
    folder: Path, content: Content | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Account]:
    """A program with an account, which is checked at the end. Every refusal is logged, unless told otherwise."""
    settings = {"HOOKLOG_INGEST__REFUSALS_LOGGED_PER_SECOND": "100000", **(environment or {})}
    file = (content or content_with_visits()).file
    with (
        running(folder, file, settings) as program,
        Visitor(program, till_auth(TILL, TILL_PASSWORD)) as reader,
    ):
        account = Account(program, reader)
        yield account
        account.check()
