-- Reviewing edits and taking them back: what an edit made, rewound turns, notes for the model,
-- the ledger of attempts, and blobs that are compressed.

ALTER TABLE edits ADD COLUMN post_image TEXT;
ALTER TABLE edits ADD COLUMN new_path TEXT;
ALTER TABLE edits ADD COLUMN created_at TEXT NOT NULL DEFAULT '';
UPDATE edits SET created_at =
  coalesce((SELECT turns.created_at FROM turns WHERE turns.id = edits.turn_id), '');
CREATE INDEX edits_of_turn ON edits (turn_id);
CREATE INDEX edits_by_path ON edits (path);
CREATE INDEX edits_by_new_path ON edits (new_path) WHERE new_path IS NOT NULL;

-- rewound_by is the rewind that took the turn out of the conversation.
ALTER TABLE turns ADD COLUMN rewound_by TEXT;
CREATE INDEX turns_of_session ON turns (session_id);
CREATE INDEX turns_rewound ON turns (session_id, id) WHERE rewound_by IS NOT NULL;

-- state is done or undone; last_turn is the position of the session's newest turn when the
-- rewind was made.
CREATE TABLE rewinds (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  turn_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  state TEXT NOT NULL,
  last_turn INTEGER NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX rewinds_of_session ON rewinds (session_id);

-- What the model is told at the beginning of the next turn.
CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX notes_of_session ON notes (session_id);

-- Each attempt of a model at an edit. first_try is 0 where the attempt before it at the same
-- file in the same turn did not succeed. The request is the user's content like any other, so
-- it goes with the session.
CREATE TABLE attempts (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  turn_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  model TEXT NOT NULL,
  path TEXT NOT NULL,
  dialect TEXT NOT NULL,
  stage TEXT,
  outcome TEXT NOT NULL,
  code TEXT,
  first_try INTEGER NOT NULL,
  base_hash TEXT,
  result_hash TEXT,
  request TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_of_turn ON attempts (session_id, turn_id, path);

-- encoding is raw or zstd, size the length of the bytes before that; the hash is theirs too.
CREATE TABLE blobs_encoded (
  hash TEXT NOT NULL PRIMARY KEY,
  encoding TEXT NOT NULL,
  size INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT;
INSERT INTO blobs_encoded (hash, encoding, size, content)
  SELECT hash, 'raw', length(data), data FROM blobs;
DROP TABLE blobs;
ALTER TABLE blobs_encoded RENAME TO blobs;

-- Which blobs a session's edits and attempts name or have named. A blob goes with the last
-- session that uses it.
CREATE TABLE blob_uses (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  PRIMARY KEY (session_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_uses_by_hash ON blob_uses (hash);
INSERT INTO blob_uses (session_id, hash)
  SELECT DISTINCT session_id, pre_image FROM edits
  WHERE pre_image IS NOT NULL AND session_id IN (SELECT id FROM sessions);
DROP INDEX edits_by_pre_image;
