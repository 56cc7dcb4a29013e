"""How long `POST /v2/directory/customers/import` takes for many customers, each with two identifiers.

The clock runs from the first byte of the request to the answer; importing the same again is timed too.

Usage: python -m bench.import_customers [--customers 100000] [--results docs/results/import_customers.json]
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from bench.row import tell
from hooklog.testing.content import Content
from hooklog.testing.program import Program, running

ORG = 1001
KEY = "hk_bench"


def lines(customers: int) -> Iterator[bytes]:
    """The body, some lines at a time."""
    rows = []
    for number in range(1, customers + 1):
        identifiers = [
            {"type": "mobile", "value": f"9198{number:08}"},
            {"type": "email", "value": f"customer{number}@example.org"},
        ]
        rows.append(json.dumps({"userId": number, "identifiers": identifiers}) + "\n")
        if len(rows) == 1_000 or number == customers:
            yield "".join(rows).encode()
            rows.clear()


def measure(program: Program, customers: int) -> dict[str, object]:
    """Seconds for the first import and for the same again."""
    seconds = []
    body = list(lines(customers))
    with httpx.Client(
        headers={"x-api-key": KEY, "content-type": "application/x-ndjson"}, timeout=600
    ) as client:
        for _ in range(2):
            started = time.perf_counter()
            answer = client.post(f"{program.url}/v2/directory/customers/import", content=iter(body))
            seconds.append(round(time.perf_counter() - started, 2))
            assert answer.status_code == 200, answer.text
            assert answer.json()["data"][0]["stored"] == customers, answer.text
    return {
        "customers": customers,
        "first_seconds": seconds[0],
        "again_seconds": seconds[1],
    }


def main() -> None:
    """Run against a fresh folder and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    content = Content()
    content.org(ORG)
    content.api_key(ORG, KEY, "admin")
    with tempfile.TemporaryDirectory() as scratch, running(Path(scratch) / "data", content.file) as program:
        figures = measure(program, options.customers)
    tell(figures, options.results)


if __name__ == "__main__":
    main()
