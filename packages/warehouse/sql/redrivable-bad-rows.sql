-- One page of what `redrive` takes up, in the order of the ids, with the sealed copies that have not run out at `now`. reason '': any.
SELECT id, received_at, kind, source, reason, place, pointer,
    if(sealed_until > fromUnixTimestamp64Milli({now:Int64}, 'UTC'), sealed, '') AS sealed
FROM bad_rows FINAL
WHERE id > {after:String}
    AND ({reason:String} = '' OR reason = {reason:String})
ORDER BY id
LIMIT {page:UInt32}
SETTINGS date_time_output_format = 'iso', max_execution_time = 600
