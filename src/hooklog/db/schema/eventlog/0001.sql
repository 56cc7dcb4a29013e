-- One row: where the worker stands. `epoch` fences workers: each one that takes over counts it up, and every
-- commit checks it. `is_running` tells an unclean death from a clean end. `records` counts the dated records ever
-- written: it says which run of `record_of` the next ones go to. `blocks` counts the blocks ever written.
CREATE TABLE state (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  log_id BLOB NOT NULL,
  position INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  is_running INTEGER NOT NULL,
  suspect_id BLOB,
  suspect_deaths INTEGER NOT NULL DEFAULT 0,
  records INTEGER NOT NULL DEFAULT 0,
  blocks INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Event names, webhook ids and patterns, each kept once an org, as long as a kind has it. 0 stands for "no event name".
-- Numbers are never reused: readers remember what they stand for.
CREATE TABLE word (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  org INTEGER NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (org, text)
) STRICT;

-- What entries have in common and are filtered and counted by, kept once, as long as an entry has it. `parent` is NULL
-- where there is none, `pattern` is what the messages of failures have in common: 0 for none. `dating` is 0 where
-- entries have no record, 1 where its time is the second of acceptance, 2 for a duplicate of that, 3 where it has
-- another time. Numbers are never reused: readers remember what they stand for.
CREATE TABLE kind (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  org INTEGER NOT NULL,
  status INTEGER NOT NULL,
  name INTEGER NOT NULL,
  webhook INTEGER NOT NULL,
  parent INTEGER,
  pattern INTEGER NOT NULL,
  dating INTEGER NOT NULL
) STRICT;

CREATE INDEX kind_by_name ON kind (org, name, status);
CREATE INDEX kind_by_webhook ON kind (org, webhook);
CREATE INDEX kind_by_pattern ON kind (org, pattern);

-- The log itself. (org, id) descending is newest first, because the id is a UUIDv7: one clustered tree serves
-- order, paging and look-up. `place` is block * 128 + slot: where all that explains the entry lies.
CREATE TABLE entry (
  org INTEGER NOT NULL,
  id BLOB NOT NULL,
  kind INTEGER NOT NULL,
  response_ms INTEGER NOT NULL,
  place INTEGER NOT NULL,
  PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;

-- What explains entries: the inputs, messages, timelines and records of some that settled together, compressed
-- as one. `live` is how many of them are still in `entry`; the block goes with the last.
CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  live INTEGER NOT NULL,
  dictionary INTEGER,
  body BLOB NOT NULL
) STRICT;

-- What small blocks are compressed against: parts of earlier ones. Never deleted, so that no block is ever left
-- without its own; a new one is made once a day at most.
CREATE TABLE dictionary (
  id INTEGER PRIMARY KEY,
  made_ms INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

-- When there are entries of a kind, and how many, in moments of 4 ms of acceptance: where to look in `entry`. A busy
-- log has far fewer of these rows than entries.
CREATE TABLE moment (
  kind INTEGER NOT NULL,
  time INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (kind, time)
) STRICT, WITHOUT ROWID;

-- The same by status alone for what failed: an org may have any number of kinds of failures, since sources send
-- any names.
CREATE TABLE failure (
  org INTEGER NOT NULL,
  status INTEGER NOT NULL,
  time INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (org, status, time)
) STRICT, WITHOUT ROWID;

-- How many entries there are by kind in each second (level 0), minute (1), quarter of an hour (2) and day (3) of
-- acceptance, UTC. `time` counts such units since 1970.
CREATE TABLE rollup (
  level INTEGER NOT NULL,
  org INTEGER NOT NULL,
  time INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (level, org, time, kind)
) STRICT, WITHOUT ROWID;

-- The dated records, whose event tells a time (epoch seconds) in another second than its acceptance, in one narrow
-- tree. All others lie in `entry` in their own order. What is asked for most, the name and whether it is a duplicate,
-- stands in front: a walk over a few such lanes, merged, gives any org's dated records in order, and counting them
-- touches nothing else. `run` says where `record_of` has the same record.
CREATE TABLE record_at (
  org INTEGER NOT NULL,
  name INTEGER NOT NULL,
  is_duplicate INTEGER NOT NULL,
  event_at INTEGER NOT NULL,
  id BLOB NOT NULL,
  run INTEGER NOT NULL,
  PRIMARY KEY (org, name, is_duplicate, event_at, id)
) STRICT, WITHOUT ROWID;

-- The dated records of each customer (kind 0) and group (kind 1); the index of values has those of all others.
-- Customers come in no order, and a tree over all of them would be written a page a record; so it begins anew with each
-- run of some thousand records, whose pages stay warm while they fill. A look-up probes every run.
CREATE TABLE record_of (
  run INTEGER NOT NULL,
  org INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  value INTEGER NOT NULL,
  event_at INTEGER NOT NULL,
  id BLOB NOT NULL,
  name INTEGER NOT NULL,
  is_duplicate INTEGER NOT NULL,
  PRIMARY KEY (run, org, kind, value, event_at, id)
) STRICT, WITHOUT ROWID;

-- The index of values: under which keys (hashes of customers and attribute values) which entries are. Every commit
-- adds a run; runs are merged into larger ones, so there are never many. A run is the ids of its entries, in order, by
-- their first 8 bytes, and its items, in order: key * 2^20 + place of the entry among the ids. Nothing in a run
-- changes. `state` is 0 where it is read, 1 while it is being built (up to the key `built`) from the runs whose blocks
-- are among its own, 2 when it is to be deleted. It goes when there is no block any more from `first_block` to
-- `last_block`. `small` has the whole run where it fits into a page.
CREATE TABLE value_run (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  state INTEGER NOT NULL,
  level INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  items INTEGER NOT NULL,
  lowest INTEGER NOT NULL,
  highest INTEGER NOT NULL,
  first_block INTEGER NOT NULL,
  last_block INTEGER NOT NULL,
  built INTEGER NOT NULL DEFAULT 0,
  small BLOB
) STRICT;

-- Some items of a run: the lowest, and the distance of each from it in `width` bytes. A part fills about a page.
CREATE TABLE value_part (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  first INTEGER NOT NULL,
  width INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE INDEX value_part_by_first ON value_part (run, first);

-- The ids of a run in the same form; every part but the last has 780 of them.
CREATE TABLE value_id (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  part INTEGER NOT NULL,
  first INTEGER NOT NULL,
  width INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE INDEX value_id_by_part ON value_id (run, part);

-- Events that cannot settle yet. Nothing holds the position back: they wait here.
CREATE TABLE pending (
  org INTEGER NOT NULL,
  id BLOB NOT NULL,
  next_at INTEGER NOT NULL,
  parked BLOB NOT NULL,
  PRIMARY KEY (org, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_by_time ON pending (next_at);
CREATE INDEX pending_by_org ON pending (org, next_at);

-- Unique keys and the first event that had them. Keys outlive the log's retention.
CREATE TABLE claim (
  org INTEGER NOT NULL,
  key BLOB NOT NULL,
  owner BLOB NOT NULL,
  is_settled INTEGER NOT NULL,
  PRIMARY KEY (org, key)
) STRICT, WITHOUT ROWID;

-- One row per commit, in commit order: what followers (tail, indexes, exports) go by. `place` is the first place of
-- the commit, `place + places` its last; `spans` are the milliseconds of acceptance in which its entries lie, by
-- org, and how many in each.
CREATE TABLE feed (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  place INTEGER NOT NULL,
  places INTEGER NOT NULL,
  spans BLOB NOT NULL
) STRICT;
