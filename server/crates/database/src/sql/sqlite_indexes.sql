SELECT name, "unique", origin, partial
FROM pragma_index_list(?1, 'main')
ORDER BY name
