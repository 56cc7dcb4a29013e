"""Event names and webhook ids are kept as long as an entry has them: sources may send ever new names."""

from pathlib import Path

from hooklog.eventlog.query import Query
from hooklog.eventlog.sqlite_reader import SqliteEventLogReader
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.builders import ORG, START_MS, make_batch, make_entry, make_id, make_settled


def _words(reader: SqliteEventLogReader) -> list[str]:
    connection = reader._pool.connection()
    return [str(row[0]) for row in connection.execute("SELECT text FROM word ORDER BY text")]


def test_a_name_goes_with_the_last_entry_that_has_it(tmp_path: Path) -> None:
    writer = SqliteEventLogWriter(tmp_path)
    writer.take_over()
    old = [make_id(number, START_MS + number) for number in (1, 2, 3)]
    new = make_id(4, START_MS + 1000)
    names = ["only-old", "both", "old-too", "both"]
    items = [
        make_settled(entry=make_entry(id=request_id, event_name=name))
        for request_id, name in zip([*old, new], names, strict=True)
    ]
    writer.commit(make_batch(0, *items, to_position=4))
    reader = SqliteEventLogReader(tmp_path)
    webhook = items[0].entry.webhook_id
    assert sorted(["both", "old-too", "only-old", webhook]) == _words(reader)

    assert 3 == writer.remove_expired(ORG, START_MS + 500, 100)
    assert sorted(["both", webhook]) == _words(reader)

    again = make_settled(entry=make_entry(id=make_id(5, START_MS + 2000), event_name="only-old"))
    writer.commit(make_batch(4, again, to_position=5))
    page = reader.page(Query(org_ids=(ORG,)))
    assert ["only-old", "both"] == [entry.event_name for entry in page]
    reader.close()
    writer.end()
