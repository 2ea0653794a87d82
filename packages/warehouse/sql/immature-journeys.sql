-- The tasks and weeks with a journey that is not mature yet: what keeps a week provisional.
WITH
    toDate32(toTimeZone(last_at, {timezone:String})) AS local_day
SELECT
    task,
    toString(local_day - toIntervalDay(toDayOfWeek(local_day) - 1)) AS monday
FROM journeys FINAL
WHERE last_at >= fromUnixTimestamp64Milli({from_at:Int64}, 'UTC')
    AND last_at < fromUnixTimestamp64Milli({to_at:Int64}, 'UTC')
    AND (window_ends_at > fromUnixTimestamp64Milli({settled_at:Int64}, 'UTC')
        OR resumable_until > fromUnixTimestamp64Milli({now:Int64}, 'UTC'))
GROUP BY task, monday
SETTINGS max_execution_time = 600
