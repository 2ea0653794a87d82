-- Atomic: the engine's default database is an overlay that not every statement works in.
CREATE DATABASE IF NOT EXISTS {database:Identifier} ENGINE = Atomic
