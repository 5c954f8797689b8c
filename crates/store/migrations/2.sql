-- Merges that were made, each with what it takes to take it back.
CREATE TABLE gx_merge (
  id INTEGER PRIMARY KEY,
  object TEXT NOT NULL,
  main INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor INTEGER,
  journal TEXT NOT NULL,
  undone_at INTEGER,
  undone_by INTEGER
) STRICT;
CREATE INDEX gx_merge_main ON gx_merge (main);

-- Pairs that a person looked at and found to be two; the smaller id stands first.
CREATE TABLE gx_distinct (
  object TEXT NOT NULL,
  one INTEGER NOT NULL,
  other INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor INTEGER,
  PRIMARY KEY (object, one, other)
) STRICT;

-- What the last search through the whole set found.
CREATE TABLE gx_duplicate (
  object TEXT NOT NULL,
  number INTEGER NOT NULL,
  alike INTEGER NOT NULL,
  records TEXT NOT NULL,
  evidence TEXT NOT NULL,
  PRIMARY KEY (object, number)
) STRICT;
CREATE TABLE gx_duplicate_search (
  object TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  records INTEGER NOT NULL,
  clusters INTEGER NOT NULL
) STRICT;

-- Hand-overs of leavers: the plan outlives a crash, and the rows not yet moved say what is left to do.
CREATE TABLE gx_handover (
  id INTEGER PRIMARY KEY,
  leaver INTEGER NOT NULL,
  plan TEXT NOT NULL,
  moved TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by INTEGER,
  finished_at INTEGER
) STRICT;
CREATE INDEX gx_handover_leaver ON gx_handover (leaver);
