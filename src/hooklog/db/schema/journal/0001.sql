-- One row per commit group. `last` is the position of the group's last event, so the counter that
-- AUTOINCREMENT keeps is the highest position ever given out, also when the table was trimmed empty.
-- The small columns stand before the blob: reading them does not touch its overflow pages.
CREATE TABLE journal (
  last INTEGER PRIMARY KEY AUTOINCREMENT,
  count INTEGER NOT NULL CHECK (count > 0),
  orgs BLOB NOT NULL,   -- MessagePack map: org id -> events of that org in the group
  events BLOB NOT NULL  -- MessagePack array of events
) STRICT;

-- One row: which event log this journal belongs to, and the position that this file goes on from.
CREATE TABLE origin (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  log_id BLOB NOT NULL,
  starts_after INTEGER NOT NULL
) STRICT;
