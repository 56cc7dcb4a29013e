"""What lies nested is hidden by its name; all else of an input stays as it was."""

import pytest

from hooklog.psi import mask_nested

NAMES, RESERVED = frozenset({"pan", "type"}), frozenset({"orgResolver"})


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"note":{"pan":"4111","city":"Pune"}}', b'{"note":{"pan":"*****","city":"Pune"}}'),
        (b'{"pan":"4111","many":[1.50,{"pan":[2]}]}', b'{"pan":"4111","many":[1.50,{"pan":"*****"}]}'),
        (b'{"orgResolver":{"type":"PARENT_CHILD_ORG"}}', b'{"orgResolver":{"type":"PARENT_CHILD_ORG"}}'),
        (b'{"amount":1.50,"note":"{pan"}', b'{"amount":1.50,"note":"{pan"}'),
    ],
)
def test_sensitive_names_are_hidden_within_objects_and_arrays_only(body: bytes, shown: bytes) -> None:
    assert shown == mask_nested(body, NAMES, RESERVED)
