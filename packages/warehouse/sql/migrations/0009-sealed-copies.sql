-- What a bad row of an HTTP door held, sealed for `redrive` (CONTRACT section 3), and until when; '' and 1970 where there is none.
ALTER TABLE bad_rows ADD COLUMN IF NOT EXISTS sealed String DEFAULT '', ADD COLUMN IF NOT EXISTS sealed_until DateTime('UTC') DEFAULT 0
