-- The migrations applied so far.
SELECT number, name, hash
FROM migrations FINAL
ORDER BY number
