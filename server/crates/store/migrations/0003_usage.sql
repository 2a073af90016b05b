-- What each request to a model used. A row stays when its session goes: the tokens are spent.
-- purpose says what the request was for; estimated is 1 where the provider did not count; cost_usd
-- is null where the price is unknown.
CREATE TABLE usage (
  position INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,
  turn_id TEXT,
  created_at TEXT NOT NULL,
  model TEXT NOT NULL,
  purpose TEXT NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  cost_usd REAL
) STRICT;
CREATE INDEX usage_by_time ON usage (created_at);
CREATE INDEX usage_of_session ON usage (session_id);
