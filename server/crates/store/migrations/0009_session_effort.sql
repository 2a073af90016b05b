-- How much the session's model is to think, a word; the model's own setting where null.
ALTER TABLE sessions ADD COLUMN effort TEXT;
