-- Which event repeats which, from the moment at which the replay settles or is parked, as long as its entry is there.
-- `org` is the replay's. `job` is empty where somebody replayed just this one.
CREATE TABLE replay (
  original BLOB NOT NULL,
  id BLOB NOT NULL,
  org INTEGER NOT NULL,
  job BLOB NOT NULL,
  PRIMARY KEY (original, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX replay_by_id ON replay (id);

-- How many replays of a job ended with which status.
CREATE TABLE replay_outcome (
  job BLOB NOT NULL,
  status INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (job, status)
) STRICT, WITHOUT ROWID;
