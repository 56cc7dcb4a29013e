"""The log's filter language as options of the terminal: the same words as in a URL (`hooklog.eventlog.query_parse`)."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeAlias

import typer

from hooklog.commands.options import sharing
from hooklog.commands.remote import Connection
from hooklog.commands.saved import SAVED, expanded
from hooklog.eventlog.query_parse import ATTRIBUTE_PREFIX

__all__ = [
    "Attributes",
    "Customers",
    "EventNames",
    "FromDate",
    "Pairs",
    "Patterns",
    "RequestIds",
    "Saved",
    "SlowerThan",
    "Statuses",
    "ToDate",
    "WebhookIds",
    "Words",
    "attribute_pair",
    "pairs_of",
    "with_filters",
]

Pairs: TypeAlias = list[tuple[str, str]]

EventNames: TypeAlias = Annotated[
    list[str], typer.Option(help="Only this event; may be repeated. `!name` leaves it out.")
]
Statuses: TypeAlias = Annotated[
    list[str], typer.Option(help="Only this status; may be repeated, `!` leaves out.")
]
WebhookIds: TypeAlias = Annotated[list[str], typer.Option(help="Only this webhook; may be repeated.")]
RequestIds: TypeAlias = Annotated[
    list[str], typer.Option("--id", help="Only this request id; may be repeated.")
]
Customers: TypeAlias = Annotated[
    list[str], typer.Option(help="Only this customer, as mobile:9198... or a userId; may be repeated.")
]
Attributes: TypeAlias = Annotated[
    list[str], typer.Option("--attr", help="Only events with this attribute, as NAME=VALUE or NAME=!VALUE.")
]
Words: TypeAlias = Annotated[
    list[str], typer.Option("-q", "--words", help="Only events with all these words in input or message.")
]
Patterns: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--pattern",
        help="Only failures whose message has this pattern, as `hooklog failures --json` tells it.",
    ),
]
SlowerThan: TypeAlias = Annotated[
    int | None, typer.Option(help="Only events that took so many milliseconds or more.", show_default=False)
]
FromDate: TypeAlias = Annotated[
    str,
    typer.Option("--from", help="From this day or instant on, in the org's time zone.", show_default=False),
]
ToDate: TypeAlias = Annotated[
    str, typer.Option("--to", help="Up to this day (its end) or instant.", show_default=False)
]

Saved: TypeAlias = Annotated[
    list[str],
    typer.Option(help="What a saved filter asks, with all else; may be repeated.", show_default=False),
]


def pairs_of(name: str, *values: str) -> Pairs:
    """A parameter with its values."""
    return [(name, value) for value in values]


def attribute_pair(text: str) -> tuple[str, str]:
    """The parameter that NAME=VALUE stands for.

    Raises:
        typer.BadParameter: it is nothing of that form.
    """
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--attr")
    return ATTRIBUTE_PREFIX + name, value


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all filters of the log as options, and those that are saved.

    Args:
        command: takes their Pairs named `filters` and a Connection named `connection` among its parameters.
    """

    @wraps(command)
    def asking(*, connection: Connection, filters: Pairs, **given: Any) -> None:
        command(connection=connection, filters=expanded(connection, filters), **given)

    return sharing(asking, "filters", _OPTIONS, _pairs)


_OPTIONS: dict[str, tuple[Any, Any]] = {
    "event_name": (EventNames, []),
    "status": (Statuses, []),
    "webhook_id": (WebhookIds, []),
    "request_id": (RequestIds, []),
    "customer": (Customers, []),
    "attributes": (Attributes, []),
    "words": (Words, []),
    "patterns": (Patterns, []),
    "slower_than": (SlowerThan, None),
    "from_date": (FromDate, ""),
    "to_date": (ToDate, ""),
    "saved": (Saved, []),
}


def _pairs(options: dict[str, Any]) -> Pairs:
    slower_than = options["slower_than"]
    return [
        *pairs_of("event_name", *options["event_name"]),
        *pairs_of("status", *options["status"]),
        *pairs_of("webhook_id", *options["webhook_id"]),
        *pairs_of("id", *options["request_id"]),
        *pairs_of("customer", *options["customer"]),
        *map(attribute_pair, options["attributes"]),
        *pairs_of("q", *options["words"]),
        *pairs_of("pattern", *options["patterns"]),
        *([] if slower_than is None else pairs_of("min_response_time", str(slower_than))),
        *pairs_of("from_date", *filter(None, [options["from_date"]])),
        *pairs_of("to_date", *filter(None, [options["to_date"]])),
        *pairs_of(SAVED, *options["saved"]),
    ]
