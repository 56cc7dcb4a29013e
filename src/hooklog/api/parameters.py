"""Reading the URL's parameters of routes that take each at most once; the last one counts."""

from collections.abc import Iterable, Mapping

from hooklog.api.envelope import ApiError, Notice, ignored

__all__ = [
    "boolean_parameter",
    "limit_parameter",
    "one_of",
    "parameter",
    "required_parameter",
    "unknown_parameters",
]

Parameters = Mapping[str, list[str]]

_BOOLEANS = {"true": True, "false": False}


def parameter(parameters: Parameters, name: str) -> str | None:
    """The text of a parameter; None where it was not given."""
    values = parameters.get(name)
    return values[-1] if values else None


def required_parameter(parameters: Parameters, name: str) -> str:
    """The text of a parameter.

    Raises:
        ApiError: 400 where it is missing or blank.
    """
    text = parameter(parameters, name)
    if not text:
        raise ApiError(400, f"query parameter {name} is missing; name the event")
    return text


def boolean_parameter(parameters: Parameters, name: str) -> bool | None:
    """A parameter that is true or false, in any case; None where it was not given.

    Raises:
        ApiError: 400 for anything else.
    """
    text = parameter(parameters, name)
    if text is None:
        return None
    if text.lower() not in _BOOLEANS:
        raise ApiError(400, f"query parameter {name} is {text!r}; allowed are true, false")
    return _BOOLEANS[text.lower()]


def one_of(parameters: Parameters, name: str, allowed: Iterable[str]) -> str | None:
    """A parameter with a closed set of texts, in any case; None where it was not given.

    Raises:
        ApiError: 400 for any other text.
    """
    text = parameter(parameters, name)
    if text is None:
        return None
    known = {one.upper(): one for one in allowed}
    if text.upper() not in known:
        raise ApiError(400, f"query parameter {name} is {text!r}; allowed are {', '.join(known.values())}")
    return known[text.upper()]


def limit_parameter(parameters: Parameters, default: int, maximum: int) -> int:
    """How many things to show.

    Raises:
        ApiError: 400 for anything but a whole number from 1 to `maximum`.
    """
    text = parameter(parameters, "limit")
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= maximum):
        raise ApiError(400, f"limit {text!r} is not allowed; it must be a whole number from 1 to {maximum}")
    return int(text)


def unknown_parameters(parameters: Parameters, known: Iterable[str]) -> list[Notice]:
    """A warning for each parameter that means nothing here, or was given several times; `format` is documented to mean
    nothing.
    """
    return ignored(parameters, {*known, "format"})
