"""Draws the pictures of the terminal in the README from the real program. `make pictures` runs this."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from hooklog.testing.program import Program, demo_file, running, wait_until

HERE = Path(__file__).parent
COLUMNS = 100


def main() -> None:
    """Push the demo's events to a fresh server and draw what `logs` and `explain` print."""
    content = demo_file()
    with tempfile.TemporaryDirectory() as scratch, running(Path(scratch) / "data") as program:
        for push in content["pushes"]:
            httpx.post(
                f"{program.ingest_url}/webhooks/{push['webHookId']}",
                content=push["body"],
                headers={"content-type": "application/json"},
            ).raise_for_status()
        wait_until("everything is settled", lambda: program.backlog() == 0)
        draw(program, "logs.svg", "logs", "--limit", "6", "--wide")
        question = ("--customer", "mobile:917744876415", "--event-name", "TestBE-Rutuja")
        draw(program, "explain_customer.svg", "explain", *question)
        found = run(program, "logs", "--json", "--status", "INVALID_GROUP_IDENTIFIER_PASSED")
        draw(program, "explain.svg", "explain", json.loads(found.splitlines()[0])["id"])


def run(program: Program, *arguments: str) -> str:
    """What a command prints, with colours."""
    environment = {
        **os.environ,
        "HOOKLOG_URL": program.url,
        "HOOKLOG_TILL": "demo.till",
        "HOOKLOG_PASSWORD": "demo",
        "COLUMNS": str(COLUMNS),
        "FORCE_COLOR": "" if "--json" in arguments else "1",
    }
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "hooklog", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
        timeout=60,
    )
    return done.stdout


def draw(program: Program, name: str, *arguments: str) -> None:
    """Write the picture of one command's output; without web fonts, so that it shows offline too."""
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: PTH123, SIM115
    console.print(Text.from_ansi(run(program, *arguments)))
    start, end = CONSOLE_SVG_FORMAT.index("@font-face"), CONSOLE_SVG_FORMAT.index(".{unique_id}-matrix")
    template = CONSOLE_SVG_FORMAT[:start] + CONSOLE_SVG_FORMAT[end:]
    svg = console.export_svg(
        title=f"hooklog {' '.join(arguments)}", code_format=template, unique_id=Path(name).stem
    )
    (HERE / name).write_text(svg.replace("Fira Code, monospace", "monospace"), encoding="utf-8")


if __name__ == "__main__":
    main()
