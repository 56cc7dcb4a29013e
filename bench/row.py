"""One row of the table: measured some times, the median kept, written as JSON with what it was measured on."""

import argparse
import json
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bench.machine import machine_facts
from bench.place import ROOT, Place
from bench.scale import scale_of

__all__ = ["RESULTS", "Measured", "Row", "alone", "measure_row", "tell"]

RESULTS = ROOT / "docs/results/bench"
MEASURED = ("src", "bench", "web/src", "requirements")


class Measured(msgspec.Struct, kw_only=True):
    """What a row found: each run's figures (medians are taken name by name), and what is the same for all.

    `missing` says why there is no figure, where there is none: a row never makes one up.
    """

    runs: list[dict[str, float]] = []
    detail: dict[str, Any] = {}
    notes: list[str] = []
    missing: str = ""


Row = Callable[[Place], Measured]


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """Name by name, over the runs that have it."""
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: statistics.median([run[name] for run in runs if name in run]) for name in names}


def measure_row(name: str, row: Row, place: Place, results: Path) -> dict[str, Any]:
    """Run a row and write its file; returns what was written."""
    print(f"{name} ...", flush=True)
    begun = time.monotonic()
    measured = row(place)
    took = time.monotonic() - begun
    found: dict[str, Any] = {
        "row": name,
        "scale": place.scale.name,
        "entries": place.scale.entries,
        "medians": medians(measured.runs),
        "runs": measured.runs,
        "missing": measured.missing,
        "notes": measured.notes,
        "detail": measured.detail,
        "commit": commit(),
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "took_seconds": round(took, 1),
        "machine": machine_facts(),
    }
    results.mkdir(parents=True, exist_ok=True)
    (results / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    shown = measured.missing or ", ".join(f"{key} {value:,.6g}" for key, value in found["medians"].items())
    print(f"{name}: {shown} ({took:.0f} s)", flush=True)
    return found


def commit() -> str:
    """What was measured: the commit, and whether files that play a part differ from it. Results do not."""
    said = _git("describe", "--always", "--abbrev=10", "--exclude=*")
    if not said:
        return "unknown"
    return f"{said}-dirty" if _git("status", "--porcelain", "--", *MEASURED) else said


def _git(*arguments: str) -> str:
    """What it says; nothing where this is no clone."""
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.strip()


def tell(figures: Mapping[str, object], results: Path | None) -> None:
    """Print what a measurement beside the table found, and on what; write it into a file where one is given."""
    found = {**figures, "python": platform.python_version(), "machine": platform.machine()}
    text = json.dumps(found, indent=1)
    print(text)
    if results is not None:
        results.parent.mkdir(parents=True, exist_ok=True)
        results.write_text(text + "\n", encoding="utf-8")


def alone(row: Row, doc: str | None, name: str | None = None) -> None:
    """The command line of one row."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--entries", type=int, help="in the large folder, instead of ten million")
    parser.add_argument("--results", type=Path, help=f"folder of the JSON file; {RESULTS.relative_to(ROOT)}")
    options = parser.parse_args()
    scale = scale_of(is_smoke=options.smoke, entries=options.entries)
    results = options.results or (Path(ROOT / ".bench/smoke-results") if options.smoke else RESULTS)
    measure_row(name or _module_name(row), row, Place(scale), results)


def _module_name(row: Row) -> str:
    spec = row.__globals__["__spec__"]
    return str(spec.name).rpartition(".")[2]
