SELECT
  c.conrelid,
  c.contype::text,
  left(pg_catalog.pg_get_constraintdef(c.oid), $2::int4)
FROM pg_catalog.pg_constraint c
WHERE c.conrelid = ANY ($1::oid[]) AND c.contype IN ('p', 'u', 'f', 'c')
ORDER BY array_position($1::oid[], c.conrelid), c.conname
LIMIT $3::int8
