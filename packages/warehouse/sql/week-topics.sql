-- What the counted contacts of each week were about: the contacts of each set of topics, those with an instant, and of
-- these the linkable ones (sight and takeUp, SEMANTICS section 8).
SELECT
    toString(day - toIntervalDay(toDayOfWeek(day) - 1)) AS monday,
    arraySort(tasks) AS tasks,
    arraySort(families) AS families,
    count() AS contacts,
    countIf(started_at IS NOT NULL) AS timed,
    countIf(started_at IS NOT NULL AND verdict != 'unlinkable') AS linkable
FROM contacts FINAL
WHERE day >= {from_monday:Date32}
    AND day < {to_monday:Date32}
    AND verdict NOT IN ('excluded', 'echo', 'redialled')
GROUP BY monday, tasks, families
ORDER BY monday, tasks, families
SETTINGS output_format_json_quote_64bit_integers = 0, prefer_column_name_to_alias = 1, max_execution_time = 600
