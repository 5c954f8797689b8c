CREATE SEQUENCE gx_record_id AS BIGINT;

CREATE TABLE gx_search (
  record BIGINT PRIMARY KEY,
  object TEXT COLLATE "C" NOT NULL,
  open TSVECTOR NOT NULL,
  guarded TSVECTOR NOT NULL
);
CREATE INDEX gx_search_open ON gx_search USING GIN (open);
CREATE INDEX gx_search_guarded ON gx_search USING GIN (guarded);
