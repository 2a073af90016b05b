SELECT name, "desc"
FROM pragma_index_xinfo(?1, 'main')
WHERE key
ORDER BY seqno
