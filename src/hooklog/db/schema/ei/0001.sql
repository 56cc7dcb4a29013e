-- One row: how far the analytical export has come in the feed of one event log. `planned` is the last sequence
-- of the files that are being written, stored before the first of them; NULL while none are.
CREATE TABLE state (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  log_id BLOB NOT NULL,
  cursor INTEGER NOT NULL,
  planned INTEGER
) STRICT;
