-- SEMANTICS section 8, the counts of each task named as topic, channel and week. A contact with several tasks stands
-- under each; null: its topic is no task. A repeat of a contact of these weeks began before {repeats_to}.
WITH
    verdict != 'unlinkable' AND started_at IS NOT NULL
        AND started_at + toIntervalMillisecond({repeat_within_ms:Int64}) <= fromUnixTimestamp64Milli({now:Int64}, 'UTC')
        AS is_settled
SELECT
    arrayJoin(if(empty(tasks), [NULL], arrayMap(task -> toNullable(toString(task)), tasks))) AS task,
    channel,
    toString(day - toIntervalDay(toDayOfWeek(day) - 1)) AS monday,
    count() AS contacts,
    countIf(repeat_of IS NOT NULL) AS repeats,
    countIf(is_settled) AS settled,
    countIf(is_settled AND contact_id NOT IN (
        SELECT assumeNotNull(repeat_of)
        FROM contacts FINAL
        WHERE repeat_of IS NOT NULL
            AND started_at >= fromUnixTimestamp64Milli({from_at:Int64}, 'UTC')
            AND started_at < fromUnixTimestamp64Milli({repeats_to:Int64}, 'UTC')
            AND verdict NOT IN ('excluded', 'echo', 'redialled')
    )) AS resolved,
    countIf(verdict = 'failed') AS failed,
    countIf(verdict = 'possible') AS possible,
    countIf(verdict = 'chased') AS chased,
    countIf(verdict = 'contested') AS contested,
    countIf(verdict = 'handed_off') AS handed_off,
    countIf(verdict = 'unrelated') AS unrelated,
    countIf(verdict = 'unlinkable') AS unlinkable,
    countIf(handle_seconds IS NOT NULL) AS handled,
    sum(toInt64(round(ifNull(handle_seconds, 0) * 1000))) AS handle_ms
FROM contacts FINAL
WHERE day >= {from_monday:Date32}
    AND day < {to_monday:Date32}
    AND verdict NOT IN ('excluded', 'echo', 'redialled')
GROUP BY task, channel, monday
ORDER BY task NULLS FIRST, channel, monday
SETTINGS output_format_json_quote_64bit_integers = 0, prefer_column_name_to_alias = 1, max_execution_time = 600
