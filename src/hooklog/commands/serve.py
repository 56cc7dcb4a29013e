"""`hooklog serve`: the real thing."""

from typing import Annotated

import typer

from hooklog.commands.options import ConfigOption, DataOption
from hooklog.config import read_settings
from hooklog.roles.supervisor import Supervisor
from hooklog.telemetry import configure_diagnostics

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    data: DataOption,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of API and console.")] = None,
    ingest_port: Annotated[
        int | None, typer.Option("--ingest-port", help="Port that takes webhooks only; default: port + 1.")
    ] = None,
    config: ConfigOption = None,
    accept_gap: Annotated[
        bool, typer.Option("--accept-gap", help="Go on although events are missing from the journal.")
    ] = False,
) -> None:
    """Serve a data folder until stopped (Ctrl-C or SIGTERM)."""
    settings = read_settings(config, host=host, port=port, ingest_port=ingest_port)
    configure_diagnostics(settings.diagnostics)
    arguments = [] if config is None else [f"--config={config}"]
    # The roles read the same file and environment; the ports are the supervisor's own affair.
    supervisor = Supervisor(data, settings, arguments, accept_gap=accept_gap)
    raise typer.Exit(supervisor.run())
