-- Sessions, turns, items, events, edits and their pre-images.

CREATE TABLE meta (
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- owner is the server whose lease is in force; reserved_until is the end of the
-- block of event numbers that it may use; last_seq is the highest number used.
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  owner TEXT,
  last_seq INTEGER NOT NULL,
  reserved_until INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  pinned INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  created_at TEXT NOT NULL,
  project_id TEXT,
  parent_id TEXT,
  title TEXT NOT NULL,
  title_folded TEXT NOT NULL,
  workspace_uri TEXT NOT NULL,
  model TEXT NOT NULL,
  agent TEXT NOT NULL,
  permission_mode TEXT NOT NULL,
  status TEXT NOT NULL,
  turn_count INTEGER NOT NULL,
  usage TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_listed ON sessions (archived, pinned, updated_at, id);
CREATE INDEX sessions_of_project ON sessions (project_id, archived, pinned, updated_at, id)
  WHERE project_id IS NOT NULL;
CREATE INDEX sessions_owned ON sessions (owner) WHERE owner IS NOT NULL;

CREATE TABLE turns (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  status TEXT NOT NULL,
  stop_reason TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  completed_at TEXT,
  client_message_id TEXT,
  error TEXT,
  usage TEXT NOT NULL,
  prompt TEXT
) STRICT;
CREATE INDEX turns_by_status ON turns (session_id, status);

-- Which turn a client's message went to, so that a message sent twice is one.
CREATE TABLE client_messages (
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  client_message_id TEXT NOT NULL,
  turn_id TEXT NOT NULL,
  PRIMARY KEY (session_id, client_message_id)
) STRICT, WITHOUT ROWID;

-- position orders the items of a session by their first insertion.
CREATE TABLE items (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  turn_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  json TEXT NOT NULL,
  replay TEXT
) STRICT;
CREATE INDEX items_of_session ON items (session_id);

-- rowid only ever grows, so another server finds what is new by it. writer is a
-- number made from the id of the server that wrote the event.
CREATE TABLE events (
  rowid INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  writer INTEGER NOT NULL,
  turn_id TEXT,
  item_id TEXT,
  json TEXT NOT NULL,
  UNIQUE (session_id, seq)
) STRICT;

CREATE TABLE edits (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  turn_id TEXT NOT NULL,
  item_id TEXT NOT NULL,
  path TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  base_hash TEXT NOT NULL,
  pre_image TEXT,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX edits_of_session ON edits (session_id);
CREATE INDEX edits_by_pre_image ON edits (pre_image) WHERE pre_image IS NOT NULL;

-- What files held before an edit, by the SHA-256 of their bytes in hexadecimal.
CREATE TABLE blobs (
  hash TEXT NOT NULL PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;
