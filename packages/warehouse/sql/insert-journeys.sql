-- Pre-encoded lines follow. What is not a column, and null where none is allowed, is refused rather than dropped or
-- turned into '': see bisecting. Columns left out take their defaults (withdrawals).
INSERT INTO journeys
SETTINGS async_insert = 0, date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 0,
    input_format_null_as_default = 0, input_format_defaults_for_omitted_fields = 1,
    input_format_parallel_parsing = 0, max_insert_threads = 1
FORMAT JSONEachRow
