-- The attributed contacts of the journeys that came back (flagged and mature), by channel: what avoidableCost is summed
-- over. They lie between {contacts_from} and {contacts_to}, the first beginning and the last window's end of those journeys.
WITH
    toDate32(toTimeZone(last_at, {timezone:String})) AS local_day
SELECT
    back.task AS task,
    back.monday AS monday,
    contact.channel AS channel,
    count() AS contacts
FROM
(
    SELECT journey_id, channel
    FROM contacts FINAL
    WHERE verdict IN ('failed', 'chased', 'contested', 'handed_off')
        AND started_at >= fromUnixTimestamp64Milli({contacts_from:Int64}, 'UTC')
        AND started_at <= fromUnixTimestamp64Milli({contacts_to:Int64}, 'UTC')
) AS contact
INNER JOIN
(
    SELECT
        journey_id,
        task,
        toString(local_day - toIntervalDay(toDayOfWeek(local_day) - 1)) AS monday
    FROM journeys FINAL
    WHERE last_at >= fromUnixTimestamp64Milli({from_at:Int64}, 'UTC')
        AND last_at < fromUnixTimestamp64Milli({to_at:Int64}, 'UTC')
        AND flagged
        AND window_ends_at <= fromUnixTimestamp64Milli({settled_at:Int64}, 'UTC')
        AND (resumable_until IS NULL OR resumable_until <= fromUnixTimestamp64Milli({now:Int64}, 'UTC'))
) AS back ON contact.journey_id = back.journey_id
GROUP BY task, monday, channel
ORDER BY task, monday, channel
SETTINGS output_format_json_quote_64bit_integers = 0, max_execution_time = 600
