CREATE TABLE gx_sequence (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO gx_sequence VALUES ('record', 0);

-- Words are cut before they come here, so the tokenizer only parts them at spaces; the index keeps no
-- copy of the texts.
CREATE VIRTUAL TABLE gx_search USING fts5(
  object, open, guarded,
  content = '', contentless_delete = 1, tokenize = 'ascii', detail = column
);
