"""`hooklog doctor`: whether machine and folder are fit, with a hint for everything that is not."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from hooklog.commands.health.base import Finding, Level, fail
from hooklog.commands.health.disk import disk_findings
from hooklog.commands.health.environment import environment
from hooklog.commands.health.folder import folder_findings
from hooklog.commands.health.roles import holder_of, role_findings
from hooklog.commands.health.storage import storage_findings
from hooklog.commands.options import ConfigOption, DataOption
from hooklog.commands.terminal import output, plain, write_json_line
from hooklog.config import Settings, read_settings
from hooklog.errors import SettingsError

__all__ = ["register"]

_CELLS_MAX = 110
_NAME_CELLS = 18
_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    data: DataOption,
    config: ConfigOption = None,
    host: Annotated[str | None, typer.Option(help="Address that the server listens on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of API and console.")] = None,
    ingest_port: Annotated[int | None, typer.Option("--ingest-port", help="Port of the webhooks.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Look at machine and folder, beside a running server too. Exit status 1 if something fails."""
    findings: list[Finding] = []
    try:
        settings = read_settings(config, host=host, port=port, ingest_port=ingest_port)
    except SettingsError as error:
        findings.append(fail("settings", str(error), error.hint))
        settings = Settings()
    findings += _look(data, settings)
    if as_json:
        worst = _worst(findings)
        write_json_line({"level": worst, "findings": findings})
    else:
        _show(output(), findings)
    if _worst(findings) is Level.FAIL:
        raise typer.Exit(1)


def _look(folder: Path, settings: Settings) -> list[Finding]:
    findings = [*environment(settings.connections_max), *folder_findings(folder)]
    if folder.is_dir():
        findings += disk_findings(folder, settings.ingest.disk_free_bytes_min)
        findings += role_findings(folder, settings.host, (settings.port, settings.ingest_port_used))
        is_running = holder_of(folder, "worker") is not None
        findings += storage_findings(folder, settings.ingest.backlog_events_max, is_running=is_running)
    return findings


def _worst(findings: list[Finding]) -> Level:
    levels = {finding.level for finding in findings}
    return next(level for level in (Level.FAIL, Level.WARN, Level.OK) if level in levels)


def _show(console: Console, findings: list[Finding]) -> None:
    width = min(console.width, _CELLS_MAX)
    for finding in findings:
        line = Text.assemble(
            (f"{finding.level:<6}", _COLOURS[finding.level]),
            (f"{finding.name:<{_NAME_CELLS}}", "bold"),
            plain(finding.found),
        )
        console.print(line, width=width)
        if finding.hint:
            console.print(Padding(Text(finding.hint, style="dim"), (0, 0, 0, 6 + _NAME_CELLS)), width=width)
    failed = sum(finding.level is Level.FAIL for finding in findings)
    warned = sum(finding.level is Level.WARN for finding in findings)
    if failed or warned:
        console.print(
            Text(f"\n{failed} failed, {warned} to look at, {len(findings) - failed - warned} well.")
        )
    else:
        console.print(Text("\nAll is well.", style="green"))
