"""`hooklog openapi`: the API's OpenAPI document on standard output, without a server."""

import sys

import msgspec
import typer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("openapi")
    def print_document() -> None:
        """Print the OpenAPI document of the API, as `/openapi.json` serves it."""
        from hooklog.api.app import document_of
        from hooklog.console.session import session_routes

        document = document_of(session_routes(None))
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n")
