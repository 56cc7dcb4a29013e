"""Customer identifiers in words: why one is malformed, and which attributes of a push look like one."""

from collections.abc import Mapping

from hooklog.directory.identifier import is_malformed

__all__ = ["FORMS", "look_like_customer", "why_malformed"]

FORMS = {
    "mobile": "an optional + and 7 to 15 digits",
    "email": "one @ with text around it",
    "userId": "a whole number of 64 bits",
}
_DIGITS_OF_A_NUMBER_MIN = 10  # shorter ones are more often codes and amounts


def why_malformed(kind: str, value: str) -> str:
    """What is wrong with a value of an identifier type, as the end of a sentence; "" where nothing is."""
    if not is_malformed(kind, value):
        return ""
    if kind == "mobile":
        return _why_no_mobile(value)
    if kind == "email":
        return _why_no_email(value)
    if value.removeprefix("-").isdecimal():
        return "it is beyond 64 bits"
    return "it is not a whole number"


def _why_no_mobile(value: str) -> str:
    digits = value.removeprefix("+")
    odd = sorted({character for character in digits if not (character.isascii() and character.isdigit())})
    if odd:
        shown = ", ".join("a space" if one == " " else f"`{one}`" for one in odd[:5])
        return f"it holds {shown}, and only digits may follow an optional +"
    return f"it has {len(digits)} digits, and 7 to 15 are allowed"


def _why_no_email(value: str) -> str:
    count = value.count("@")
    if count != 1:
        return f"it has {'no' if count == 0 else count} @, and exactly one is allowed"
    return f"it has no text {'before' if not value.partition('@')[0].strip() else 'behind'} the @"


def look_like_customer(attributes: Mapping[str, object], kind: str) -> list[str]:
    """The names of the attributes whose value could be a customer's identifier of a type, in their order."""
    if kind not in {"mobile", "email"}:
        return []
    found = []
    for name, value in attributes.items():
        is_number = isinstance(value, int) and not isinstance(value, bool)
        text = str(value) if is_number else value
        if isinstance(text, str) and not is_malformed(kind, text):
            digits = sum(map(str.isdigit, text))
            if kind == "email" or digits >= _DIGITS_OF_A_NUMBER_MIN:
                found.append(name)
    return found
