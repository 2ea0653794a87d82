-- Which migrations were applied, and a hash of what they said.
CREATE TABLE IF NOT EXISTS migrations
(
    number     UInt32,
    name       String,
    hash       String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY number
