-- needs: kernel/unseen
-- The company's tables under our names. Functions and queries read them through birth_registry_rows(),
-- birth_collection_rows(), birth_policy_rows() and birth_alert_rows(): single SELECTs that the planner inlines, so that
-- the tables' own indexes are used, with the rights of the reader. Nothing depends on the company's tables in the
-- catalog: they can be altered or dropped without this console standing in the way.
--
-- defines: birth_registry_rows()
-- defines: birth_collection_rows()
-- defines: birth_policy_rows()
-- defines: birth_alert_rows()
-- defines: birth_registry_named()
-- defines: birth_registry_query(p_columns text, p_codes text[], p_where text)
-- defines: _birth_policy_hold(p_collection text)
-- defines: _birth_policy_write(p_collection text, p_requirement text)
--
-- What was enrolled or decided here stands in tables of ours, beside what the company's own say: theirs come first.

-- The table of a part, or NULL where it is gone.
CREATE OR REPLACE FUNCTION {S}.birth_bound_table(p_part text) RETURNS oid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT c.oid FROM {S}.birth_binding AS b
        JOIN pg_namespace AS n ON n.nspname = b.schema_name::name
        JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = b.table_name::name
        WHERE b.part = p_part
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_bound_table(text) IS
    'The company''s table that a part (registry, collections, policy, alerts) is bound to; NULL if it is missing. '
    'For birth_reader.';

-- What we read of each part, under our names, in order.
CREATE OR REPLACE FUNCTION {S}._birth_bound_columns() RETURNS TABLE (part text, name text, type text, place bigint)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT c.part, split_part(c.words, ' ', 1), split_part(c.words, ' ', 2), c.place
    FROM (
        SELECT p.part, w.words, w.place
        FROM (VALUES
            ('registry', ARRAY['entity_code text', 'collection_name text', 'species_code text',
                'composition_level text', 'dot_origin text', 'born_at timestamptz', 'governance_role text',
                'inspect_pen text', 'inspect_stamp text', 'inspect_gate text',
                'certified boolean', 'certified_at timestamptz']),
            ('collections', ARRAY['collection_name text', 'governance_role text']),
            ('policy', ARRAY['collection_name text', 'requirement text']),
            ('alerts', ARRAY[]::text[])) AS p(part, names)
        CROSS JOIN LATERAL unnest(p.names) WITH ORDINALITY AS w(words, place)) AS c
$body$;
COMMENT ON FUNCTION {S}._birth_bound_columns() IS
    'The columns that the console reads of each part: our name, our type, their order. Private.';

-- The company's name of a column of ours.
CREATE OR REPLACE FUNCTION {S}.birth_bound_name(p_part text, p_column text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT coalesce(columns ->> p_column, p_column) FROM {S}.birth_binding WHERE part = p_part
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_bound_name(text, text) IS
    'The company''s name of one of our columns, as bound; our own name if the binding names no other. For '
    'birth_reader.';

-- The query that reads a part: each column as our type, or NULL where the company has no such column. A table that is
-- gone keeps the names it had.
CREATE OR REPLACE FUNCTION {S}._birth_bound_query(p_part text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    -- A registry or policy of the company's that lists a collection twice says the same of it each time: the first.
    SELECT CASE
        WHEN p_part NOT IN ('collections', 'policy') THEN r.query
        WHEN EXISTS (SELECT FROM pg_index AS i
            WHERE i.indrelid = r.relid AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1
              AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indkey[0] = (SELECT a.attnum FROM pg_attribute AS a
                  WHERE a.attrelid = r.relid AND a.attname = {S}.birth_bound_name(p_part, 'collection_name')::name
                    AND NOT a.attisdropped AND a.attnotnull))
            THEN r.query
        ELSE format('SELECT DISTINCT ON (d.name) d.name, d.value FROM (%s) AS d(name, value)'
            ' WHERE d.name IS NOT NULL ORDER BY d.name, d.value', r.query) END
    FROM (
        SELECT found.relid, format('SELECT %s FROM %I.%I AS b',
            concat_ws(', ',
                (SELECT string_agg(CASE
                        WHEN found.relid IS NOT NULL AND a.attname IS NULL THEN format('NULL::%s', c.type)
                        ELSE format('b.%I::%s', {S}.birth_bound_name(p_part, c.name), c.type) END,
                    ', ' ORDER BY c.place)
                FROM {S}._birth_bound_columns() AS c
                LEFT JOIN pg_attribute AS a ON a.attrelid = found.relid AND a.attnum > 0
                    AND NOT a.attisdropped AND a.attname = {S}.birth_bound_name(p_part, c.name)::name
                WHERE c.part = p_part),
                CASE p_part WHEN 'registry' THEN 'b.xmin' WHEN 'alerts' THEN '1' END),
            b.schema_name, b.table_name) AS query
        FROM {S}.birth_binding AS b, {S}.birth_bound_table(p_part) AS found(relid)
        WHERE b.part = p_part) AS r
$body$;
COMMENT ON FUNCTION {S}._birth_bound_query(text) IS
    'The query that reads a bound table under our column names and types; a column that is missing reads as NULL, and '
    'a collection that is listed twice once. Private.';

-- Whether reading a bound table runs no code but the server's: a table, not a view, of the server's own types.
CREATE OR REPLACE FUNCTION {S}._birth_bound_is_plain(p_part text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN EXISTS (
        SELECT FROM pg_class AS c
        WHERE c.oid = {S}.birth_bound_table(p_part) AND c.relkind IN ('r', 'p') AND NOT EXISTS (
            SELECT FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384));
END
$body$;
COMMENT ON FUNCTION {S}._birth_bound_is_plain(text) IS
    'True if reading a bound table runs no code but the server''s own. Private.';

-- Whether a part is the company's: bound to another table than the stand-in of this schema.
CREATE OR REPLACE FUNCTION {S}.birth_is_bound(p_part text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT schema_name <> {s} FROM {S}.birth_binding WHERE part = p_part
$body$;
COMMENT ON FUNCTION {S}.birth_is_bound(text) IS
    'True if a part is bound to a table of the company, false if it is the stand-in of this schema. For '
    'birth_reader.';

-- Define the functions that read and write what is bound, by the bindings as they are. For administrators.
CREATE OR REPLACE FUNCTION {S}._birth_bound_define() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET check_function_bodies = 'off' AS $define$
DECLARE
    v_part record;
    v_query text;
    v_spread boolean;
    v_registry {S}.birth_binding;
    v_code text;
    v_policy {S}.birth_binding;
BEGIN
    FOR v_part IN SELECT * FROM (VALUES
        ('registry', 'birth_registry_rows', '', ', row_xmin xid'),
        ('collections', 'birth_collection_rows', 'collection_registry', ''),
        ('policy', 'birth_policy_rows', 'birth_policy', ''),
        ('alerts', 'birth_alert_rows', '', 'alert integer')) AS p(part, function, ours, more)
    LOOP
        v_query := {S}._birth_bound_query(v_part.part);
        IF v_part.ours <> '' AND {S}.birth_is_bound(v_part.part) THEN
            v_query := format('(%1$s) UNION ALL SELECT o.collection_name::text, o.%2$I::text FROM {S}.%3$I AS o'
                ' WHERE NOT EXISTS (SELECT FROM (%1$s) AS t(name, value) WHERE t.name = o.collection_name)', v_query,
                CASE v_part.part WHEN 'policy' THEN 'requirement' ELSE 'governance_role' END, v_part.ours);
        END IF;
        -- Neither settings nor SECURITY DEFINER: the planner would not inline it. Citus takes no function in LANGUAGE
        -- sql that reads a distributed table: such a one is read whole.
        -- Workers may run it as well, unless code of others' types does.
        v_spread := {S}.birth_distributed(ARRAY[{S}.birth_bound_table(v_part.part)]) <> '{{}}';
        EXECUTE format('CREATE OR REPLACE FUNCTION {S}.%I() RETURNS TABLE (%s)'
            ' LANGUAGE %s STABLE ROWS 1000 %s AS %L',
            v_part.function, concat((SELECT string_agg(format('%I %s', name, type), ', ' ORDER BY place)
                FROM {S}._birth_bound_columns() WHERE part = v_part.part), v_part.more),
            CASE WHEN v_spread THEN 'plpgsql' ELSE 'sql' END,
            CASE WHEN NOT v_spread AND {S}._birth_bound_is_plain(v_part.part) THEN 'PARALLEL SAFE' ELSE '' END,
            CASE WHEN v_spread THEN format(E'#variable_conflict use_column\nBEGIN RETURN QUERY %s; END', v_query)
                ELSE v_query END);
        EXECUTE format('GRANT EXECUTE ON FUNCTION {S}.%I() TO birth_reader, birth_caller', v_part.function);
    END LOOP;
    SELECT * INTO v_registry FROM {S}.birth_binding WHERE part = 'registry';
    v_code := {S}.birth_bound_name('registry', 'entity_code');
    -- For who may read the registry and none of our tables.
    EXECUTE format($named$
        CREATE OR REPLACE FUNCTION {S}.birth_registry_named(OUT relid oid, OUT code text)
        LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS %L $named$, format($body$
        BEGIN
            SELECT c.oid, %L INTO relid, code
            FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid
            WHERE n.nspname = %L AND c.relname = %L;
        END $body$, v_code, v_registry.schema_name, v_registry.table_name));
    -- A statement with its codes as constants, so that Citus asks the one shard that holds them.
    EXECUTE format($query$
        CREATE OR REPLACE FUNCTION {S}.birth_registry_query(p_columns text, p_codes text[] DEFAULT NULL,
            p_where text DEFAULT NULL) RETURNS text
        LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS %L $query$, format($body$
        BEGIN
            RETURN format('SELECT %%s FROM (%%s) AS r(%%s)', p_columns, concat(%L, ' WHERE ' || coalesce(p_where,
                CASE WHEN p_codes IS NOT NULL THEN format(%L, p_codes) END)), %L);
        END $body$, {S}._birth_bound_query('registry'), format('b.%I = ANY (%%L)', v_code),
        (SELECT string_agg(c.name, ', ' ORDER BY c.place) FROM {S}._birth_bound_columns() AS c
            WHERE c.part = 'registry') || ', row_xmin'));
    GRANT EXECUTE ON FUNCTION {S}.birth_registry_named(), {S}.birth_registry_query(text, text[], text)
        TO birth_reader, birth_caller;
    SELECT * INTO v_policy FROM {S}.birth_binding WHERE part = 'policy';
    -- A collection's requirement, which is not decided otherwise by ours between this check and the commit: who does
    -- waits for the identity, which a batch holds. The company's own row is read as in _birth_reading.
    EXECUTE format($policy$
        CREATE OR REPLACE FUNCTION {S}._birth_policy_hold(p_collection text) RETURNS text
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS %L $policy$, format($body$
        DECLARE
            v_requirement text;
        BEGIN
            SELECT r.requirement
            INTO v_requirement
            FROM {S}._birth_reading_codes(%1$L, ARRAY[p_collection]) AS r(requirement text);
            IF NOT FOUND THEN
                SELECT o.requirement INTO v_requirement
                FROM {S}.birth_policy AS o WHERE o.collection_name = p_collection FOR SHARE;
            END IF;
            RETURN v_requirement;
        END $body$, format('SELECT b.%3$I::text FROM %1$I.%2$I AS b WHERE b.%4$I = ($1)[1]',
            v_policy.schema_name, v_policy.table_name, {S}.birth_bound_name('policy', 'requirement'),
            {S}.birth_bound_name('policy', 'collection_name'))));
    -- The company's row is written as birth_caller: its triggers are the company's code.
    EXECUTE format($policy$
        CREATE OR REPLACE FUNCTION {S}._birth_policy_write(p_collection text, p_requirement text) RETURNS boolean
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS %L $policy$, format($body$
        DECLARE
            v_marks text[];
            v_done bigint := 0;
        BEGIN
            PERFORM FROM {S}.birth_identity AS i WHERE i.collection_name = p_collection FOR UPDATE;
            IF {S}.birth_is_bound('policy') THEN
                PERFORM {S}._birth_caller_ready();
                v_marks := {S}._birth_session_marks(pg_catalog.current_setting('search_path'));
                v_done := {S}._birth_as_caller(%1$L, ARRAY[p_requirement], ARRAY[p_collection], NULL, NULL);
                PERFORM {S}._birth_session_kept(v_marks, pg_catalog.current_setting('search_path'));
            END IF;
            IF v_done = 0 THEN
                UPDATE {S}.birth_policy AS o SET requirement = p_requirement WHERE o.collection_name = p_collection;
                RETURN FOUND;
            END IF;
            RETURN true;
        END $body$, format('WITH done AS (UPDATE %1$I.%2$I AS b SET %3$I = ($1)[1] WHERE b.%4$I = ($2)[1] RETURNING 1)'
            ' SELECT count(*) FROM done', v_policy.schema_name, v_policy.table_name,
            {S}.birth_bound_name('policy', 'requirement'), {S}.birth_bound_name('policy', 'collection_name'))));
END
$define$;
COMMENT ON FUNCTION {S}._birth_bound_define() IS
    'Defines the functions that read and write the bound tables again, from birth_binding as it is now. Private.';

SELECT {S}._birth_bound_define();
COMMENT ON FUNCTION {S}.birth_registry_rows() IS
    'The rows of the birth registry, wherever it is bound, under our column names. For birth_reader.';
COMMENT ON FUNCTION {S}.birth_collection_rows() IS
    'The rows of the registry of collections, wherever it is bound, and those that were enrolled here. For '
    'birth_reader.';
COMMENT ON FUNCTION {S}.birth_policy_rows() IS
    'The policy of each collection, wherever it is bound, and those that were decided here. For birth_reader.';
COMMENT ON FUNCTION {S}.birth_alert_rows() IS
    'One row for each alert of the trigger guard, wherever it is bound. For birth_reader.';
COMMENT ON FUNCTION {S}.birth_registry_named() IS
    'The table of the registry, wherever it is bound, and its column of codes. For birth_reader.';
COMMENT ON FUNCTION {S}.birth_registry_query(text, text[], text) IS
    'The query of columns of the registry, by our names: of all rows, of those with these codes, or of those where a '
    'condition on b holds. For birth_reader.';
COMMENT ON FUNCTION {S}._birth_policy_hold(text) IS
    'The requirement of a collection, locked until the transaction ends. Private.';
COMMENT ON FUNCTION {S}._birth_policy_write(text, text) IS
    'Writes the requirement of a collection where its policy is; false if it has none. Private.';


GRANT EXECUTE ON FUNCTION {S}.birth_bound_table(text), {S}.birth_bound_name(text, text),
    {S}.birth_is_bound(text) TO birth_reader;
