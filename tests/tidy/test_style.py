"""The house style that no linter knows: docstrings that state promises, small files, short functions, clean text."""

import ast
import re
import statistics
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src/hooklog").rglob("*.py"))
FILE_LINES_MAX = 320
FILE_LINES_MEDIAN_MAX = 150
FUNCTION_LINES_MAX = 70


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_every_public_thing_states_its_promise(path: Path) -> None:
    tree = _tree(path)
    missing = [] if ast.get_docstring(tree) else ["the module"]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            missing += [] if ast.get_docstring(node) else [node.name]
            missing += [
                f"{node.name}.{inner.name}"
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
                and (not inner.name.startswith("_") or inner.name == "__call__")
                and not ast.get_docstring(inner)
                and not any(ast.unparse(one).endswith("override") for one in inner.decorator_list)
            ]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    missing += [one.name for one in functions if not one.name.startswith("_") and not ast.get_docstring(one)]
    assert [] == missing


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_every_module_lists_what_it_offers(path: Path) -> None:
    tree = _tree(path)
    has_definitions = any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for node in tree.body
    )
    lists = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    assert lists or not has_definitions


def test_files_are_small() -> None:
    lines = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {} == {name: count for name, count in lines.items() if count > FILE_LINES_MAX}
    assert statistics.median(lines.values()) <= FILE_LINES_MEDIAN_MAX


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_functions_are_short(path: Path) -> None:
    long = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES_MAX
    }
    assert {} == long


def test_nobody_opens_a_database_file_by_hand() -> None:
    """Closing such a handle would drop SQLite's POSIX locks (design.md, durability rule 1)."""
    pattern = re.compile(r"\bopen\([^)]*\.db\b|import sqlite3|multiprocessing|os\.fork\(")
    found = [_name(path) for path in SOURCES if pattern.search(path.read_text(encoding="utf-8"))]
    assert [] == found


def test_no_file_names_a_package_host_or_a_place_of_one_machine() -> None:
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org"]
    pattern = re.compile("|".join([*map(re.escape, hosts), r"/root/", "/" + "work/"]))
    found = []
    for path in _tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if pattern.search(text) and path != Path(__file__):
            found.append(_name(path))
    assert [] == found


def test_nothing_is_left_to_do_in_comments() -> None:
    pattern = re.compile(r"\b(TODO|FIXME|NotImplementedError)\b")
    assert [] == [_name(path) for path in SOURCES if pattern.search(path.read_text(encoding="utf-8"))]


def test_no_file_has_a_name_that_says_nothing() -> None:
    empty = {"utils.py", "helpers.py", "common.py", "manager.py", "service.py", "handler.py", "misc.py"}
    assert [] == [_name(path) for path in SOURCES if path.name in empty]
