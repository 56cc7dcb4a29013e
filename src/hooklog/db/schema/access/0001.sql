-- Who may call. Secrets are argon2id hashes; `scopes` is their texts with blanks between, NULL where the usual ones apply.

CREATE TABLE till_login (
  org_id INTEGER NOT NULL,
  till_id INTEGER NOT NULL,
  code TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  scopes TEXT,
  PRIMARY KEY (org_id, till_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE client (
  org_id INTEGER NOT NULL,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  secret_hash TEXT NOT NULL,
  default_till TEXT NOT NULL,
  ttl_seconds INTEGER NOT NULL,
  scopes TEXT,
  falls_back_to_default_till INTEGER NOT NULL,
  PRIMARY KEY (org_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
  org_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  lookup TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  scopes TEXT NOT NULL,
  PRIMARY KEY (org_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX api_key_by_lookup ON api_key (lookup);
