"""What a word is wherever text is searched (contract I.3 `q`, I.12).

Case-folded, split at what is neither letter nor digit.
"""

import re

__all__ = ["words_of", "words_of_json"]

_WORD = re.compile(r"[^\W_]+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_MEANS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def words_of(text: str) -> frozenset[str]:
    """The words of a text, each once; none where it has neither letters nor digits."""
    return frozenset(_WORD.findall(text.casefold()))


def words_of_json(text: str) -> frozenset[str]:
    r"""The words of a JSON text, and those that its escapes spell: `caf\u00e9` has the word café too.

    Many sources escape whatever is not ASCII, and whoever looks for a word does not know which. Any text will do.
    """
    words = words_of(text)
    if "\\" not in text:
        return words
    # Letters beyond the first plane are written as two escapes, which are one letter only together.
    read = _ESCAPE.sub(_meant, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return words | words_of(read)


def _meant(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _MEANS.get(match[2], match[2])
