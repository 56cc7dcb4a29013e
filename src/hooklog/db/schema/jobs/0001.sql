-- Bulk replays. `asked` and `plan` are msgpack; all originals up to `cursor` are done with, and while `chunk_end` is
-- set those behind it, up to that one, may be. `skipped` counts what was left out, by the kind of obstacle.
CREATE TABLE job (
  id BLOB PRIMARY KEY,
  org INTEGER NOT NULL,
  state TEXT NOT NULL,
  asked BLOB NOT NULL,
  plan BLOB NOT NULL,
  cursor BLOB NOT NULL,
  chunk_end BLOB,
  appended INTEGER NOT NULL,
  skipped BLOB NOT NULL,
  changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX job_by_org ON job (org, id);
CREATE INDEX job_by_state ON job (state, id);
