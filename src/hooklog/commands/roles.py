"""`hooklog edge` and `hooklog worker`: the roles alone. The supervisor of `serve` starts them like this.

Each brings in what it needs when it is run: what the other one needs takes a fifth of a second more.
"""

from typing import Annotated

import typer

from hooklog.commands.options import ConfigOption, DataOption
from hooklog.config import read_settings
from hooklog.roles.exits import EXIT_OK
from hooklog.roles.gate import wait_at_gate
from hooklog.roles.supervisor import listen
from hooklog.telemetry import configure_diagnostics

__all__ = ["register"]

Descriptor = Annotated[int | None, typer.Option(hidden=True)]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("edge")(edge)
    app.command("worker")(worker)


def edge(
    data: DataOption,
    config: ConfigOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of API and console.")] = None,
    ingest_port: Annotated[int | None, typer.Option("--ingest-port", help="Port of the webhooks.")] = None,
    main_fd: Descriptor = None,
    ingest_fd: Descriptor = None,
    wake_fd: Descriptor = None,
    parent_fd: Descriptor = None,
    gate_fd: Descriptor = None,
) -> None:
    """Take pushes and serve the API, without settling events."""
    from hooklog.roles.edge import run_edge
    from hooklog.server import prepare

    settings = read_settings(config, host=host, port=port, ingest_port=ingest_port)
    configure_diagnostics(settings.diagnostics)
    if gate_fd is not None and not wait_at_gate(gate_fd):
        raise typer.Exit(EXIT_OK)
    if parent_fd is None:
        prepare(data)
    main = listen(settings.host, settings.port) if main_fd is None else main_fd
    ingest = listen(settings.host, settings.ingest_port_used) if ingest_fd is None else ingest_fd
    raise typer.Exit(run_edge(data, settings, main=main, ingest=ingest, wake=wake_fd, parent=parent_fd))


def worker(
    data: DataOption,
    config: ConfigOption = None,
    accept_gap: Annotated[bool, typer.Option("--accept-gap")] = False,
    wake_fd: Descriptor = None,
    parent_fd: Descriptor = None,
) -> None:
    """Settle events, without listening on any port."""
    from hooklog.roles.worker import run_worker
    from hooklog.server import prepare

    settings = read_settings(config)
    configure_diagnostics(settings.diagnostics)
    if parent_fd is None:
        prepare(data)
    raise typer.Exit(run_worker(data, settings, wake=wake_fd, parent=parent_fd, accept_gap=accept_gap))
