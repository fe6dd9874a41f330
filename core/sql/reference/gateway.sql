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
-- The shared register function. SECURITY INVOKER and executable by nobody but the owner: it is reached only
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

-- name: fn_birth_gateway
-- The trigger on each collection: `trg_birth_gateway AFTER INSERT … EXECUTE FUNCTION fn_birth_gateway('collection')`.
-- A row whose collection has no identity yet cannot be named, slips past, and is missing until it is backfilled.
CREATE FUNCTION {S}.fn_birth_gateway() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_collection text := coalesce(TG_ARGV[0], TG_TABLE_NAME);
    v_expression text;
    v_code text;
BEGIN
    SELECT {S}.birth_identity_expression(TG_RELID, i.collection_name, i.strategy, i.columns, 'source')
    INTO v_expression
    FROM {S}.birth_identity AS i WHERE i.collection_name = v_collection;
    IF v_expression IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT %s FROM (SELECT ($1).*) AS source', v_expression) INTO v_code USING NEW;
    IF v_code IS NOT NULL THEN
        PERFORM {S}.fn_birth_register(p_collection_name => v_collection, p_entity_code => v_code, p_dry_run => false);
    END IF;
    RETURN NULL;
END
$body$;

-- name: fn_trigger_guard
-- The trigger guard: DDL that touches a trigger leaves a row in trigger_guard_alerts. ALTER TABLE reports itself
-- as a table command even when it disables a trigger, hence the look at the statement's text.
CREATE FUNCTION {S}.fn_trigger_guard() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF TG_EVENT = 'sql_drop' THEN
        INSERT INTO {S}.trigger_guard_alerts (command_tag, object_identity)
        SELECT TG_TAG, object_identity FROM pg_event_trigger_dropped_objects() WHERE object_type = 'trigger';
    ELSE
        INSERT INTO {S}.trigger_guard_alerts (command_tag, object_identity)
        SELECT TG_TAG, object_identity FROM pg_event_trigger_ddl_commands()
        WHERE object_type = 'trigger' OR (command_tag = 'ALTER TABLE' AND current_query() ~* '\mtrigger\M');
    END IF;
END
$body$;
