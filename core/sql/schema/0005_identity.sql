-- What identifies the rows of a collection: the current identity, and every version there ever was.
CREATE TABLE {S}.birth_identity (
    collection_name text PRIMARY KEY,
    strategy text NOT NULL CHECK (strategy IN ('column', 'synthetic')),
    columns text[] NOT NULL CHECK (cardinality(columns) >= 1 AND (strategy = 'synthetic' OR cardinality(columns) = 1)),
    version integer NOT NULL CHECK (version > 0)
);

CREATE TABLE {S}.birth_identity_history (
    collection_name text NOT NULL,
    version integer NOT NULL,
    action text NOT NULL CHECK (action IN ('imported', 'classified', 'unclassified', 'undone')),
    strategy text,
    columns text[],
    actor text NOT NULL DEFAULT session_user,
    person text,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason text,
    evidence jsonb,
    evidence_digest text,
    PRIMARY KEY (collection_name, version)
);
