-- How far each contact feed was declared complete (SEMANTICS section 9): the greatest declaration wins.
CREATE TABLE IF NOT EXISTS feeds
(
    source      String,
    complete_to DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(complete_to)
ORDER BY source
