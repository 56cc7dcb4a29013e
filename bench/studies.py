"""What was measured beside the table, as sections of the page."""

import json
from typing import Any

from bench.below import below
from bench.place import ROOT

__all__ = ["studies"]

IMPORT = ROOT / "docs/results/import_customers.json"
SCROLLING = ROOT / "docs/results/bench/scrolling.json"


def studies() -> str:
    """The sections."""
    said = json.loads(IMPORT.read_text(encoding="utf-8"))
    scrolling = json.loads(SCROLLING.read_text(encoding="utf-8"))
    return f"""{below()}

## Beside the table

* Importing customers, `python -m bench.import_customers`: 100,000 customers with two identifiers each in one request to
  `POST /v2/directory/customers/import`, from its first byte to the answer: {said["first_seconds"]} s;
  the same again, which changes nothing: {said["again_seconds"]} s (aim 60 s).
{_scrolling(scrolling)}
* What judging an event costs, stage by stage: `python -m bench.pipeline`.
* What the event log's storage costs and gives, without pipeline, journal and HTTP: `python -m bench.eventlog`.
* What the analytical export costs beside the worker: `python -m bench.export_cost`,
  [decisions/0007](decisions/0007-ei-parquet.md).
* What an export of a million entries takes in memory, by format: [results/export.json](results/export.json).
* What garbage collection and the switch interval are worth: `python -m bench.knobs`.
* The index of records: `python -m bench.record_index`, [decisions/0006](decisions/0006-record-index.md).
* The same load on another system: [bench/peers](../bench/peers/README.md).
"""


def _scrolling(said: dict[str, Any]) -> str:
    found, gestures = said["medians"], ("reading", "racing", "back")
    frames = ", ".join(f"{found[f'{name}_frame_p99_ms']:g} ms ({name})" for name in gestures)
    # Of all runs: a median would hide the one that somebody notices.
    worst = max(run[f"{name}_worst_task_ms"] for run in said["runs"] for name in gestures)
    over = sum(run[f"{name}_tasks_over_100_ms"] for run in said["runs"] for name in gestures)
    rows = sum(found[f"{name}_rows"] for name in gestures)
    return f"""* Scrolling the console's feed, `python -m bench.scrolling`: {said["entries"]:,} entries,
  {rows:,.0f} rows passed in three gestures of {said["detail"]["seconds"]:g} s in a real Chromium without a graphics
  card. 99 of 100 frames came within {frames}; the longest task of
  {len(said["runs"])} runs took {worst:g} ms, {over:g} took more than 100 ms (aim: none).{_beside(said["detail"])}"""


def _beside(detail: dict[str, Any]) -> str:
    load = detail.get("load_average_before")
    return "" if load is None else f" The machine's load average before it was {load:g}, on two cores."
