SELECT name, type, "notnull", dflt_value, pk, hidden
FROM pragma_table_xinfo(?1, 'main')
WHERE hidden <> 1
ORDER BY cid
