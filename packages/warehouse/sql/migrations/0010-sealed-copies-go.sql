-- A sealed copy is gone when its time is over, at the latest with the next merge; the bad row stays.
ALTER TABLE bad_rows MODIFY COLUMN sealed String DEFAULT '' TTL sealed_until
