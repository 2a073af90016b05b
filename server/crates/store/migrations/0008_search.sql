-- What users and models said, one text for each message, read out of the items' JSON. A message that
-- streams has none yet: it would be read anew with each piece.
CREATE VIEW messages (position, body) AS
  SELECT items.position, CASE
    WHEN NOT json_valid(items.json) THEN NULL
    WHEN json_extract(items.json, '$.status') = 'inProgress' THEN NULL
    WHEN items.kind = 'assistantMessage' THEN json_extract(items.json, '$.text')
    ELSE (
      SELECT group_concat(json_extract(blocks.value, '$.text'), char(10))
      FROM json_each(items.json, '$.content') AS blocks
      WHERE json_extract(blocks.value, '$.type') = 'text'
    )
  END
  FROM items WHERE items.kind IN ('userMessage', 'assistantMessage');

-- These texts and their words. The index keeps texts of its own, so that it cannot come to differ
-- from what it was made of.
CREATE VIRTUAL TABLE message_index USING fts5 (
  body, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO message_index (rowid, body) SELECT position, body FROM messages;

CREATE TRIGGER message_added AFTER INSERT ON items
WHEN new.kind IN ('userMessage', 'assistantMessage')
BEGIN
  INSERT INTO message_index (rowid, body)
    SELECT position, body FROM messages WHERE position = new.position;
END;
CREATE TRIGGER message_changed AFTER UPDATE OF kind, json ON items
WHEN (new.kind IN ('userMessage', 'assistantMessage')
    OR old.kind IN ('userMessage', 'assistantMessage'))
  AND (old.json <> new.json OR old.kind <> new.kind)
BEGIN
  DELETE FROM message_index WHERE rowid = old.position;
  INSERT INTO message_index (rowid, body)
    SELECT position, body FROM messages WHERE position = new.position;
END;
CREATE TRIGGER message_deleted AFTER DELETE ON items
WHEN old.kind IN ('userMessage', 'assistantMessage')
BEGIN
  DELETE FROM message_index WHERE rowid = old.position;
END;

CREATE VIRTUAL TABLE title_index USING fts5 (
  session_id UNINDEXED, title, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO title_index (session_id, title) SELECT id, title FROM sessions;

CREATE TRIGGER title_added AFTER INSERT ON sessions
BEGIN
  INSERT INTO title_index (session_id, title) VALUES (new.id, new.title);
END;
CREATE TRIGGER title_changed AFTER UPDATE OF title ON sessions
WHEN old.title <> new.title
BEGIN
  UPDATE title_index SET title = new.title WHERE session_id = new.id;
END;
CREATE TRIGGER title_deleted AFTER DELETE ON sessions
BEGIN
  DELETE FROM title_index WHERE session_id = old.id;
END;
