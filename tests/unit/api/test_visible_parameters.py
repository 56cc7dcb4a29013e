"""Filters are shown without the sensitive values that their author could see and the reader may not."""

from collections.abc import Mapping

import pytest

from hooklog.api.masking import Mask
from hooklog.api.visible_parameters import Visible, visible_parameters
from hooklog.catalog.memory import MemoryCatalog
from hooklog.directory.memory import MemoryDirectory
from hooklog.testing.setting import ORG_ID, Setting, field

ASKED = {
    "attr.pin": ["1234", "!99"],
    "attr.shop": ["Palace"],
    "customer": ["mobile:919800000001", "!EMAIL:a@b.c", "4711"],
    "q": ["palace 1234", "!919800000001"],
    "status": ["!EVENT_SUCCESS"],
    "pin": ["7"],
}
MASKED = {
    **ASKED,
    "attr.pin": ["*****", "!*****"],
    "customer": ["mobile:*****", "!EMAIL:*****", "4711"],
    "q": ["*****", "!*****"],
}


def shown(asked: Mapping[str, list[str]], *, is_by_seer: bool = True, marks: bool = True) -> Visible:
    """What somebody without `psi:read` sees in an org that marks `pin` as sensitive, or nothing."""
    setting = Setting(MemoryCatalog(), MemoryDirectory())
    setting.define("pay", field("pin", "string", **({"isPsiData": "true"} if marks else {})))
    mask = Mask(setting.catalog, setting.directory)
    return visible_parameters(asked, ORG_ID, is_by_seer=is_by_seer, mask=mask)


def test_values_words_and_customers_are_hidden_and_signs_and_types_stay() -> None:
    assert Visible(MASKED, is_masked=True) == shown(ASKED)


def test_who_may_see_all_sees_all() -> None:
    assert Visible(ASKED, is_masked=False) == visible_parameters(ASKED, ORG_ID, is_by_seer=True, mask=None)


def test_nothing_is_hidden_of_what_was_only_thought_of() -> None:
    assert Visible(ASKED, is_masked=False) == shown(ASKED, is_by_seer=False)


def test_nothing_is_hidden_where_nothing_is_marked() -> None:
    assert Visible(ASKED, is_masked=False) == shown(ASKED, marks=False)


@pytest.mark.parametrize("asked", [{}, {"status": ["EVENT_SUCCESS"]}, {"customer": ["4711", "!4712"]}])
def test_what_has_nothing_sensitive_is_not_masked(asked: dict[str, list[str]]) -> None:
    assert Visible(asked, is_masked=False) == shown(asked)
