-- The source of the first contact at or after an id: the ids of one source lie together, so that walking from source
-- to source reads a few granules instead of the table.
SELECT contact_id, source
FROM contacts FINAL
WHERE contact_id >= {from:String}
ORDER BY contact_id
LIMIT 1
