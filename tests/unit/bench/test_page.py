"""docs/benchmarks.md says what the results say, whatever is missing among them; every row can be run."""

import importlib
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from bench.page import IMAGES, PAGE, render, write_page
from bench.row import RESULTS, medians
from bench.table import ROWS, Figure, TableRow


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_row_has_its_command(row: TableRow) -> None:
    module = importlib.import_module(f"bench.{row.name}")
    assert callable(module.measure)
    assert module.__doc__


def _write(folder: Path, row: TableRow, value: float) -> None:
    figures = {figure.key: value for figure in row.figures}
    found = {
        "row": row.name,
        "entries": 10_000_000,
        "medians": figures,
        "runs": [figures] * 3,
        "missing": "",
        "notes": [f"a note on {row.name}"],
        "detail": {
            "growth": [{"entries": 1, "per_second": 2}, {"entries": 2, "per_second": 3}],
            "backlog": [{"second": 0, "events": 7}, {"second": 0.5, "events": 0}],
            "bytes_per_event": {"events.db": {"entry": 1.5}},
        },
        "commit": "abc",
        "measured_at": "2026-01-05 10:00 UTC",
        "took_seconds": 60,
        "machine": {"processor": "one"},
    }
    (folder / f"{row.name}.json").write_text(json.dumps(found), encoding="utf-8")


def test_the_page_is_made_of_any_results(tmp_path: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    text, pictures = render(results)
    assert {} == pictures
    assert "not measured yet" in text
    for value, row in enumerate(ROWS, start=1):
        _write(results, row, value * 1000.0)
    write_page(results, tmp_path / "page.md")
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert "not measured yet" not in text
    for row in ROWS:
        assert f"a note on {row.name}" in text
        assert all(figure.what in text for figure in row.figures)
    drawn = sorted((tmp_path / IMAGES).iterdir())
    assert ["bench-backlog.svg", "bench-distance.svg", "bench-growth.svg"] == [path.name for path in drawn]
    assert [] == [path.name for path in drawn if f"({IMAGES}/{path.name})" not in text]
    for path in drawn:
        assert ET.parse(path).getroot().tag.endswith("svg")


def test_the_page_is_up_to_date() -> None:
    text, pictures = render(RESULTS)
    assert text == PAGE.read_text(encoding="utf-8"), "run `make bench-page`"
    for name, picture in pictures.items():
        assert picture == (PAGE.parent / IMAGES / name).read_text(encoding="utf-8"), "run `make bench-page`"


@pytest.mark.parametrize(
    ("is_least", "value", "expected"),
    [(True, 10.0, True), (True, 9.9, False), (False, 10.0, True), (False, 10.1, False)],
)
def test_what_must_be_reached_includes_its_bound(is_least: bool, value: float, expected: bool) -> None:
    assert expected is Figure("key", "what", "ms", must=10.0, is_least=is_least).is_reached(value)
    assert Figure("key", "what", "ms").is_reached(value) is None


def test_the_median_is_of_the_runs_that_have_the_figure() -> None:
    assert {"a": 2, "b": 7} == medians([{"a": 1}, {"a": 2, "b": 7}, {"a": 9}])
