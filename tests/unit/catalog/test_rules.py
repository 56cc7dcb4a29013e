"""What may become of a definition that is there already (contract I.9, I.31, II.4.2)."""

import msgspec
import pytest

from hooklog.catalog.definition import Attribute, Definition, Field, PublishState
from hooklog.catalog.field_catalogue import with_defaults
from hooklog.catalog.rules import why_not_update
from hooklog.catalog.standard_events import standard_definition, standard_events
from hooklog.testing.builders import ORG, make_definition, make_field

CUSTOMER = with_defaults(make_field("mobile", "customer"))
NOTE = with_defaults(make_field("note", "string", isRequired="false"))
KEY = with_defaults(make_field("ref", "string", isUniqueKeyField="true"))


def unpublished(*fields: Field) -> Definition:
    return make_definition(fields=(CUSTOMER, *fields))


def published(*fields: Field) -> Definition:
    return msgspec.structs.replace(unpublished(*fields), state=PublishState.PUBLISHED)


def test_before_publishing_fields_come_and_go() -> None:
    for fields in ((), (NOTE,), (NOTE, KEY), (with_defaults(make_field("note", "double")),)):
        assert "" == why_not_update(unpublished(NOTE), (CUSTOMER, *fields))


@pytest.mark.parametrize("definition", [unpublished(KEY), published(KEY)])
def test_the_unique_key_loses_no_field(definition: Definition) -> None:
    lost = with_defaults(make_field("ref", "string"))
    for fields in ((CUSTOMER,), (CUSTOMER, lost)):
        assert "field 'ref' is part of the unique key" in why_not_update(definition, fields)
    assert "" == why_not_update(definition, (CUSTOMER, KEY))


def test_the_unique_key_can_grow_before_publishing() -> None:
    plain = with_defaults(make_field("ref", "string"))
    assert "" == why_not_update(unpublished(plain), (CUSTOMER, KEY))
    assert "" != why_not_update(published(plain), (CUSTOMER, KEY))


@pytest.mark.parametrize(
    "fields",
    [
        (CUSTOMER,),
        (CUSTOMER, NOTE, KEY),
        (NOTE, CUSTOMER),
        (CUSTOMER, msgspec.structs.replace(NOTE, name="Note")),
        (CUSTOMER, msgspec.structs.replace(NOTE, type="enum")),
        (CUSTOMER, with_defaults(make_field("note", "string"))),
        (CUSTOMER, with_defaults(make_field("note", "string", isRequired="false", regex="a"))),
    ],
)
def test_after_publishing_fields_are_frozen(fields: tuple[Field, ...]) -> None:
    assert "the event is published" in why_not_update(published(NOTE), fields)


def test_after_publishing_sensitive_marks_can_be_added_and_not_taken_away() -> None:
    marked = with_defaults(make_field("note", "string", isRequired="false", isPsiData="true"))
    assert "" == why_not_update(published(NOTE), (CUSTOMER, marked))
    assert "field 'note' must stay" in why_not_update(published(marked), (CUSTOMER, NOTE))


def test_spelling_is_no_change_but_the_case_of_a_regex_is() -> None:
    spelt = with_defaults(
        Field(
            "note",
            "string",
            {"isRequired": Attribute("FALSE", "Boolean"), "isUniqueKeyField": Attribute("False")},
        )
    )
    assert "" == why_not_update(published(NOTE), (CUSTOMER, spelt))
    lower, upper = (with_defaults(make_field("note", "string", regex=text)) for text in ("a", "A"))
    assert "" != why_not_update(published(lower), (CUSTOMER, upper))


def test_what_a_file_left_out_counts_as_filled_in() -> None:
    bare = published(Field("note", "string", {"isRequired": Attribute("false")}))
    assert "" == why_not_update(bare, (CUSTOMER, NOTE))


def test_a_standard_event_keeps_its_standard_fields_before_publishing() -> None:
    definition = standard_definition(ORG, standard_events()["ProductSearched"])
    customer, term = definition.fields
    assert "" == why_not_update(definition, (NOTE, term, customer))
    own = msgspec.structs.replace(definition, fields=(*definition.fields, NOTE))
    assert "" == why_not_update(own, definition.fields), "what the org added may go"
    for fields in ((customer,), (customer, msgspec.structs.replace(term, type="enum"))):
        assert "'searchTerm' belongs to the standard event" in why_not_update(definition, fields)
    keyed = with_defaults(make_field("searchTerm", "string", isUniqueKeyField="true"))
    assert "" == why_not_update(definition, (customer, keyed))
