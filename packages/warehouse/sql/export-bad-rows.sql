-- One page of `export bad-rows`, in the order of the ids. [from, to) on received_at.
SELECT id, received_at, kind, source, reason, place, pointer
FROM bad_rows FINAL
WHERE id > {after:String}
    AND received_at >= fromUnixTimestamp64Milli({from_at:Int64}, 'UTC')
    AND received_at < fromUnixTimestamp64Milli({to_at:Int64}, 'UTC')
ORDER BY id
LIMIT {page:UInt32}
SETTINGS date_time_output_format = 'iso', max_execution_time = 600
