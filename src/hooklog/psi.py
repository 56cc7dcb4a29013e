"""What somebody without `psi:read` sees: sensitive values become `*****`, every other byte stays (contract I.7, I.24).

Pure text work; which names are sensitive is the catalog's to say. Names are matched at any depth and however they
are escaped, so that no spelling of a key shows its value.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

__all__ = [
    "MASK",
    "is_nested",
    "mask_attribute",
    "mask_attributes",
    "mask_nested",
    "mask_text",
    "mask_values",
]

MASK = "*****"
_MASK_JSON = f'"{MASK}"'
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}:,]|[^\s"\[\]{}:,]+', re.DOTALL)
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def mask_text(text: str, names: frozenset[str]) -> str:
    """The text of a body with the values of sensitive attributes replaced.

    Args:
        text: as received; JSON or not.
        names: sensitive attribute names.

    Returns: the text itself when it holds no such name; `*****` whole when it holds one and is not JSON.
    """
    plain = _ESCAPED.sub(_unescaped, text) if "\\" in text else text
    if not any(name in plain for name in names):
        return text
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return MASK
    parts: list[str] = []
    done = 0
    for start, end in _sensitive_spans(text, names):
        parts += [text[done:start], _MASK_JSON]
        done = end
    return "".join([*parts, text[done:]])


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else match[2]


def mask_attributes(attributes: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    """A record's attributes with the sensitive values replaced; absent ones stay absent."""
    return {name: mask_attribute(name, text, names) for name, text in attributes.items()}


def mask_attribute(name: str, text: str, names: frozenset[str]) -> str:
    """An attribute's text as it is shown. What was sent nested is JSON text, in which sensitive names may stand."""
    if name in names:
        return MASK
    return mask_text(text, names) if is_nested(text) else text


def is_nested(text: str) -> bool:
    """Whether a stored text is what became of an object or array, rather than a text that begins like one."""
    if not text.startswith(("{", "[")):
        return False
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return False
    return True


def mask_values(value: object, names: frozenset[str]) -> object:
    """A decoded value with the values of sensitive names replaced at any depth, as `mask_text` does in its text."""
    if isinstance(value, dict):
        return {name: MASK if name in names else mask_values(inner, names) for name, inner in value.items()}
    return [mask_values(inner, names) for inner in value] if isinstance(value, list) else value


def mask_nested(body: bytes, names: frozenset[str], reserved: frozenset[str]) -> bytes:
    """An event's input with the sensitive values hidden that lie within its objects and arrays, all else as it was.

    Args:
        body: a JSON object.
        names: of the sensitive attributes.
        reserved: whose values are no attributes of the event, such as `orgResolver`; they stay.
    """
    values = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    hidden = {
        name: mask_text(text, names)
        for name, raw in values.items()
        if name not in reserved and is_nested(text := bytes(raw).decode())
    }
    return msgspec.json.encode(values | {name: msgspec.Raw(text.encode()) for name, text in hidden.items()})


def _sensitive_spans(text: str, names: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where the values of sensitive keys lie in a JSON text, in order and not overlapping."""
    tokens = _TOKEN.finditer(text)
    before = ""
    for token in tokens:
        if token[0] == ":" and msgspec.json.decode(before) in names:
            yield _value_span(tokens)
        before = token[0]


def _value_span(tokens: Iterator[re.Match[str]]) -> tuple[int, int]:
    """From the next token to the end of the value that it begins."""
    first = next(tokens)
    depth = 1 if first[0] in "[{" else 0
    last = first
    while depth:
        last = next(tokens)
        if last[0] in {"[", "{"}:
            depth += 1
        elif last[0] in {"]", "}"}:
            depth -= 1
    return first.start(), last.end()
