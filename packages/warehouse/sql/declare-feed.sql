-- One declaration; repeating it changes nothing.
INSERT INTO feeds (source, complete_to)
SELECT {source:String}, fromUnixTimestamp64Milli({complete_to:Int64}, 'UTC')
