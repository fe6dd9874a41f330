-- name: place
SELECT pg_catalog.current_database() AS database, {s}::text AS schema, session_user::text AS login,
    (SELECT person FROM {S}.birth_person_login WHERE login = session_user) AS person,
    pg_catalog.current_setting('server_version') AS version,
    (SELECT system_identifier::text FROM pg_catalog.pg_control_system()) AS system_identifier,
    to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS taken_at

-- Entries whose table is not where the collection's name says (`place`), or is gone, and identities whose columns were
-- renamed since the plan.
-- name: renamed
SELECT e.run, e.collection, e.place, e.is_gone, e.planned, e.columns
FROM (
    SELECT l.run_id AS run, l.ledger_id, l.collection_name AS collection, r.oid IS NULL AS is_gone,
        l.columns AS planned,
        (SELECT pg_catalog.format('%%I.%%I', n.nspname, r.relname)
            FROM {S}.birth_collection_place AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = r.relnamespace
            WHERE p.collection_name = l.collection_name) AS place,
        ARRAY(SELECT a.attname::text
            FROM jsonb_array_elements(l.identity_pins) WITH ORDINALITY AS pin(told, position)
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = (pin.told ->> 'number')::int2
            WHERE NOT a.attisdropped
            ORDER BY pin.position) AS columns
    FROM {S}.birth_backfill_ledger AS l
    LEFT JOIN pg_catalog.pg_class AS r ON r.oid = l.relid
    WHERE l.run_id = ANY (%(runs)s)) AS e
WHERE e.is_gone OR e.place IS NOT NULL
   OR cardinality(e.columns) = cardinality(e.planned) AND e.columns <> e.planned
ORDER BY e.ledger_id

-- name: fingerprints
SELECT {S}.birth_gateway_fingerprint() - 'versions' AS gateway,
    {S}.birth_trigger_fingerprint({S}.birth_bound_table('registry')) AS registry_triggers,
    {S}.birth_bound_count('alerts') AS trigger_guard_alerts,
    {S}.birth_bound_count('registry') AS registry_rows,
    (SELECT coalesce(jsonb_agg(pg_catalog.concat(c.kind, ' ', c.name, ', ', c.owner, ': ', c.reached_by)
            ORDER BY c.kind, c.name), '[]')
        FROM {S}.birth_closure() AS c) AS closure,
    (SELECT coalesce(jsonb_agg(pg_catalog.concat(b.part, ' ', b.object, CASE
                WHEN b.was IS NULL AND pg_catalog.starts_with(b.object, pg_catalog.quote_ident({s}) || '.')
                    THEN ': a stand-in'
                WHEN b.was IS NULL THEN ': bound by version 0.1.0, which did not record what it was'
                ELSE pg_catalog.concat(': ', b.was ->> 'owner', '''s when it was bound, ', CASE
                    WHEN pg_catalog.cardinality(b.changed) = 0 THEN 'unchanged since'
                    ELSE 'since then ' || pg_catalog.array_to_string(b.changed, '; ') END) END) ORDER BY b.part), '[]')
        FROM {S}.birth_bindings() AS b) AS bindings,
    (SELECT coalesce(jsonb_object_agg(name, value[1]), '{{}}')
        FROM {S}.birth_setting
        WHERE name LIKE '%%\_attested') AS attestations

-- name: chain
SELECT h.seq, encode(h.hash, 'hex') AS head,
    (SELECT encode(e.hash, 'hex') FROM {S}.birth_ledger_event AS e WHERE e.seq = 0) AS genesis
FROM {S}.birth_ledger_head AS h
