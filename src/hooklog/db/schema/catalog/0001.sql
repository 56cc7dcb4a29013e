-- Every version of every definition; the body is JSON, so that people can read the file. What changes without
-- making a version (state, verification, label) changes in the newest row.
CREATE TABLE definition (
  org INTEGER NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (org, name, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  org INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_by_org ON webhook (org);

-- What an org posted for one of its events; the body is JSON.
CREATE TABLE mapping (
  org INTEGER NOT NULL,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (org, event)
) STRICT, WITHOUT ROWID;

-- One row for each change, written in its transaction. `event` is NULL for a webhook, `author` for the operator,
-- `before` for something new; `after` and `before` are bodies as in the tables above.
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  org INTEGER NOT NULL,
  event TEXT,
  kind TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  author TEXT,
  after TEXT NOT NULL,
  before TEXT
) STRICT;

CREATE INDEX audit_by_org ON audit (org, sequence);
CREATE INDEX audit_by_event ON audit (org, event, sequence);
