DROP TABLE gx_import_row;
DROP TABLE gx_import;

CREATE TABLE gx_import (
  id INTEGER PRIMARY KEY,
  object TEXT NOT NULL,
  file_name TEXT NOT NULL,
  state TEXT NOT NULL,
  options TEXT NOT NULL,
  report TEXT NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER,
  cancelled INTEGER NOT NULL,
  rejects TEXT,
  created_at INTEGER NOT NULL,
  created_by INTEGER,
  finished_at INTEGER,
  undone_at INTEGER,
  undone_by INTEGER
) STRICT;
CREATE INDEX gx_import_unfinished ON gx_import (id) WHERE finished_at IS NULL;

CREATE TABLE gx_import_part (
  import INTEGER NOT NULL,
  part INTEGER NOT NULL,
  undone INTEGER NOT NULL,
  changes TEXT NOT NULL,
  PRIMARY KEY (import, part)
) STRICT;
