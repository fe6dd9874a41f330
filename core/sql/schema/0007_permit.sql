-- Admission permits: a gatekeeper's leave to register, for a while and for so many rows.
CREATE TABLE {S}.birth_admission_permit (
    permit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collections text[],                            -- NULL: every collection
    reason text NOT NULL CHECK (reason <> ''),
    expect_gateway text,                           -- norm-md5 that the gateway must have, as opened
    expect_full text,                              -- full_sha256 of the gateway's functions, as opened
    opened_by text NOT NULL DEFAULT session_user,
    opened_person text NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    closed_by text,
    closed_at timestamptz,
    close_reason text
);

-- The budget stands apart: every batch updates it last, while the permit itself is only share-locked by batches,
-- so that they run side by side and whoever closes the permit waits for the batch in flight.
CREATE TABLE {S}.birth_admission_budget (
    permit_id bigint PRIMARY KEY REFERENCES {S}.birth_admission_permit,
    budget_rows bigint NOT NULL CHECK (budget_rows > 0),
    used_rows bigint NOT NULL DEFAULT 0 CHECK (used_rows BETWEEN 0 AND budget_rows)
);
