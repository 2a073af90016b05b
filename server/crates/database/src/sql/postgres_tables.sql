SELECT
  c.oid,
  n.nspname::text,
  c.relname::text,
  c.relkind::text,
  c.reltuples::float8,
  left(coalesce(obj_description(c.oid, 'pg_class'), ''), $2::int4)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_'
  AND CASE
    WHEN $1::text IS NULL THEN NOT c.relispartition
    ELSE lower($1::text) IN (lower(c.relname::text), lower(n.nspname || '.' || c.relname))
  END
ORDER BY n.nspname, c.relname
LIMIT $3::int8
