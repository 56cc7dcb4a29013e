"""What the long campaigns did, kept in docs/results/campaigns.json and shown in campaigns.md.

A campaign that finds anything against its law fails and notes nothing.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

RESULTS = Path(__file__).parents[1] / "docs/results"
HEAD = """# Long campaigns

`make test-long`: what each of them did and how long it took. One that finds anything against its law fails, and its row
is not written.

| Guarantee | Campaign | Done | Seconds |
|---|---|---|--:|
"""


class Done(msgspec.Struct):
    """One campaign; `counts` are of what it did, by name."""

    guarantee: str
    law: str
    counts: dict[str, int] = {}
    seconds: float = 0.0


@contextmanager
def noted(guarantee: str, law: str) -> Iterator[dict[str, int]]:
    """Run a campaign that puts its counts into what is given; they are written down where HOOKLOG_RESULTS is set."""
    done = Done(guarantee, law)
    began = time.monotonic()
    yield done.counts
    done.seconds = round(time.monotonic() - began, 1)
    print(done)
    if "HOOKLOG_RESULTS" in os.environ:
        _write(done)


def _write(done: Done) -> None:
    path = RESULTS / "campaigns.json"
    known = msgspec.json.decode(path.read_bytes(), type=list[Done]) if path.exists() else []
    rows = [*(one for one in known if one.law != done.law), done]
    rows.sort(key=lambda one: (int(one.guarantee.removeprefix("G")), one.law))
    path.write_text(json.dumps(msgspec.to_builtins(rows), indent=1) + "\n", encoding="utf-8")
    lines = [
        f"| {one.guarantee} | {one.law} | "
        f"{', '.join(f'{count:,} {name}' for name, count in one.counts.items())} | {one.seconds:,.0f} |\n"
        for one in rows
    ]
    (RESULTS / "campaigns.md").write_text(HEAD + "".join(lines), encoding="utf-8")
