-- The furthest declaration of each feed, in milliseconds.
SELECT source, toUnixTimestamp64Milli(max(complete_to)) AS complete_to_ms
FROM feeds
GROUP BY source
ORDER BY source
SETTINGS output_format_json_quote_64bit_integers = 0
