CREATE TABLE org (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  parent_org INTEGER NOT NULL,
  time_zone TEXT NOT NULL,
  is_basic_auth_enabled INTEGER NOT NULL
) STRICT;

CREATE INDEX org_by_parent ON org (parent_org);

-- Codes are unique in an installation: a till signs in with nothing else.
CREATE TABLE till (
  code TEXT PRIMARY KEY,
  org INTEGER NOT NULL,
  id INTEGER NOT NULL,
  UNIQUE (org, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE customer (
  org INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  PRIMARY KEY (org, user_id)
) STRICT, WITHOUT ROWID;

-- The highest user id in use, so that a made customer gets one that nobody has in any org.
CREATE TABLE user_counter (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  last INTEGER NOT NULL
) STRICT;

INSERT INTO user_counter VALUES (1, 0);

-- Values are in canonical form. The key is what makes creating a customer idempotent by identifier.
CREATE TABLE identifier (
  org INTEGER NOT NULL,
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  source TEXT NOT NULL,
  account TEXT NOT NULL,
  user_id INTEGER NOT NULL,
  PRIMARY KEY (org, type, value, source, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX identifier_by_user ON identifier (org, user_id);

CREATE TABLE user_group (
  org INTEGER NOT NULL,
  id INTEGER NOT NULL,
  external_id TEXT NOT NULL,
  primary_user INTEGER,
  PRIMARY KEY (org, id),
  UNIQUE (org, external_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_group_by_primary ON user_group (org, primary_user);

CREATE TABLE member (
  org INTEGER NOT NULL,
  group_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  PRIMARY KEY (org, group_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_by_user ON member (org, user_id);
