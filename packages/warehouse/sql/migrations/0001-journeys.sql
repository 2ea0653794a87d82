-- CONTRACT section 4, `journeys`. One row a conclusion, replaced by its next version, withdrawn by is_deleted.
-- Ordered by the id and not partitioned: a withdrawal knows the id alone. `resumable_until` and `tokens` are internal.
CREATE TABLE IF NOT EXISTS journeys
(
    journey_id            String,
    task                  LowCardinality(String),
    family                LowCardinality(String),
    intent                LowCardinality(String),
    resident              String,
    household             String,
    sessions              Array(String),
    segments              UInt32,
    device_class          LowCardinality(Nullable(String)),
    first_at              DateTime64(3, 'UTC'),
    last_at               DateTime64(3, 'UTC'),
    completed_at          Nullable(DateTime64(3, 'UTC')),
    outcome               LowCardinality(String),
    cause                 LowCardinality(Nullable(String)),
    signals               Array(LowCardinality(String)),
    steps                 Array(LowCardinality(String)),
    last_step             LowCardinality(Nullable(String)),
    reachable             Bool,
    return_kind           LowCardinality(Nullable(String)),
    flagged               Bool,
    first_contact_id      Nullable(String),
    first_contact_at      Nullable(DateTime64(3, 'UTC')),
    first_contact_channel LowCardinality(Nullable(String)),
    gap_seconds           Nullable(Float64),
    basis                 LowCardinality(Nullable(String)),
    topic                 LowCardinality(Nullable(String)),
    confidence            Nullable(Float64),
    contacts              UInt32,
    cost                  Float64,
    placebo               Bool,
    window_ends_at        DateTime64(3, 'UTC'),
    rule_version          LowCardinality(String),
    resumable_until       Nullable(DateTime64(3, 'UTC')),
    tokens                Array(String),
    version               UInt128,
    is_deleted            UInt8,
    INDEX tokens_bloom tokens TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY journey_id
