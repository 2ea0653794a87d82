-- What the product's user needs, set once by an administrator; the name of the user is yours, the settings are not matters of taste.
--   distributed_foreground_insert  else an insert is acknowledged when it lies in a queue on one server's disk, the writer commits,
--                                  and a lost server loses rows that nobody says again (formerly insert_distributed_sync)
--   insert_quorum                  an insert is acknowledged when a majority of a shard's replicas has it. It takes three replicas to
--                                  go on without one. With two, set it to 0 and give the local tables fsync_after_insert = 1 and
--                                  fsync_part_directory = 1 instead: then a power cut of one server, not its loss, is survived
--   distributed_product_mode       contact-rates.sql asks `NOT IN (SELECT … FROM contacts)`, which a cluster refuses by default
--   load_balancing                 reads go to the replicas in one order, so that who has just imported reads what was inserted
-- Where nobody may make profiles, `clickhouse.url` can say the same: http://host:8123/?clickhouse_setting_insert_quorum=auto&…
CREATE SETTINGS PROFILE IF NOT EXISTS ringback ON CLUSTER '{cluster}'
SETTINGS distributed_foreground_insert = 1, insert_quorum = 'auto', distributed_product_mode = 'global', load_balancing = 'in_order';

-- It reads and inserts, and may repeat the two statements that the writer begins with; what would alter a table on one server alone
-- is refused to it, so a migration that was forgotten here stops the writer instead of splitting the cluster. Make the user with a
-- password of your own, then:
--   GRANT SELECT, INSERT, CREATE DATABASE ON ringback.* TO ringback;
--   GRANT CREATE TABLE ON ringback.migrations TO ringback;
--   ALTER USER ringback SETTINGS PROFILE 'ringback';
