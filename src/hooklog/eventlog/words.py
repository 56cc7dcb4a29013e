"""What a word is wherever text is searched (contract I.3 `q`, I.12).

Case-folded, split at what is neither letter nor digit.
"""

import re

__all__ = ["words_of"]

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> frozenset[str]:
    """The words of a text, each once; none where it has neither letters nor digits."""
    return frozenset(_WORD.findall(text.casefold()))
