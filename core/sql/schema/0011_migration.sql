-- What was installed: one row for each file of core/sql/schema and core/sql/functions, with the hash of its text.
CREATE TABLE {S}.birth_migration (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    installed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    installed_by text NOT NULL DEFAULT session_user
);
