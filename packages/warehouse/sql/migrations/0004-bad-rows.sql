-- Bad rows (CONTRACT section 3). The id is a hash of place and reason, so that importing again adds none.
-- The version is the instant, in ms, at which the row turned bad or was redriven: the later one counts.
CREATE TABLE IF NOT EXISTS bad_rows
(
    id          String,
    received_at DateTime64(3, 'UTC'),
    kind        LowCardinality(Nullable(String)),
    source      LowCardinality(Nullable(String)),
    reason      LowCardinality(String),
    place       String,
    pointer     String,
    version     UInt64,
    is_deleted  UInt8
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY id
