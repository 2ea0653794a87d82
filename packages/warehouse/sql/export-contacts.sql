-- One page of `export contacts`, in the order of the ids, columns as in CONTRACT section 4.
-- [from, to) on started_at; without one, on the day, compared with the council's local days of from and to.
SELECT contact_id, source, channel, started_at, day, handle_seconds, answered, resident, household, tasks, families,
    verdict, reason, journey_id, basis, topic, confidence, gap_seconds, folded_into, repeat_of, repeat_index,
    rule_version, toString(version) AS version
FROM contacts FINAL
WHERE contact_id > {after:String}
    AND if(started_at IS NULL,
        day >= {from_day:Date32} AND day < {to_day:Date32},
        started_at >= fromUnixTimestamp64Milli({from_at:Int64}, 'UTC')
            AND started_at < fromUnixTimestamp64Milli({to_at:Int64}, 'UTC'))
ORDER BY contact_id
LIMIT {page:UInt32}
SETTINGS date_time_output_format = 'iso', max_execution_time = 600
