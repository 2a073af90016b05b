-- Rules of permission that answers and requests made. Those without a session are the workspace's.
CREATE TABLE permission_rules (
  position INTEGER PRIMARY KEY,
  session_id TEXT REFERENCES sessions (id) ON DELETE CASCADE,
  effect TEXT NOT NULL,
  pattern TEXT NOT NULL,
  decision TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX permission_rules_once
  ON permission_rules (ifnull(session_id, ''), effect, pattern, decision);
CREATE INDEX permission_rules_of_session ON permission_rules (session_id, position);
