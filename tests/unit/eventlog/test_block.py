"""What goes into a block comes out of it, whatever it is, and blocks stay bounded."""

import uuid
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.event import USUAL_MESSAGES, Stage, StageOutcome, Status, id_to_text
from hooklog.eventlog.base import Settled
from hooklog.eventlog.block import INPUT_BYTES_MAX, SLOTS_MAX, Block, cut, judged_records, pack
from hooklog.passage import Passage, Turn
from hooklog.testing.builders import START_MS, make_id, make_record, make_settled

TURNS = [
    Turn(Stage.ROUTE_ORG, START_MS * 1000 + 7, 3),
    Turn(Stage.VALIDATE, START_MS * 1000 + 5, 0),
    Turn(Stage.CONSUME_EI, START_MS * 1000 + 2**40, 2**33),
]
DETAIL: dict[str, object] = {"field": "mobile", "list": [1, None, "ü"]}
passages = st.builds(
    Passage,
    st.just(TURNS) | st.just(TURNS[:1]),
    st.integers(0, 1),
    st.dictionaries(st.sampled_from([int(turn.stage) for turn in TURNS]), st.none() | st.just(DETAIL)),
    st.sampled_from(StageOutcome),
)
unique_ids = (
    st.just(id_to_text(make_id(1)))
    | st.just(make_id(1).hex())
    | st.uuids().map(str)
    | st.binary(min_size=16, max_size=16).map(bytes.hex)
    | st.binary(min_size=16, max_size=16).map(lambda raw: raw.hex().upper())
    | st.text(min_size=32, max_size=36)
)


def read(settled: list[Settled]) -> list[tuple[Any, ...]]:
    block = Block(pack(settled))
    assert len(settled) == len(block)
    return [
        (
            block.input_and_message(slot, item.entry.status),
            block.version(slot),
            block.stages(slot, item.entry.id),
            block.record(slot, item.entry.id),
        )
        for slot, item in enumerate(settled)
    ]


def judged(settled: list[Settled]) -> list[tuple[Any, ...]]:
    return judged_records(pack(settled), [(slot, item.entry.id) for slot, item in enumerate(settled)])


def told(item: Settled) -> tuple[Any, ...]:
    return (item.entry.input, item.entry.message), item.definition_version, item.stages, item.record


@settings(deadline=None, print_blob=True)
@given(
    st.lists(
        st.builds(
            lambda status, message, version, passage, unique_id, body: make_settled(
                1,
                status=status,
                message=USUAL_MESSAGES.get(status, "") if message is None else message,
                definition_version=version,
                passage=passage,
                record=None if unique_id is None else make_record(unique_id=unique_id, psi=("mobile",)),
                input=body,
            ),
            st.sampled_from(Status),
            st.none() | st.sampled_from([*USUAL_MESSAGES.values(), "", "é\x00"]),
            st.integers(0, 2**40),
            passages | st.just(()) | st.just(make_settled(1).passage),
            st.none() | unique_ids,
            st.binary(max_size=40),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_all_of_every_event_comes_back(settled: list[Settled]) -> None:
    assert [told(item) for item in settled] == read(settled)
    assert [(item.definition_version, item.record) for item in settled] == judged(settled)


@pytest.mark.parametrize(
    "unique_id",
    [
        id_to_text(make_id(1)),
        id_to_text(make_id(1)).upper(),
        id_to_text(make_id(2)),
        make_id(1).hex(),
        "-" * 36,
        str(uuid.UUID(int=0)).replace("-", "x"),
        "",
    ],
)
def test_a_unique_id_comes_back_letter_by_letter(unique_id: str) -> None:
    settled = make_settled(1, record=make_record(unique_id=unique_id))
    assert [told(settled)] == read([settled])
    assert [(0, settled.record)] == judged([settled])


def test_turns_of_a_batch_are_in_a_block_once() -> None:
    events = [make_settled(number, passage=Passage(TURNS * 20, 60, {})) for number in range(100)]
    shared = [msgspec.structs.replace(item, passage=events[0].passage) for item in events]
    assert len(pack(shared)) < len(pack(events)) / 4


def test_a_block_has_a_bounded_number_of_events() -> None:
    events = [make_settled(number) for number in range(2 * SLOTS_MAX + 1)]
    parts = list(cut(events))
    assert [SLOTS_MAX, SLOTS_MAX, 1] == [len(part) for part in parts]
    assert events == [item for part in parts for item in part]


def test_a_block_has_a_bounded_size_and_a_large_input_one_of_its_own() -> None:
    sizes = [10, 2**20, 10, INPUT_BYTES_MAX, 10, INPUT_BYTES_MAX - 10, 10]
    events = [make_settled(number, input=b"x" * size) for number, size in enumerate(sizes)]
    parts = [[len(item.entry.input) for item in part] for part in cut(events)]
    assert [[10], [2**20], [10], [INPUT_BYTES_MAX], [10, INPUT_BYTES_MAX - 10], [10]] == parts


def test_nothing_is_cut_into_nothing() -> None:
    assert [] == list(cut([]))
