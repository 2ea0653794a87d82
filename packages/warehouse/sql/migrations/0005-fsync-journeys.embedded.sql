-- In the process there is no replica: what an insert has acknowledged must survive a power cut (DESIGN section 2).
ALTER TABLE journeys MODIFY SETTING fsync_after_insert = 1, fsync_part_directory = 1
