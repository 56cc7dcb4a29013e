-- Who changed which orgs, tills, customers and groups: one row for each request, written in the transaction of its change. An import is one row,
-- whose counts grow with it. `author` is JSON, so are `after` and `before`: NULL where it is gone, or was not there.
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  org INTEGER NOT NULL,
  about TEXT NOT NULL,
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  request TEXT NOT NULL UNIQUE,
  author TEXT NOT NULL,
  after TEXT,
  before TEXT
) STRICT;

CREATE INDEX audit_by_org ON audit (org, sequence);
