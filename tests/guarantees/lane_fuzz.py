"""One byte string is one life of a connection of the fast lane: what arrives, what is decided, what happens to it."""

from collections.abc import Iterator

from tests.guarantees.made_requests import CORPUS

from hooklog.testing.lane_bench import LaneBench
from hooklog.testing.listeners import SETTINGS
from hooklog.testing.odd_requests import GOOD

STEPS_MAX = 300
TOKENS = (
    GOOD,
    *sorted({raw for raw in CORPUS.values() if len(raw) < 400}),
    *(
        b"POST ",
        b"GET ",
        b"HEAD ",
        b"/webhooks/",
        b"ab" * 16,
        b"/batch",
        b"/x",
        b" HTTP/1.1\r\n",
        b" HTTP/1.0\r\n",
    ),
    *(b"Host: a\r\n", b"Content-Length: 46\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(b"Content-Type: application/json\r\n", b"Connection: close\r\n", b"Connection: Upgrade\r\n"),
    *(
        b"Upgrade: h2c\r\n",
        b"Expect: 100-continue\r\n",
        b"\r\n",
        b"\r",
        b"\n",
        b"5\r\nabcde\r\n",
        b"0\r\n\r\n",
        b"0\r\n",
    ),
    *(
        b"X-Sum: 1\r\n",
        b"x" * 3_000,
        b"x" * 9_000,
        b"a: " + b"x" * 30_000,
        b"1f40\r\n" + b"x" * 8_000 + b"\r\n",
    ),
)
CODES = (0, 0, 0, 400, 401, 413, 503)


def play(life: bytes) -> LaneBench:
    """Every byte is a step, or says more of the step before it.

    Raises:
        AssertionError: a law is broken; so is it by any other exception.
    """
    bench, left = LaneBench(SETTINGS), iter(life)
    for _ in range(STEPS_MAX):
        step = next(left, None)
        if step is None:
            break
        _take(bench, step & 15, step >> 4, left)
    bench.finish()
    return bench


def _take(bench: LaneBench, what: int, how: int, left: Iterator[int]) -> None:
    match what:
        case 0 | 1 | 2 | 3 | 4:
            bench.feed(TOKENS[(next(left, 0) + 256 * (how & 1)) % len(TOKENS)])
        case 5:
            bench.feed(bytes(byte for _, byte in zip(range(how + 1), left, strict=False)))
        case 6 | 7 | 8:
            bench.decide(how % 4, CODES[next(left, 0) % len(CODES)])
        case 9:
            bench.holds = bool(how & 1)
        case 10:
            bench.decides_at_once = CODES[how % len(CODES)]
        case 11:
            bench.connection.pause_writing() if how & 1 else bench.connection.resume_writing()
        case 12:
            bench.end_sending()
        case 13:
            bench.fire()
        case 14:
            bench.lane.is_crowded = bool(how & 1)
        case _:
            bench.connection.end() if how & 1 else bench.lose()
    bench.check()
