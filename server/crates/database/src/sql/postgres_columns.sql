SELECT
  a.attrelid,
  a.attname::text,
  pg_catalog.format_type(a.atttypid, a.atttypmod),
  NOT a.attnotnull,
  a.attidentity::text,
  a.attgenerated::text,
  left(coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), ''), $2::int4),
  left(coalesce(pg_catalog.col_description(a.attrelid, a.attnum), ''), $2::int4),
  left(coalesce((
    SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
    FROM pg_catalog.pg_enum e
    WHERE e.enumtypid = a.atttypid
  ), ''), $2::int4)
FROM pg_catalog.pg_attribute a
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY array_position($1::oid[], a.attrelid), a.attnum
LIMIT $3::int8
