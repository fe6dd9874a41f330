-- One person may have several logins: separation of duties is between people. A login that is retired stays, for what
-- it did before.
CREATE TABLE {S}.birth_person_login (
    login text PRIMARY KEY,
    person text NOT NULL CHECK (person <> ''),
    retired_at timestamptz
);
