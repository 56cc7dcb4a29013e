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
