SELECT name, type, NOT wr
FROM pragma_table_list
WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY name
LIMIT ?1
