"""A process loads what it needs and no more: loading is most of a start."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("what", "unwanted"),
    [
        ("from hooklog.api.app import _Api; _Api([])", {"pydantic", "hooklog.server_worker"}),
        ("import hooklog.roles.edge", {"numpy", "pyarrow", "hooklog.server_worker"}),
        ("import hooklog.commands.serve", {"litestar", "hooklog.server", "hooklog.api.app"}),
    ],
)
def test_nothing_is_loaded_that_is_not_needed_there(what: str, unwanted: set[str]) -> None:
    told = f"{what}; import sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60
    )
    assert set() == unwanted & set(loaded.stdout.split())
