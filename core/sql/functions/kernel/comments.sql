-- What the tables hold that every room uses. psql shows it: \d+ and \dt+. Released schema files are never edited: it
-- stands here.

COMMENT ON TABLE {S}.birth_person_login IS
    'Which person a login belongs to. Separation of duties is between people, who may have several logins.';
COMMENT ON COLUMN {S}.birth_person_login.retired_at IS
    'When the login was retired; it stays for what it did before.';

COMMENT ON TABLE {S}.birth_ledger_event IS
    'The events of the hash chain: every decision and every batch. Append-only; `birth-console audit` verifies it.';
COMMENT ON COLUMN {S}.birth_ledger_event.at_us IS
    'When it was appended, in microseconds since 1970-01-01 UTC, by the server''s clock.';
COMMENT ON COLUMN {S}.birth_ledger_event.actor IS 'The session''s login.';
COMMENT ON COLUMN {S}.birth_ledger_event.payload IS 'JSON as text: the hash covers these very bytes.';
COMMENT ON COLUMN {S}.birth_ledger_event.prev IS
    'The hash of the event before it; 32 zero bytes for the first one.';
COMMENT ON COLUMN {S}.birth_ledger_event.hash IS
    'sha256 over ''birth-ledger-v1'', prev, seq, at_us, actor, kind and payload.';

COMMENT ON TABLE {S}.birth_ledger_head IS
    'The number and hash of the last event: one row, whose lock keeps the chain from forking.';
COMMENT ON COLUMN {S}.birth_ledger_head.hash IS 'The hash of the last event.';
COMMENT ON COLUMN {S}.birth_ledger_head.only_row IS 'Always true: there is one row.';

COMMENT ON TABLE {S}.birth_setting IS
    'Settings of this installation: schemas of collections, tables that the register function writes, attestations.';
COMMENT ON COLUMN {S}.birth_setting.value IS 'A list: most settings have one value, some have none.';

COMMENT ON TABLE {S}.birth_collection_place IS
    'The tables of collections that were enrolled by name of schema and table.';

COMMENT ON TABLE {S}.birth_gateway_function IS 'The register function that is bound.';
COMMENT ON COLUMN {S}.birth_gateway_function.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN {S}.birth_gateway_function.signature IS
    'As regprocedure shows it: name and types of its parameters.';

COMMENT ON TABLE {S}.birth_gateway_binding IS 'What each named parameter of the register function is given.';
COMMENT ON COLUMN {S}.birth_gateway_binding.value IS 'A value of the row that is registered, or `constant`.';
COMMENT ON COLUMN {S}.birth_gateway_binding.constant IS
    'The text that a parameter always gets; NULL for other values.';

COMMENT ON TABLE {S}.birth_gateway_trigger IS
    'The trigger function of the gateway, and how its triggers are named.';
COMMENT ON COLUMN {S}.birth_gateway_trigger.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN {S}.birth_gateway_trigger.pattern IS
    'The name of the trigger on a table, with * for the table''s name.';

COMMENT ON TABLE {S}.birth_binding IS 'The company''s table behind each part that the console reads.';
COMMENT ON COLUMN {S}.birth_binding.part IS 'registry, collections, policy or alerts.';
COMMENT ON COLUMN {S}.birth_binding.columns IS 'Our column names with the company''s, where they differ.';
COMMENT ON COLUMN {S}.birth_binding.was IS
    'Owner, columns and triggers of the table when it was bound; NULL for a stand-in.';
COMMENT ON COLUMN {S}.birth_migration.name IS 'A file of core/sql.';
COMMENT ON COLUMN {S}.birth_migration.sha256 IS
    'The hash of its text: what tells whether it has to be applied again.';
COMMENT ON COLUMN {S}.birth_schema_version.event_seq IS 'The event that recorded it.';
COMMENT ON COLUMN {S}.birth_schema_version.server_version IS 'server_version_num of the server at that time.';
COMMENT ON COLUMN {S}.birth_schema_object.kind IS 'function, table, view, index, constraint, trigger …';
COMMENT ON COLUMN {S}.birth_schema_object.name IS 'As the server writes it, qualified.';

-- Stand-ins for the company's objects, as long as they are stand-ins.
DO $body$
DECLARE
    v_found record;
BEGIN
    FOR v_found IN
        SELECT w.kind, w.name, w.words
        FROM (VALUES
            ('TABLE', 'collection_registry', 'Stand-in for the company''s registry of collections.'),
            ('TABLE', 'birth_policy', 'Stand-in for the company''s policy: is registration required of a collection?'),
            ('TABLE', 'birth_registry', 'Stand-in for the company''s birth registry: one row for each entity.'),
            ('TABLE', 'trigger_guard_alerts', 'Stand-in for the company''s alerts: DDL that touched a trigger.')
        ) AS w(kind, name, words)
        JOIN pg_class AS c ON c.relname = w.name AND c.relowner = 'birth_owner'::regrole
            AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
        UNION ALL
        SELECT w.kind, format('%s()', w.name), w.words
        FROM (VALUES
            ('FUNCTION', 'fn_birth_gateway', 'Stand-in for the company''s gateway: registers each new row of a table.'),
            ('FUNCTION', 'fn_trigger_guard', 'Stand-in for the company''s trigger guard: records DDL on triggers.')
        ) AS w(kind, name, words)
        JOIN pg_proc AS p ON p.proname = w.name AND p.pronargs = 0 AND p.proowner = 'birth_owner'::regrole
            AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
        UNION ALL
        SELECT 'FUNCTION', format('fn_birth_register(%s)', pg_get_function_identity_arguments(p.oid)),
            'Stand-in for the company''s register function: puts one row into the birth registry.'
        FROM pg_proc AS p
        WHERE p.proname = 'fn_birth_register' AND p.proowner = 'birth_owner'::regrole
          AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
        UNION ALL
        SELECT 'FUNCTION', format('fn_birth_register_set(%s)', pg_get_function_identity_arguments(p.oid)),
            'Stand-in for a register function that takes arrays: puts many rows into the birth registry by one call.'
        FROM pg_proc AS p
        WHERE p.proname = 'fn_birth_register_set' AND p.proowner = 'birth_owner'::regrole
          AND p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
    LOOP
        EXECUTE format('COMMENT ON %s %I.%s IS %L', v_found.kind, {s}, v_found.name, v_found.words);
    END LOOP;
END
$body$;
