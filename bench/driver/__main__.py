"""A load on any HTTP/1.1 server: N connections, one request in flight on each, as fast as it answers or at a rate.

    python -m bench.driver http://127.0.0.1:8081/webhooks/ID --body '{"event_name":"visit","n":"{n}"}'

With `--rate` a request's time counts from when it was due, so a server that stalls cannot hide it; due times are a
millisecond apart at best, which counts too. With `--pid` a process's own CPU time per answer is told: it depends
less on what else the machine does.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import uvloop

from bench.driver.connection import Answers
from bench.driver.load import Load
from bench.driver.requests_made import Requests


def main() -> None:
    """Run one load and print its figures."""
    options = _options()
    requests = Requests(
        options.url,
        _bodies(options),
        method=options.method,
        headers=[*([f"Content-Type: {options.type}"] if options.method != "GET" else []), *options.header],
        lines=options.lines,
        targets=options.targets.read_text(encoding="utf-8").split() if options.targets else (),
    )
    answers = Answers(
        by_due=options.rate > 0 and not options.steered,
        expected=options.expect.encode(),
        expected_times=options.expect_times,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(_run(Load(requests, answers, options.rate, is_owed=not options.steered), options))
    found["events_per_second"] = found["answers_per_second"] * options.lines
    found = {"connections": options.connections, "rate": options.rate, "lines": options.lines} | found
    text = json.dumps(found, indent=1)
    if options.results is not None:
        options.results.write_text(text + "\n", encoding="utf-8")
    print(text)


async def _run(load: Load, options: argparse.Namespace) -> dict[str, Any]:
    if options.stoppable or options.steered:

        def steer() -> None:
            line = sys.stdin.readline()
            if line.strip():
                load.rate = float(line)
            else:
                asyncio.get_running_loop().remove_reader(sys.stdin)
                load.is_stopped.set()

        asyncio.get_running_loop().add_reader(sys.stdin, steer)
    found = await load.run(options.connections, options.warm_up, options.seconds, options.pid)
    if options.stoppable or options.steered:
        asyncio.get_running_loop().remove_reader(sys.stdin)
    return found


def _bodies(options: argparse.Namespace) -> list[bytes]:
    if options.bodies is not None:
        lines: list[bytes] = options.bodies.read_bytes().splitlines()
        return lines
    if options.body_file is not None:
        return [options.body_file.read_bytes().strip()]
    return [options.body.encode()] if options.body and options.method != "GET" else []


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("url")
    add("--method", default="POST")
    add("--header", action="append", default=[], help='"Name: value"; may be repeated')
    add("--type", default="application/json", help="content type")
    add("--body", default="{}", help="{n} is a counter")
    add("--body-file", type=Path, help="the body, where it is long")
    add("--bodies", type=Path, help="a file with a body a line, sent in turn")
    add("--targets", type=Path, help="a file with a path a line, asked for in turn in place of the URL's own")
    add("--lines", type=int, default=1, help="so many bodies in one request, a line each (NDJSON)")
    add("--connections", type=int, default=64)
    add("--rate", type=float, default=0.0, help="requests a second; 0 is as fast as answers come")
    add("--steered", action="store_true", help="each line on standard input is the rate's cap from now on")
    add("--stoppable", action="store_true", help="the end of standard input ends the load, as with --steered")
    add("--warm-up", type=float, default=2.0, help="seconds that do not count")
    add("--seconds", type=float, default=10.0)
    add("--expect", default="", help="text that must be in every answer; one in 64 is looked at")
    add("--expect-times", type=int, default=1, help="how often it must be there at least")
    add("--pid", type=int, action="append", default=[], help="a process whose CPU time to tell")
    add("--results", type=Path, help="also write the figures to this file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
