"""A load on any HTTP/1.1 server: N connections, one request in flight on each, as fast as it answers or at a rate.

    python bench/driver http://127.0.0.1:8081/webhooks/ID --body '{"event_name":"visit","n":"{n}"}'

With `--rate` a request's time counts from when it was due, so a server that stalls cannot hide it. With `--pid` the
server's own CPU time per request is told too: it depends less on what else the machine does.
"""

import argparse
import asyncio
import json
import os
import time
from collections import deque
from pathlib import Path

import uvloop
from connection import Answers, Connection
from figures import cpu_seconds, figures
from requests import Template

TICK_SECONDS = 0.0005


class Load:
    """One run."""

    def __init__(self, template: Template, rate: float) -> None:
        self.template = template
        self.answers = Answers()
        self._rate = rate
        self._is_over = False
        self._waiting: deque[Connection] = deque()

    def idle(self, connection: Connection) -> None:
        """A connection has its answer."""
        if self._is_over:
            return
        if self._rate:
            self._waiting.append(connection)
        else:
            connection.send(self.template.next(), time.perf_counter())

    async def run(
        self, connections: int, warm_up: float, seconds: float, pids: list[int]
    ) -> dict[str, object]:
        """The figures of the seconds behind the warm-up."""
        loop = asyncio.get_running_loop()
        template = self.template
        made = [
            (
                await loop.create_connection(
                    lambda: Connection(self.answers, self.idle), template.host, template.port
                )
            )[1]
            for _ in range(connections)
        ]
        for connection in made:
            self.idle(connection)
        pace = asyncio.create_task(self._pace()) if self._rate else None
        await asyncio.sleep(warm_up)
        before = [cpu_seconds(pid) for pid in [os.getpid(), *pids]]
        begun = time.perf_counter()
        self.answers.is_counting = True
        await asyncio.sleep(seconds)
        self.answers.is_counting = False
        took = time.perf_counter() - begun
        after = [cpu_seconds(pid) for pid in [os.getpid(), *pids]]
        self._is_over = True
        if pace is not None:
            pace.cancel()
        found = figures(self.answers, took)
        spent = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(before, after, strict=True)]
        each = max(1, len(self.answers.seconds))
        found["cpu_us_per_answer"] = {
            str(name): {"user": round(user / each * 1e6, 2), "system": round(system / each * 1e6, 2)}
            for name, (user, system) in zip(["driver", *pids], spent, strict=True)
        }
        for connection in made:
            connection.transport.close()
        return found

    async def _pace(self) -> None:
        """Send what is due, on whichever connections are free."""
        sent, begun = 0, time.perf_counter()
        while True:
            due = int((time.perf_counter() - begun) * self._rate)
            while sent < due and self._waiting:
                self._waiting.popleft().send(self.template.next(), begun + sent / self._rate)
                sent += 1
            await asyncio.sleep(TICK_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--method", default="POST")
    parser.add_argument("--header", action="append", default=[], help='"Name: value"; may be repeated')
    parser.add_argument("--type", default="application/json", help="content type")
    parser.add_argument("--body", default="{}", help="{n} is a counter")
    parser.add_argument("--body-file", type=Path)
    parser.add_argument("--lines", type=int, default=1, help="send the body as so many lines (NDJSON)")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument(
        "--rate", type=float, default=0.0, help="requests a second; 0 is as fast as answers come"
    )
    parser.add_argument("--warm-up", type=float, default=2.0, help="seconds that do not count")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument(
        "--pid", type=int, action="append", default=[], help="a process whose CPU time to tell"
    )
    parser.add_argument("--results", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    body = options.body_file.read_bytes().strip() if options.body_file else options.body.encode()
    template = Template(
        options.url,
        body,
        method=options.method,
        headers=[f"Content-Type: {options.type}", *options.header],
        lines=options.lines,
    )
    load = Load(template, options.rate)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(load.run(options.connections, options.warm_up, options.seconds, options.pid))
    found["events_per_second"] = found["answers_per_second"] * options.lines  # type: ignore[operator]
    found = {"connections": options.connections, "rate": options.rate, "lines": options.lines} | found
    text = json.dumps(found, indent=1)
    if options.results is not None:
        options.results.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
