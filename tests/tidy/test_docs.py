"""The documentation is tested: what it names exists, what is generated is up to date."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from hooklog import errors
from hooklog.cli import build_app
from hooklog.event import Stage, Status

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/reference/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["settings.md", "metrics.md", "statuses.md", "conformance.md"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    written = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")
    assert _generator().PAGES[name]() == written, "run `make docs`"


def _functions(path: Path) -> set[str]:
    """The names of the test functions of a file; empty where it is none."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return set(re.findall(r"^(?:async )?def (test_\w+)\(", text, re.MULTILINE))


def test_every_test_that_proves_conformance_exists() -> None:
    source = _generator().conformance_source()
    rows = [*source["operations"].values(), *(row["tests"] for row in source["rules"] + source["codes"])]
    assert [] == [tests for tests in rows if not tests]
    named = sorted({name for tests in rows for name in tests})
    paths = {name.partition("::")[0] for name in named}
    known = {f"{path}::{function}" for path in paths for function in _functions(ROOT / path)}
    assert [] == [name for name in named if name not in known]


def test_conformance_has_every_operation_once_and_no_other() -> None:
    generator = _generator()
    documented = [operation["operationId"] for _, _, operation in generator.operations()]
    assert sorted(documented) == sorted(generator.conformance_source()["operations"])


def test_conformance_has_no_row_twice() -> None:
    source = _generator().conformance_source()
    rows = [(row["source"], row["what"]) for row in source["rules"]] + [
        row["code"] for row in source["codes"]
    ]
    assert len(rows) == len(set(rows))
    # What the project decided comes first, by rule; then what is documented beside it, by section.
    places = [_place(row["source"]) for row in source["rules"]]
    assert sorted(places) == places
    assert set(range(1, 33)) == {number for part, number, *_ in places if part == 1}, "every rule has a row"


def _place(source: str) -> tuple[int, ...]:
    """Where a rule stands in the contract: its part ("I" or "II"), its number, and that of a section."""
    part, numbers = re.findall(r"^(II?)\.([\d.]+)", source)[0]
    return len(part), *map(int, numbers.split("."))


def test_each_guarantee_has_its_file() -> None:
    text = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)`", text)
    assert len(named) >= 13
    assert [] == [name for name in named if not (ROOT / name).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [] == [link for link in links if not (page.parent / link).exists()]


def test_every_command_that_the_readme_names_exists() -> None:
    command = typer.main.get_command(build_app())
    known = set(getattr(command, "commands", {}))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`hooklog ([\w-]+)", text))
    assert set() == named - known


def test_every_make_target_that_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert set() == {name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)}


def test_every_error_has_a_stable_code_and_stands_in_the_tree() -> None:
    tree = errors.__doc__ or ""
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert [] == [kind.__name__ for kind in kinds if kind.__name__ not in tree]


def test_every_error_code_stands_in_the_runbook() -> None:
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    codes = {getattr(errors, name).code for name in errors.__all__} - {"HOOKLOG_ERROR"}
    assert set() == {code for code in codes if f"`{code}`" not in text}


def test_numbers_on_disk_never_change() -> None:
    """A status or stage keeps its number for ever: old files must read as they were written."""
    assert list(range(1, 18)) == [status.value for status in Status]
    assert list(range(1, 13)) == [stage.value for stage in Stage]
    assert (1, 17) == (Status.EVENT_SUCCESS.value, Status.EVENT_PROCESSING_FAILED.value)
