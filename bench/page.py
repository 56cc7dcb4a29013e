"""docs/benchmarks.md, made of the results and nothing else: `make bench-page`."""

import json
from pathlib import Path
from typing import Any

from bench.charts import Bar, bars, line
from bench.place import ROOT
from bench.row import RESULTS
from bench.scale import FULL
from bench.studies import studies
from bench.table import LIMIT_ROW, ROWS, Figure, TableRow

__all__ = ["PAGE", "write_page"]

PAGE = ROOT / "docs/benchmarks.md"
IMAGES = "images"

Found = dict[str, Any]

HEAD = """# Benchmarks

Written by `make bench-page` from the JSON files in `docs/results/bench`; not by hand. `make bench` measures everything
anew in less than 20 minutes, `make bench ROW=newest` (or `python -m bench.newest`) one row, `make bench-smoke` runs the
same code in small. The load generator ([bench/driver](../bench/driver)) runs on the same cores as the program.
"""

PROMISE = """## What an answer promises

Every push that is counted here was answered 200 **after** the commit group that holds it was synced to the disk
(SQLite, WAL, `synchronous=FULL`), with every check, limit and guarantee of [guarantees.md](guarantees.md) on, at the
settings that a fresh installation has; only the backlog at which pushes are refused is raised. One answer in 64 is
looked at, all are counted by status, and a run with any other than 200, or with a broken connection, fails. Where a
rate is fixed, a request's time counts from when it was due, so a stall cannot hide. An entry counts as there when it
is committed with everything that explains it, or, where it is asked for over HTTP, when the answer shows it.

Events have 153 bytes and four attributes beside the customer, one of a million, four in five about a tenth of
them; both consumers are on. In the large folder every second event holds a unique claim, one in a hundred fails its
validation, one in 200,000 has a rare name; its entries are spread over the 30 days that they are kept.
"""


def write_page(results: Path = RESULTS, page: Path = PAGE) -> None:
    """Write the page, and its pictures into a folder beside it."""
    images = page.parent / IMAGES
    images.mkdir(parents=True, exist_ok=True)
    text, pictures = render(results)
    for name, picture in pictures.items():
        (images / name).write_text(picture, encoding="utf-8")
    page.write_text(text, encoding="utf-8")


def render(results: Path) -> tuple[str, dict[str, str]]:
    """The page's text, and its pictures by name."""
    found = {row.name: _read(results / f"{row.name}.json") for row in ROWS}
    pictures = _pictures(found)
    shown = [f"![{alt}]({IMAGES}/{name})" for name, alt in ALT.items() if name in pictures]
    parts = [HEAD, _machine(found), PROMISE, "## The table\n", _table(found), "\n\n".join(shown) + "\n"]
    parts += ["## Row by row\n", *(_told(row, found[row.name]) for row in ROWS), studies()]
    return "\n".join(part for part in parts if part.strip()), pictures


def _read(path: Path) -> Found:
    if not path.is_file():
        return {"medians": {}, "runs": [], "notes": [], "detail": {}, "missing": "not measured yet"}
    said: Found = json.loads(path.read_text(encoding="utf-8"))
    return said


def _machine(found: dict[str, Found]) -> str:
    measured = [one for one in found.values() if "machine" in one]
    if not measured:
        return "Nothing is measured yet.\n"
    latest = max(measured, key=lambda one: str(one["measured_at"]))
    facts = "\n".join(f"| {name} | {value} |" for name, value in latest["machine"].items())
    commits = sorted({one["commit"] for one in measured})
    when = sorted(one["measured_at"] for one in measured)
    span = when[0] if when[0] == when[-1] else f"{when[0]} to {when[-1]}"
    minutes = sum(one["took_seconds"] for one in measured) / 60
    told = f"{span}, {minutes:.0f} minutes in all, commit {', '.join(commits)}"
    odd = {one["entries"] for one in measured} - {FULL.entries}
    if odd:
        told += f"; **the large folder had {', '.join(f'{one:,}' for one in sorted(odd))} entries only**"
    if len({json.dumps(one["machine"]) for one in measured}) > 1:
        told += "; **rows of different machines or versions**"
    return f"## Measured on\n\n| | |\n|---|---|\n{facts}\n| measured | {told} |\n"


def _table(found: dict[str, Found]) -> str:
    limits = found[LIMIT_ROW]["medians"]
    lines = [
        "| What | Prototype | Must | Aim | Measured | | Of the limit |",
        "|---|--:|--:|--:|--:|:-:|--:|",
    ]
    for row in ROWS:
        lines.append(f"| **{row.title}** | | | | | | |")
        for figure in row.figures:
            value = found[row.name]["medians"].get(figure.key)
            limit = limits.get(figure.limit)
            share = f"{value / limit:.0%} of {LIMITS[figure.limit]}" if value and limit else ""
            cells = [
                figure.what,
                figure.prototype,
                _bound(figure, figure.must),
                _bound(figure, figure.aim),
                "not measured" if value is None else f"**{shown(value, figure.unit)}**",
                "" if value is None else {True: "✓", False: "✗", None: ""}[figure.is_reached(value)],
                share,
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


LIMITS = {
    "nginx_answers_per_second": "nginx",
    "sqlite_rows_per_second": "SQLite",
    "fdatasync_per_second": "syncs",
}


def _bound(figure: Figure, value: float | None) -> str:
    if value is None:
        return ""
    return ("≥ " if figure.is_least else "≤ ") + shown(value, figure.unit)


def shown(value: float, unit: str) -> str:
    """A figure with its unit: whole where it is large, else three digits."""
    number = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{number}{unit}" if unit in {"/s", "x"} else f"{number} {unit}".strip()


def _told(row: TableRow, found: Found) -> str:
    """The command, each run, and what is worth knowing."""
    lines = [f"### {row.title}\n", f"`python -m bench.{row.name}`"]
    if found["missing"]:
        lines[-1] += f": **{found['missing']}**."
    for figure in row.figures:
        values = [run[figure.key] for run in found["runs"] if figure.key in run]
        if len(values) > 1:
            each = ", ".join(shown(value, "") for value in values)
            lines.append(f"* {figure.what}: {each} {figure.unit.replace('/s', 'a second')}")
    lines += [f"* {note}" for note in found["notes"]]
    for group, sizes in found["detail"].get("bytes_per_event", {}).items():
        if not sizes:
            continue
        told = ", ".join(f"{name} {size:g}" for name, size in sorted(sizes.items(), key=lambda one: -one[1]))
        lines.append(f"* `{group}`, bytes an event: {told}")
    others = set(found["medians"]) - {figure.key for figure in row.figures}
    if others:
        told = ", ".join(f"{key} {shown(found['medians'][key], '')}" for key in sorted(others))
        lines.append(f"* also: {told}")
    return "\n".join(lines) + "\n"


ALT = {
    "bench-distance.svg": "How far each figure is from what it must be",
    "bench-growth.svg": "Worker's rate while the folder grows",
    "bench-backlog.svg": "Events waiting during the sustained minute",
    "bench-latency.svg": "p99 of durable answers by rate",
}


def _pictures(found: dict[str, Found]) -> dict[str, str]:
    pictures = {}
    compared = [
        _bar(row, figure, value)
        for row in ROWS
        for figure in row.figures
        if (value := found[row.name]["medians"].get(figure.key)) and figure.must
    ]
    if compared:
        pictures["bench-distance.svg"] = bars("times better than must (line); the mark is the aim", compared)
    growth = found["worker_alone"]["detail"].get("growth")
    if growth:
        points = [(one["entries"], one["per_second"]) for one in growth]
        pictures["bench-growth.svg"] = line(
            "the worker while the folder grows, every second burst with claims",
            points,
            "entries in the folder",
            "events a second",
        )
    backlog = found["sustained"]["detail"].get("backlog")
    if backlog:
        pictures["bench-backlog.svg"] = line(
            "sustained: accepted and not yet settled (5,000 are held)",
            [(one["second"], one["events"]) for one in backlog],
            "seconds",
            "events",
        )
    medians = found["with_worker"]["medians"]
    rates = [(rate, medians[f"p99_ms_at_{rate}"]) for rate in FULL.rates if f"p99_ms_at_{rate}" in medians]
    if len(rates) > 1:
        pictures["bench-latency.svg"] = line(
            "p99 of durable answers at fixed rates, worker running", rates, "pushes a second", "ms"
        )
    return pictures


def _bar(row: TableRow, figure: Figure, value: float) -> Bar:
    assert figure.must is not None
    times = value / figure.must if figure.is_least else figure.must / value
    aim = figure.aim and (figure.aim / figure.must if figure.is_least else figure.must / figure.aim)
    return Bar(f"{row.name}: {figure.what.partition(' (')[0]}", shown(value, figure.unit), times, aim)


if __name__ == "__main__":
    write_page()
