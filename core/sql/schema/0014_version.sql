-- Since 0.2.0: which versions this schema had, and what the catalogs said of each object of ours when the latest was
-- installed. The catalogs are held against it before a run is applied, and by the doctor.
CREATE TABLE {S}.birth_schema_version (
    installation integer PRIMARY KEY,
    version text NOT NULL CHECK (version ~ '^\d+\.\d+\.\d+$'),
    event_seq bigint NOT NULL UNIQUE,
    digest text NOT NULL,
    server_version integer NOT NULL DEFAULT current_setting('server_version_num')::integer,
    installed_by text NOT NULL DEFAULT session_user,
    installed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE {S}.birth_schema_version IS
    'The versions that this schema had, in order, each with its event in the chain.';
COMMENT ON COLUMN {S}.birth_schema_version.digest IS 'sha256 over birth_schema_object; its event holds the same.';

CREATE TABLE {S}.birth_schema_object (
    kind text NOT NULL,
    name text NOT NULL,
    aspects jsonb NOT NULL,
    PRIMARY KEY (kind, name)
);
COMMENT ON TABLE {S}.birth_schema_object IS
    'What the latest version installed: each object as _birth_schema_catalog() saw it then.';
COMMENT ON COLUMN {S}.birth_schema_object.aspects IS
    'Owner, rights, body, columns …: long ones as sha256, so that servers of every version agree.';

GRANT SELECT ON {S}.birth_schema_version, {S}.birth_schema_object TO birth_reader;
