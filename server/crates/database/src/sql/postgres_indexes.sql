SELECT
  i.indrelid,
  c.relname::text,
  i.indisunique,
  left(pg_catalog.pg_get_indexdef(i.indexrelid), $2::int4)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY ($1::oid[])
  AND NOT EXISTS (
    SELECT 1 FROM pg_catalog.pg_constraint k
    WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u')
  )
ORDER BY array_position($1::oid[], i.indrelid), c.relname
LIMIT $3::int8
