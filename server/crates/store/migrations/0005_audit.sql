-- What the agent did and who allowed it, as a chain: hash is SHA-256 over prev_hash and the row's
-- other columns (see audit.rs), and prev_hash is the hash of the row before, or 64 zeros. A row
-- stays when its session goes.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  session_id TEXT,
  turn_id TEXT,
  kind TEXT NOT NULL,
  json TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_of_session ON audit (session_id, seq);
CREATE TRIGGER audit_is_appended BEFORE INSERT ON audit
WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN
  SELECT raise(ABORT, 'rows of the audit log are only appended');
END;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
  SELECT raise(ABORT, 'rows of the audit log are not changed');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
  SELECT raise(ABORT, 'rows of the audit log are not deleted');
END;
