-- SEMANTICS section 8, the counts of each task and week. The caller passes where the weeks asked for begin and end, and
-- {settled_at}: now, or how far the contact feeds are complete if that is earlier.
WITH
    fromUnixTimestamp64Milli({now:Int64}, 'UTC') AS now_at,
    toDate32(toTimeZone(last_at, {timezone:String})) AS local_day,
    intent = 'transaction' AND last_at + toIntervalMillisecond({in_progress_ms:Int64}) <= now_at AS is_started,
    window_ends_at <= fromUnixTimestamp64Milli({settled_at:Int64}, 'UTC')
        AND (resumable_until IS NULL OR resumable_until <= now_at) AS is_mature,
    is_mature AND reachable AS is_counted,
    is_mature AND flagged AS is_back,
    sumMapIf([assumeNotNull(cause)], [toUInt64(1)], is_back AND cause IS NOT NULL) AS back_causes
SELECT
    task,
    toString(local_day - toIntervalDay(toDayOfWeek(local_day) - 1)) AS monday,
    count() AS journeys,
    countIf(is_started) AS started,
    countIf(outcome = 'completed') AS completed,
    countIf(is_started AND outcome = 'abandoned') AS dropouts,
    countIf(reachable) AS reachable,
    countIf(is_counted) AS mature,
    countIf(is_counted AND flagged) AS flagged,
    countIf(is_counted AND flagged AND ifNull(cause, '') != 'dead_end') AS strict,
    countIf(is_counted AND placebo) AS placebo,
    countIf(is_counted AND return_kind = 'possible') AS possible,
    countIf(is_counted AND return_kind = 'chased') AS chased,
    countIf(is_counted AND return_kind = 'contested') AS contested,
    countIf(is_counted AND return_kind = 'handed_off') AS handed_off,
    countIf(is_back) AS came_back,
    quantileExactInclusiveIf(0.5)(toInt64(round(assumeNotNull(gap_seconds) * 1000)), is_back AND gap_seconds IS NOT NULL)
        AS median_gap_ms,
    back_causes.1 AS causes,
    back_causes.2 AS cause_counts,
    countIf(NOT is_mature) AS immature,
    toUnixTimestamp64Milli(minIf(first_at, is_back)) AS first_back_ms,
    toUnixTimestamp64Milli(maxIf(window_ends_at, is_back)) AS last_back_ms
FROM journeys FINAL
WHERE last_at >= fromUnixTimestamp64Milli({from_at:Int64}, 'UTC')
    AND last_at < fromUnixTimestamp64Milli({to_at:Int64}, 'UTC')
GROUP BY task, monday
ORDER BY task, monday
SETTINGS output_format_json_quote_64bit_integers = 0, prefer_column_name_to_alias = 1, max_execution_time = 600
