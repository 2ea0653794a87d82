-- CONTRACT section 4, `contacts`. One row a conclusion, replaced by its next version, withdrawn by is_deleted.
-- Ordered by the id, which begins with the source: the sources can be read off the primary key. `tokens` is internal.
CREATE TABLE IF NOT EXISTS contacts
(
    contact_id     String,
    source         LowCardinality(String),
    channel        LowCardinality(String),
    started_at     Nullable(DateTime64(3, 'UTC')),
    day            Date32,
    handle_seconds Nullable(Float64),
    answered       Bool,
    resident       String,
    household      String,
    tasks          Array(LowCardinality(String)),
    families       Array(LowCardinality(String)),
    verdict        LowCardinality(String),
    reason         LowCardinality(Nullable(String)),
    journey_id     Nullable(String),
    basis          LowCardinality(Nullable(String)),
    topic          LowCardinality(Nullable(String)),
    confidence     Nullable(Float64),
    gap_seconds    Nullable(Float64),
    folded_into    Nullable(String),
    repeat_of      Nullable(String),
    repeat_index   Nullable(UInt32),
    rule_version   LowCardinality(String),
    tokens         Array(String),
    version        UInt128,
    is_deleted     UInt8,
    INDEX tokens_bloom tokens TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY contact_id
