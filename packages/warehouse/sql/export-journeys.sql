-- One page of `export journeys` or `export flagged`, in the order of the ids, columns as in CONTRACT section 4.
-- [from, to) on last_at.
SELECT journey_id, task, family, intent, resident, household, sessions, segments, device_class, first_at, last_at,
    completed_at, outcome, cause, signals, steps, last_step, reachable, return_kind, flagged, first_contact_id,
    first_contact_at, first_contact_channel, gap_seconds, basis, topic, confidence, contacts, cost, placebo,
    window_ends_at, rule_version, toString(version) AS version
FROM journeys FINAL
WHERE journey_id > {after:String}
    AND last_at >= fromUnixTimestamp64Milli({from_at:Int64}, 'UTC')
    AND last_at < fromUnixTimestamp64Milli({to_at:Int64}, 'UTC')
    AND (flagged OR NOT {flagged_only:Bool})
ORDER BY journey_id
LIMIT {page:UInt32}
SETTINGS date_time_output_format = 'iso', max_execution_time = 600
