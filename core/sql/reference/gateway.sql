-- Stand-ins for the objects that belong to the company: the collections' registry and policy, the birth registry,
-- the gateway and the trigger guard. Databases that have their own keep them: each is installed only when absent.

-- name: collection_registry
CREATE TABLE {S}.collection_registry (
    collection_name text PRIMARY KEY,
    code text NOT NULL UNIQUE DEFAULT 'COL-' || substr(md5(random()::text || clock_timestamp()::text), 1, 10),
    governance_role text NOT NULL DEFAULT 'observed' CHECK (governance_role IN ('governed', 'observed')),
    status text NOT NULL DEFAULT 'published',
    date_created timestamptz NOT NULL DEFAULT now()
);

-- name: birth_policy
CREATE TABLE {S}.birth_policy (
    collection_name text PRIMARY KEY,
    requirement text NOT NULL DEFAULT 'REQUIRED' CHECK (requirement IN ('REQUIRED', 'EXEMPT'))
);

-- name: birth_registry
CREATE TABLE {S}.birth_registry (
    entity_code text NOT NULL UNIQUE CHECK (entity_code <> ''),
    collection_name text NOT NULL,
    species_code text,
    composition_level text,
    dot_origin text,
    born_at timestamptz NOT NULL DEFAULT now(),
    governance_role text,
    inspect_pen text,
    inspect_stamp text,
    inspect_gate text,
    certified boolean NOT NULL DEFAULT false,
    certified_at timestamptz
);

-- name: trigger_guard_alerts
CREATE TABLE {S}.trigger_guard_alerts (
    alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL DEFAULT session_user,
    command_tag text NOT NULL,
    object_identity text NOT NULL
);

-- name: fn_birth_register
-- The shared register function. SECURITY INVOKER and executable by the owner alone: it is reached only
-- through the gateway's trigger function and the backfill's batch function, which both run as the owner.
CREATE FUNCTION {S}.fn_birth_register(
    p_collection_name text,
    p_entity_code text,
    p_born_at timestamptz DEFAULT NULL,
    p_dot_origin text DEFAULT 'GATEWAY',
    p_dry_run boolean DEFAULT true
) RETURNS text LANGUAGE plpgsql VOLATILE AS $body$
BEGIN
    IF p_entity_code IS NULL OR p_entity_code = '' THEN
        RAISE EXCEPTION 'an entity of % has no code', p_collection_name USING ERRCODE = 'not_null_violation';
    END IF;
    IF p_dry_run THEN
        RETURN CASE WHEN EXISTS (SELECT FROM {S}.birth_registry WHERE entity_code = p_entity_code)
            THEN 'existing' ELSE 'would_register' END;
    END IF;
    INSERT INTO {S}.birth_registry (entity_code, collection_name, dot_origin, born_at, governance_role)
    VALUES (p_entity_code, p_collection_name, p_dot_origin, coalesce(p_born_at, clock_timestamp()),
            (SELECT governance_role FROM {S}.collection_registry WHERE collection_name = p_collection_name))
    ON CONFLICT (entity_code) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'registered' ELSE 'existing' END;
END
$body$;

-- name: fn_birth_register_set
-- The same for many entities of a collection at once, codes and times of birth side by side, by one statement.
-- It is bound in the place of the other by an administrator who wants that: a batch is one call then. Answers how
-- many are new.
CREATE FUNCTION {S}.fn_birth_register_set(
    p_collection_name text,
    p_entity_codes text[],
    p_born_at timestamptz[] DEFAULT NULL,
    p_dot_origin text DEFAULT 'GATEWAY',
    p_dry_run boolean DEFAULT true
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $body$
DECLARE
    v_role text := (SELECT governance_role FROM {S}.collection_registry WHERE collection_name = p_collection_name);
    v_rows bigint;
    v_spread boolean := {S}.birth_registry_is_spread();
    v_done bigint := 0;
    v_part record;
BEGIN
    IF '' = ANY (p_entity_codes) OR array_position(p_entity_codes, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'an entity of % has no code', p_collection_name USING ERRCODE = 'not_null_violation';
    END IF;
    IF p_dry_run THEN
        RETURN CASE WHEN v_spread THEN (
            SELECT count(*) FROM unnest(p_entity_codes) AS each(code)
            WHERE each.code NOT IN (SELECT r.code FROM {S}.birth_registry_probe(p_entity_codes) AS r)
        ) ELSE (
            SELECT count(*) FROM unnest(p_entity_codes) AS each(code)
            WHERE NOT EXISTS (SELECT FROM {S}.birth_registry WHERE entity_code = each.code)
        ) END;
    END IF;
    IF v_spread THEN
        -- Citus takes values for one shard as they are; a query it would run here, and repeat on each.
        FOR v_part IN SELECT * FROM {S}.birth_codes_by_shard(p_entity_codes, p_born_at::text[]) LOOP
            EXECUTE format('INSERT INTO {S}.birth_registry'
                    ' (entity_code, collection_name, dot_origin, born_at, governance_role) VALUES %s'
                    ' ON CONFLICT (entity_code) DO NOTHING', (
                SELECT string_agg(format('(%L, %L, %L, %L, %L)', each.code, p_collection_name, p_dot_origin,
                    coalesce(each.born_at, clock_timestamp()), v_role), ', ')
                FROM unnest(v_part.codes, v_part.beside::timestamptz[]) AS each(code, born_at)));
            GET DIAGNOSTICS v_rows = ROW_COUNT;
            v_done := v_done + v_rows;
        END LOOP;
        RETURN v_done;
    END IF;
    INSERT INTO {S}.birth_registry (entity_code, collection_name, dot_origin, born_at, governance_role)
    SELECT each.code, p_collection_name, p_dot_origin, coalesce(each.born_at, clock_timestamp()), v_role
    FROM unnest(p_entity_codes, p_born_at) AS each(code, born_at)
    ON CONFLICT (entity_code) DO NOTHING;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END
$body$;

-- name: fn_birth_gateway
-- The trigger on each collection: `trg_birth_gateway AFTER INSERT … EXECUTE FUNCTION fn_birth_gateway('collection')`.
-- A row that cannot be named or registered for want of ours slips past, and is missing until it is backfilled: no
-- identity yet, a code that is blank or another row's, one whose column is gone, a register function that is gone. What
-- the company writes never fails for that.
CREATE FUNCTION {S}.fn_birth_gateway() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_collection text := coalesce(TG_ARGV[0], TG_TABLE_NAME);
    v_expression text;
    v_code text;
    v_alone boolean;
    v_statement text;
    v_key text;
    v_born timestamptz;
    v_style text;
    v_zone text;
BEGIN
    -- Its subtransaction writes nothing: it costs no transaction number.
    BEGIN
        SELECT {S}._birth_identity_expression(TG_RELID, i.collection_name, i.strategy, i.columns, 'source')
        INTO v_expression
        FROM {S}.birth_identity AS i WHERE i.collection_name = v_collection;
    EXCEPTION WHEN SQLSTATE 'BR003' THEN
        RAISE WARNING 'a row of % is not registered: %', TG_RELID::regclass, SQLERRM
            USING HINT = format('It is missing until %s is classified again and backfilled.', v_collection);
        RETURN NULL;
    END;
    IF v_expression IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT %s FROM (SELECT ($1).*) AS source', v_expression) INTO v_code USING NEW;
    IF v_code IS NULL THEN
        RAISE WARNING 'a row of % is not registered: a column of its identity is NULL or blank', TG_RELID::regclass
            USING HINT = format('Fill the column, then backfill: no run of %s can be planned before.', v_collection);
        RETURN NULL;
    ELSIF v_code ~ '[^!-~]' AND v_code <> {S}.birth_code_fold(v_code)
        AND EXISTS (SELECT FROM {S}.birth_registry_probe(ARRAY[{S}.birth_code_fold(v_code)])) THEN
        RAISE WARNING 'a row of % is not registered: its code equals a registered one but for invisible characters',
            TG_RELID::regclass
            USING HINT = format('Clean the code, then backfill: no run of %s can be planned before.', v_collection);
        RETURN NULL;
    END IF;
    -- Its owner may alter the function that runs the company's code.
    IF (SELECT p.prosecdef AND p.proowner = to_regrole('birth_caller') FROM pg_proc AS p
        WHERE p.proname = '_birth_as_caller'
          AND p.pronamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s})) IS NOT TRUE THEN
        RAISE WARNING 'a row of % is not registered: the function that calls the register function was altered',
            TG_RELID::regclass
            USING HINT = 'Restore it: `birth-console upgrade`. The row is missing until it is backfilled.';
        RETURN NULL;
    END IF;
    -- The stand-in is called as it is: composing a call takes longer than all the rest.
    IF (SELECT p.proowner FROM pg_proc AS p WHERE p.oid = (
            SELECT to_regprocedure(f.signature) FROM {S}.birth_gateway_function AS f
            WHERE f.only_row AND f.schema_name = {s} AND f.function_name = 'fn_birth_register'
        )) = 'birth_owner'::regrole THEN
        PERFORM {S}._birth_as_caller(NULL, ARRAY[v_code], ARRAY[v_collection], NULL, NULL);
        RETURN NULL;
    END IF;
    SELECT p.prosecdef AND p.proconfig::text LIKE '%search_path=%' INTO v_alone FROM pg_proc AS p
    WHERE p.oid = {S}.birth_register_function() AND has_function_privilege('birth_caller', p.oid, 'EXECUTE')
      AND has_schema_privilege('birth_caller', p.pronamespace, 'USAGE')
      AND NOT EXISTS (SELECT FROM {S}.birth_gateway_binding AS b
          WHERE b.parameter <> ALL (coalesce(p.proargnames, ARRAY[]::text[])));
    IF NOT FOUND THEN
        RAISE WARNING 'a row of % is not registered: the bound register function is missing or cannot be called',
            TG_RELID::regclass
            USING HINT = 'Bind the function again: `birth-console init --bind`. Then backfill the row.';
        RETURN NULL;
    END IF;
    -- Never by a cast: the owner of a type may have made one to text that does anything.
    SELECT format('SELECT %s, %s FROM (SELECT ($1).*) AS source',
        CASE WHEN EXISTS (SELECT FROM {S}.birth_gateway_binding WHERE value = 'source_key') THEN (
            SELECT string_agg(format('format(''%%s'', source.%I)', l.name), ' || ''/'' || ' ORDER BY l.position)
            FROM {S}.birth_identity AS i, {S}._birth_locator(TG_RELID, i.columns) AS found,
                unnest(found.locator) WITH ORDINALITY AS l(name, position)
            WHERE i.collection_name = v_collection) ELSE 'NULL' END,
        {S}._birth_born_at(TG_RELID))
    INTO v_statement;
    -- A key reads as the plan's do, whatever the inserting session prefers; the register function meets that session.
    v_style := current_setting('DateStyle');
    v_zone := current_setting('TimeZone');
    PERFORM set_config('DateStyle', 'ISO, YMD', true), set_config('TimeZone', 'UTC', true);
    EXECUTE v_statement INTO v_key, v_born USING NEW;
    PERFORM set_config('DateStyle', v_style, true), set_config('TimeZone', v_zone, true);
    v_statement := format(
        'SELECT count(%s) FROM (SELECT ($1)[1] AS code, ($2)[1] AS source_key, ($3)[1] AS born_at) AS row',
        {S}._birth_register_call(v_collection, 'GATEWAY'));
    IF v_alone THEN
        PERFORM {S}._birth_as_caller(v_statement, ARRAY[v_code], ARRAY[v_key], ARRAY[v_born], NULL);
        RETURN NULL;
    END IF;
    -- A function that relies on its caller for rights or names meets other ones here. It costs a subtransaction a row.
    BEGIN
        PERFORM {S}._birth_as_caller(v_statement, ARRAY[v_code], ARRAY[v_key], ARRAY[v_born], NULL);
    EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
        RAISE WARNING 'a row of % is not registered: the register function fails: %', TG_RELID::regclass, SQLERRM
            USING HINT = 'Make it SECURITY DEFINER with its own search_path, then backfill the row.';
    END;
    RETURN NULL;
END
$body$;

-- name: fn_trigger_guard
-- The trigger guard: DDL that touches a trigger leaves a row in trigger_guard_alerts. ALTER TABLE reports itself
-- as a table command even when it disables a trigger, hence the look at the triggers themselves: one that this
-- transaction switched or changed has a new row in the catalog, however its statement was put together. The text
-- counts, too, with no backslash in it: the session whose statement it is may read one as an escape.
CREATE FUNCTION {S}.fn_trigger_guard() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF TG_EVENT = 'sql_drop' THEN
        INSERT INTO {S}.trigger_guard_alerts (command_tag, object_identity)
        SELECT TG_TAG, object_identity FROM pg_event_trigger_dropped_objects() WHERE object_type = 'trigger';
    ELSE
        INSERT INTO {S}.trigger_guard_alerts (command_tag, object_identity)
        SELECT TG_TAG, c.object_identity FROM pg_event_trigger_ddl_commands() AS c
        WHERE c.object_type = 'trigger' OR c.command_tag = 'ALTER TABLE' AND (
            current_query() ~* '(^|[^[:alnum:]_])trigger($|[^[:alnum:]_])'
            -- Of this transaction, or of a part of it: those have later numbers.
            OR EXISTS (SELECT FROM pg_trigger AS t
                WHERE NOT t.tgisinternal AND age(t.xmin) <= age(pg_current_xact_id()::xid)
                  AND (t.tgrelid = c.objid OR t.tgrelid IN (SELECT p.relid FROM pg_partition_tree(c.objid) AS p))));
    END IF;
END
$body$;
