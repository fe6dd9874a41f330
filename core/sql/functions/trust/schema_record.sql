-- Every object of ours as it is now.
CREATE OR REPLACE FUNCTION {S}._birth_schema_catalog() RETURNS TABLE (kind text, name text, aspects jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT * FROM {S}._birth_catalog_functions() UNION ALL SELECT * FROM {S}._birth_catalog_relations()
    UNION ALL SELECT * FROM {S}._birth_catalog_parts() UNION ALL SELECT * FROM {S}._birth_catalog_schema()
$body$;
COMMENT ON FUNCTION {S}._birth_schema_catalog() IS
    'Every object of the console as the catalogs show it now. Private.';

-- What stands for all of the record.
CREATE OR REPLACE FUNCTION {S}._birth_schema_digest() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws(' ', o.kind, o.name, o.aspects::text), E'\n'
        ORDER BY o.kind COLLATE "C", o.name COLLATE "C"), ''), 'UTF8')), 'hex') FROM {S}.birth_schema_object AS o
$body$;
COMMENT ON FUNCTION {S}._birth_schema_digest() IS
    'The digest of birth_schema_object. Private.';

-- What differs between the record and the catalogs. `difference` is changed, missing or additional; `aspects` says in
-- what. The trigger guard may come after the rest: a superuser installs it.
CREATE OR REPLACE FUNCTION {S}._birth_schema_differences()
    RETURNS TABLE (object text, difference text, aspects text[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT concat_ws(' ', coalesce(o.kind, c.kind), coalesce(o.name, c.name)),
        CASE WHEN o.kind IS NULL THEN 'additional' WHEN c.kind IS NULL THEN 'missing' ELSE 'changed' END,
        CASE WHEN o.kind IS NOT NULL AND c.kind IS NOT NULL THEN ARRAY(
            SELECT key FROM jsonb_each(o.aspects) AS before FULL JOIN jsonb_each(c.aspects) AS after USING (key)
            WHERE before.value IS DISTINCT FROM after.value ORDER BY key) ELSE ARRAY[]::text[] END
    FROM {S}.birth_schema_object AS o
    FULL JOIN {S}._birth_schema_catalog() AS c ON c.kind = o.kind AND c.name = o.name
    WHERE o.aspects IS DISTINCT FROM c.aspects
      AND NOT (o.kind IS NULL AND c.kind = 'event trigger'
          AND c.name IN ('evt_trigger_guard_ddl', 'evt_trigger_guard_drop'))
    UNION ALL
    SELECT 'the record of installed objects', 'changed', ARRAY['digest']
    WHERE NOT EXISTS (SELECT
        FROM {S}.birth_schema_version AS v JOIN {S}.birth_ledger_event AS e ON e.seq = v.event_seq
        WHERE v.installation = (SELECT max(installation) FROM {S}.birth_schema_version)
          AND v.digest = {S}._birth_schema_digest()
          AND e.kind IN ('schema_installed', 'schema_upgraded', 'schema_recorded')
          AND e.payload::jsonb @> jsonb_build_object('digest', v.digest, 'to', v.version)
          AND obj_description(to_regclass(format('%I.birth_migration', {s})), 'pg_class')
              LIKE concat('birth-console ', v.version, ':%'))
    ORDER BY 1
$body$;
COMMENT ON FUNCTION {S}._birth_schema_differences() IS
    'What differs between birth_schema_object and the catalogs: changed, missing or additional, and in which '
    'aspects. Private.';

-- Take what the catalogs hold now for what this version installs, as an event with the hash of each object that is new
-- or changed. For administrators, who have checked what differs before: `p_restored` names what was made right. With
-- `p_only` it is taken of these functions alone, by their names.
CREATE OR REPLACE FUNCTION {S}.birth_schema_record(
    p_kind text, p_from text, p_to text, p_restored text[], p_only text[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_last {S}.birth_schema_version;
    v_before jsonb;
    v_seq bigint;
    v_only text[] := ARRAY(SELECT format('%I.%I', {s}, o.name) FROM unnest(p_only) AS o(name));
    -- Read by the first statement of an upgrade; who else records has read nothing.
    v_pins jsonb := {S}._birth_pins_carried(nullif(current_setting('birth_console.pins', true), '')::jsonb);
BEGIN
    SELECT * INTO v_last FROM {S}.birth_schema_version ORDER BY installation DESC LIMIT 1;
    IF v_last.installation IS NULL THEN
        PERFORM {S}._birth_rows_tell();
    END IF;
    SELECT coalesce(jsonb_object_agg(concat_ws(' ', o.kind, o.name), o.aspects), '{{}}')
    INTO v_before
    FROM {S}.birth_schema_object AS o;
    DELETE FROM {S}.birth_schema_object AS o
    WHERE p_only IS NULL OR o.kind = 'function' AND split_part(o.name, '(', 1) = ANY (v_only);
    INSERT INTO {S}.birth_schema_object (kind, name, aspects)
    SELECT c.kind, c.name, c.aspects
    FROM {S}._birth_schema_catalog() AS c
    WHERE p_only IS NULL OR c.kind = 'function' AND split_part(c.name, '(', 1) = ANY (v_only);
    -- The event tells of this row, and the row names the event: its number is known as long as the head is held.
    SELECT h.seq + 1 INTO STRICT v_seq FROM {S}.birth_ledger_head AS h FOR UPDATE;
    INSERT INTO {S}.birth_schema_version (installation, version, event_seq, digest, pins)
    VALUES (coalesce(v_last.installation, 0) + 1, p_to, v_seq, {S}._birth_schema_digest(), v_pins);
    PERFORM set_config('birth_console.pins', '', true);
    PERFORM {S}.birth_ledger_append(p_kind, jsonb_build_object(
        'from', p_from,
        'to', p_to,
        'digest', {S}._birth_schema_digest(),
        'digest_before', v_last.digest,
        'history', {S}.birth_history_read(),
        'restored', p_restored,
        'pins', v_pins,
        'server_version', current_setting('server_version_num')::integer,
        'objects', (
            SELECT coalesce(jsonb_object_agg(n.object,
                encode(sha256(convert_to(n.aspects::text, 'UTF8')), 'hex')), '{{}}')
            FROM (
                SELECT concat_ws(' ', o.kind, o.name) AS object, o.aspects
                FROM {S}.birth_schema_object AS o) AS n
            WHERE v_before -> n.object IS DISTINCT FROM n.aspects),
        'dropped', (
            SELECT coalesce(jsonb_agg(b.object ORDER BY b.object COLLATE "C"), '[]')
            FROM jsonb_object_keys(v_before) AS b(object)
            WHERE NOT EXISTS (SELECT FROM {S}.birth_schema_object AS o
                WHERE concat_ws(' ', o.kind, o.name) = b.object)),
        'rows', {S}._birth_images('birth_schema_version', 't.event_seq = $1', v_seq)
            || CASE WHEN p_only IS NULL THEN {S}._birth_file_images() ELSE '[]' END));
    -- What a console reads when it connects, before it may read any table.
    EXECUTE format('COMMENT ON TABLE %I.birth_migration IS %L', {s},
        concat('birth-console ', p_to, ': installed files of core/sql, one row each'));
END
$body$;
COMMENT ON FUNCTION {S}.birth_schema_record(text, text, text, text[], text[]) IS
    'Records every object as it is now as installed, with an event. p_only limits it to functions of these names. '
    'For administrators.';

-- The images of the files that are applied, and of those that an earlier event told of and that are gone.
CREATE OR REPLACE FUNCTION {S}._birth_file_images() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT {S}._birth_images('birth_migration', 'true', NULL) || (
        SELECT coalesce(jsonb_agg(DISTINCT told.image - 'r' - 'd'), '[]')
        FROM {S}.birth_schema_version AS v JOIN {S}.birth_ledger_event AS e ON e.seq = v.event_seq
        CROSS JOIN LATERAL jsonb_array_elements(
            CASE WHEN e.payload::jsonb ? 'rows' THEN e.payload::jsonb -> 'rows' ELSE '[]' END) AS told(image)
        WHERE told.image ->> 't' = 'birth_migration'
          AND NOT EXISTS (SELECT FROM {S}.birth_migration AS m WHERE m.name = told.image ->> 'k'))
$body$;
COMMENT ON FUNCTION {S}._birth_file_images() IS
    'The images of birth_migration, and of its rows that are gone. Private.';

-- The same for functions that are defined anew by what is bound now; nothing before anything is installed.
CREATE OR REPLACE FUNCTION {S}._birth_schema_redefined(p_functions text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_version text := (SELECT version FROM {S}.birth_schema_version ORDER BY installation DESC LIMIT 1);
BEGIN
    IF v_version IS NOT NULL THEN
        PERFORM {S}.birth_schema_record('schema_recorded', v_version, v_version, ARRAY[]::text[], p_functions);
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_schema_redefined(text[]) IS
    'Records functions again after a binding defined them again. Private.';
