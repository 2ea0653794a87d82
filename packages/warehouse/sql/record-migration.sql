-- Written after the migration itself, which can therefore be applied twice: each is harmless when repeated.
INSERT INTO migrations (number, name, hash)
SELECT {number:UInt32}, {name:String}, {hash:String}
