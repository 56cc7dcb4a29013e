"""A worker ends although its disk has gone."""

from pathlib import Path

import apsw
import pytest

from hooklog.errors import StorageUnavailable
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter
from hooklog.testing.disk import Disk
from hooklog.testing.power import mounted


def test_connection_is_closed_although_the_end_cannot_be_noted(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    with mounted(disk) as vfs:
        log = SqliteEventLogWriter(disk.root, vfs=vfs)
        log.take_over()
        disk.cut_power()
        with pytest.raises(StorageUnavailable):
            log.end()
        with pytest.raises(apsw.ConnectionClosedError):
            log._connection.execute("SELECT 1")
