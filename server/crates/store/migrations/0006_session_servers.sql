-- The MCP servers that a session may use: a JSON array of names, all where null.
ALTER TABLE sessions ADD COLUMN mcp_servers TEXT;
