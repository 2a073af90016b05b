-- Messages for a running turn that it has not taken in yet.
CREATE TABLE steers (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  turn_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  client_message_id TEXT,
  content TEXT NOT NULL
) STRICT;
CREATE INDEX steers_of_session ON steers (session_id, position);
