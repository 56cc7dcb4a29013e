"""`hooklog check`: whether the files of a data folder are sound."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from hooklog.check.findings import Report
from hooklog.check.folder import check_folder
from hooklog.commands.options import ConfigOption, DataOption
from hooklog.config import read_settings
from hooklog.event import wall_clock_ms

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check")(check)


def check(
    data: DataOption,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Look at every file of a data folder and say what is wrong; exit status 1 when something is.

    Changes nothing and works beside a running server. On a large folder it takes a while, in which the server's
    write-ahead logs grow. Give it the server's --config, so that it knows what retention has deleted.
    """
    report = check_folder(data, read_settings(config).retention, wall_clock_ms())
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(report), indent=1).decode())
    else:
        _show(Console(highlight=False, soft_wrap=True), report)
    raise typer.Exit(0 if report.is_sound else 1)


def _show(console: Console, report: Report) -> None:
    table = Table("file", "what", "looked at", "found", box=None, pad_edge=False)
    for finding in report.findings:
        wrong = finding.problem_count
        found = f"[bold red]{wrong} wrong[/]" if wrong else "[green]ok[/]"
        table.add_row(finding.where, finding.what, f"{finding.looked_at:,}", found)
    console.print(table)
    for finding in report.findings:
        for problem in finding.problems:
            console.print(f"[bold red]wrong[/] {finding.where}: ", end="")
            console.print(problem, markup=False)
        more = finding.problem_count - len(finding.problems)
        if more:
            console.print(f"[bold red]wrong[/] {finding.where}: and {more} more of {finding.what}")
    if report.is_sound:
        console.print(f"\n[green]sound[/]: {report.folder}")
    else:
        console.print(f"\n[bold red]not sound[/]: {report.folder}")
        console.print("[bold]what to do[/]: stop the server and copy the folder before you mend anything")
