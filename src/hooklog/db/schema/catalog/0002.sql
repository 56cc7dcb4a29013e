-- Questions to the log that an org keeps by name; the body is JSON.
CREATE TABLE saved_filter (
  org INTEGER NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;
