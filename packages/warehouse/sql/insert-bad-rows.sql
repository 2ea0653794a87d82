-- Pre-encoded lines follow: bad rows, or redriven ones as id, version and is_deleted.
INSERT INTO bad_rows
SETTINGS async_insert = 0, date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 0,
    input_format_null_as_default = 0, input_format_defaults_for_omitted_fields = 1
FORMAT JSONEachRow
