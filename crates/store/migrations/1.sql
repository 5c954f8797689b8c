-- The program's own tables. Written for SQLite; the dialect rewrites types for PostgreSQL.

CREATE TABLE gx_counter (
  key TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;

CREATE TABLE gx_setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Differences of the site's layer from the shipped documents.
CREATE TABLE gx_meta (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  patch TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT;

CREATE TABLE gx_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor INTEGER,
  channel TEXT NOT NULL,
  object TEXT NOT NULL,
  record INTEGER,
  name TEXT NOT NULL,
  data TEXT NOT NULL,
  root INTEGER
) STRICT;
CREATE INDEX gx_event_record ON gx_event (record, id);
CREATE INDEX gx_event_root ON gx_event (root, id);
CREATE INDEX gx_event_actor ON gx_event (actor, id);
CREATE INDEX gx_event_object ON gx_event (object, name, id);
CREATE INDEX gx_event_at ON gx_event (at);

-- Consecutive ranges of events; each hash covers the one before it.
CREATE TABLE gx_seal (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  count INTEGER NOT NULL,
  hash TEXT NOT NULL,
  pruned INTEGER NOT NULL
) STRICT;

CREATE TABLE gx_job (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue TEXT NOT NULL,
  payload TEXT NOT NULL,
  subject INTEGER,
  unique_key TEXT,
  created_at INTEGER NOT NULL,
  run_at INTEGER NOT NULL,
  leased_until INTEGER,
  attempts INTEGER NOT NULL,
  dead_at INTEGER,
  problem TEXT
) STRICT;
CREATE INDEX gx_job_due ON gx_job (queue, run_at, id) WHERE dead_at IS NULL;
CREATE UNIQUE INDEX gx_job_unique ON gx_job (queue, unique_key) WHERE dead_at IS NULL;

CREATE TABLE gx_schedule (
  name TEXT PRIMARY KEY,
  last_date TEXT NOT NULL
) STRICT;

CREATE TABLE gx_idempotency (
  subject INTEGER NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  response TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (subject, key)
) STRICT;
CREATE INDEX gx_idempotency_at ON gx_idempotency (at);

CREATE TABLE gx_credential (
  subject INTEGER PRIMARY KEY,
  login TEXT NOT NULL UNIQUE,
  hash TEXT,
  failures INTEGER NOT NULL,
  locked_until INTEGER,
  must_change INTEGER NOT NULL,
  changed_at INTEGER
) STRICT;

CREATE TABLE gx_session (
  hash TEXT PRIMARY KEY,
  subject INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  csrf TEXT NOT NULL
) STRICT;
CREATE INDEX gx_session_subject ON gx_session (subject);
CREATE INDEX gx_session_expires ON gx_session (expires_at);

CREATE TABLE gx_key (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  prefix TEXT NOT NULL,
  subject INTEGER NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  used_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX gx_key_subject ON gx_key (subject);

CREATE TABLE gx_link_token (
  hash TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  subject INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX gx_link_token_subject ON gx_link_token (subject);

CREATE TABLE gx_share (
  id INTEGER PRIMARY KEY,
  object TEXT NOT NULL,
  record INTEGER NOT NULL,
  to_user INTEGER,
  to_department INTEGER,
  level TEXT NOT NULL,
  until INTEGER,
  created_at INTEGER NOT NULL,
  created_by INTEGER
) STRICT;
CREATE INDEX gx_share_record ON gx_share (record);
CREATE INDEX gx_share_user ON gx_share (to_user, object);
CREATE INDEX gx_share_department ON gx_share (to_department, object);

CREATE TABLE gx_view (
  id INTEGER PRIMARY KEY,
  object TEXT NOT NULL,
  owner INTEGER,
  label TEXT NOT NULL,
  definition TEXT NOT NULL,
  position INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX gx_view_object ON gx_view (object, owner);

CREATE TABLE gx_notice (
  id INTEGER PRIMARY KEY,
  subject INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  object TEXT,
  record INTEGER,
  data TEXT NOT NULL,
  read_at INTEGER
) STRICT;
CREATE INDEX gx_notice_subject ON gx_notice (subject, id);
CREATE INDEX gx_notice_unread ON gx_notice (subject) WHERE read_at IS NULL;

CREATE TABLE gx_file (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  mime TEXT NOT NULL,
  size INTEGER NOT NULL,
  object TEXT,
  record INTEGER,
  created_at INTEGER NOT NULL,
  created_by INTEGER
) STRICT;
CREATE INDEX gx_file_record ON gx_file (record);
CREATE INDEX gx_file_hash ON gx_file (hash);

-- Normal forms by which duplicates are found.
CREATE TABLE gx_match (
  object TEXT NOT NULL,
  field TEXT NOT NULL,
  key TEXT NOT NULL,
  record INTEGER NOT NULL
) STRICT;
CREATE INDEX gx_match_key ON gx_match (object, field, key);
CREATE INDEX gx_match_record ON gx_match (record);

CREATE TABLE gx_import (
  id INTEGER PRIMARY KEY,
  object TEXT NOT NULL,
  state TEXT NOT NULL,
  file_name TEXT NOT NULL,
  options TEXT NOT NULL,
  report TEXT NOT NULL,
  total INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by INTEGER,
  finished_at INTEGER
) STRICT;

CREATE TABLE gx_import_row (
  import INTEGER NOT NULL,
  line INTEGER NOT NULL,
  data TEXT NOT NULL,
  problems TEXT,
  outcome TEXT,
  record INTEGER,
  before TEXT,
  PRIMARY KEY (import, line)
) STRICT;
CREATE INDEX gx_import_row_record ON gx_import_row (record);
