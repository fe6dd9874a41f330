-- Whether other tables inherit from it. The indexes of a partitioned table hold for all of its partitions.
CREATE FUNCTION {S}.birth_has_heirs(p_relid oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT EXISTS (SELECT FROM pg_inherits AS h JOIN pg_class AS c ON c.oid = h.inhparent WHERE h.inhparent = p_relid AND c.relkind = 'r')
$body$;

-- The columns by which a row is found again: the primary key, else a unique index that identifies every row, else
-- the identity's own columns (with or without an index that starts with them).
CREATE FUNCTION {S}.birth_locator(p_relid oid, p_columns text[], OUT locator text[], OUT indexed boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce(best.names, p_columns), best.names IS NOT NULL
    FROM (SELECT) AS always LEFT JOIN LATERAL (
        SELECT array_agg(a.attname::text ORDER BY k.position) AS names
        FROM pg_index AS x, unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attnum = k.attnum
        WHERE x.indrelid = p_relid AND x.indisunique AND x.indisvalid AND x.indisready AND x.indimmediate
          AND x.indpred IS NULL AND x.indexprs IS NULL AND NOT {S}.birth_has_heirs(p_relid) AND k.position <= x.indnkeyatts
        GROUP BY x.indexrelid, x.indisprimary
        HAVING bool_and(a.attnotnull)
        ORDER BY x.indisprimary DESC, count(*), x.indexrelid LIMIT 1) AS best ON true
$body$;

-- Plan a backfill: store exactly what is missing, in code order, with everything pinned that must not change
-- before it is applied. NULL plans every classified REQUIRED collection. Reads each source once; touches no
-- source, registry or gateway object.
CREATE FUNCTION {S}.birth_backfill_plan(p_collections text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB' SET "DateStyle" = 'ISO, YMD' SET "TimeZone" = 'UTC' SET "IntervalStyle" = 'iso_8601' AS $body$
DECLARE
    v_person text := {S}.birth_actor('birth_operator', 'plan a backfill');
    v_run bigint;
    v_name text;
    v_clash jsonb;
BEGIN
    IF cardinality(p_collections) = 0 THEN
        PERFORM {S}.birth_refuse('BR002', 'nothing_named', 'a plan names at least one collection', NULL, 'Name collections, or plan all of them.');
    END IF;
    PERFORM {S}.birth_backfill_undisturbed(p_collections);
    INSERT INTO {S}.birth_backfill_run (system_identifier, gateway, registry_triggers, registry_rows, alert_rows, snapshot, planned_person)
    SELECT (SELECT system_identifier::text FROM pg_control_system()), {S}.birth_gateway_fingerprint(),
        {S}.birth_trigger_fingerprint(format('%I.birth_registry', {s})::regclass),
        (SELECT count(*) FROM {S}.birth_registry), (SELECT count(*) FROM {S}.trigger_guard_alerts),
        pg_current_snapshot(), v_person
    RETURNING run_id INTO v_run;
    INSERT INTO {S}.birth_backfill_control (run_id) VALUES (v_run);
    INSERT INTO {S}.birth_backfill_look (run_id) VALUES (v_run);
    FOR v_name IN
        SELECT c.collection_name FROM {S}.birth_collections() AS c
        WHERE p_collections IS NULL AND c.requirement = 'REQUIRED' AND {S}.birth_resolvable(c.relid, c.strategy, c.missing_columns)
        UNION SELECT unnest(p_collections) ORDER BY 1
    LOOP
        PERFORM {S}.birth_backfill_plan_entry(v_run, v_name);
        RAISE NOTICE 'planned %', v_name;
    END LOOP;
    SELECT jsonb_agg(jsonb_build_object('code', entity_code, 'collections', collections)) INTO v_clash FROM (
        SELECT i.entity_code, array_agg(l.collection_name) AS collections
        FROM {S}.birth_backfill_ledger AS l JOIN {S}.birth_backfill_item AS i USING (ledger_id)
        -- One collection cannot clash with itself: that was looked at before.
        -- Synthetic codes of two collections differ in their prefix; but a column may come to hold what reads like one.
        WHERE l.run_id = v_run AND (SELECT count(*) FROM {S}.birth_backfill_ledger WHERE run_id = v_run) > 1 AND (l.strategy = 'column' OR i.entity_code IN (
            SELECT c.entity_code FROM {S}.birth_backfill_item AS c JOIN {S}.birth_backfill_ledger AS o USING (ledger_id)
            WHERE o.run_id = v_run AND o.strategy = 'column' AND position(':' IN c.entity_code) > 0))
        GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 3) AS clashes;
    IF v_clash IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'codes_collide', 'two collections of this plan give the same code',
            jsonb_build_object('examples', v_clash), 'Give one of them a synthetic identity.');
    END IF;
    UPDATE {S}.birth_backfill_run SET digest = (
        SELECT encode(sha256(convert_to(coalesce(string_agg(collection_name || ' ' || digest, E'\n' ORDER BY collection_name COLLATE "C"), ''), 'UTF8')), 'hex')
        FROM {S}.birth_backfill_ledger WHERE run_id = v_run)
    WHERE run_id = v_run;
    PERFORM {S}.birth_backfill_supersede(v_run);
    PERFORM {S}.birth_ledger_append('planned', (SELECT jsonb_build_object('run', r.run_id, 'digest', r.digest, 'gateway', r.gateway,
        'registry_rows', r.registry_rows, 'alert_rows', r.alert_rows, 'entries', (SELECT coalesce(jsonb_agg(jsonb_build_object('ledger_id', ledger_id,
            'collection', collection_name, 'identity', identity, 'missing', missing, 'digest', digest) ORDER BY ledger_id), '[]')
            FROM {S}.birth_backfill_ledger WHERE run_id = v_run)) FROM {S}.birth_backfill_run AS r WHERE r.run_id = v_run));
    RETURN v_run;
END
$body$;

-- Whether the catalogs alone show that no two rows give the same code: a unique index that holds for every row, on
-- columns that are never NULL and are part of the identity. Rows of tables that inherit from it are its rows, too, and
-- in none of its indexes.
CREATE FUNCTION {S}.birth_identity_is_declared(p_relid oid, p_columns text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT EXISTS (SELECT FROM pg_index AS x
        WHERE x.indrelid = p_relid AND x.indisunique AND x.indisvalid AND x.indisready AND x.indislive AND x.indimmediate
          AND x.indpred IS NULL AND x.indexprs IS NULL AND NOT {S}.birth_has_heirs(p_relid)
          AND NOT EXISTS (SELECT FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attnum = k.attnum
              WHERE k.position <= x.indnkeyatts AND NOT (a.attnotnull AND a.attname::text = ANY (p_columns))))
$body$;

-- What a plan reads of a source that can be joined with the registry: its missing rows in code order, what the contract
-- asks for, and codes that are registered for others. Codes that cannot repeat are not counted twice.
CREATE FUNCTION {S}.birth_plan_reads(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean,
    OUT missing text, OUT counted text, OUT taken text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format('SELECT row_number() OVER (ORDER BY row.code COLLATE "C"), row.code, row.source_key FROM (
                SELECT %1$s AS code, ARRAY[%2$s] AS source_key FROM %3$s AS source) AS row
            WHERE row.code IS NOT NULL AND NOT EXISTS (SELECT FROM {S}.birth_registry AS r WHERE r.entity_code = row.code)',
            p_expression, (SELECT string_agg(format('source.%I::text', name), ', ' ORDER BY position)
                FROM unnest(p_locator) WITH ORDINALITY AS l(name, position)), p_relid::regclass),
        format('SELECT count(*), count(row.code), count(%3$s), max(length(row.code)) FROM (SELECT %1$s AS code FROM %2$s AS source) AS row',
            p_expression, p_relid::regclass, CASE WHEN p_declared THEN 'row.code' ELSE 'DISTINCT row.code COLLATE "C"' END),
        format('SELECT count(*), min(row.code COLLATE "C") FROM (SELECT %1$s AS code FROM %2$s AS source) AS row
            JOIN {S}.birth_registry AS r ON r.entity_code = row.code WHERE r.collection_name <> %3$L',
            p_expression, p_relid::regclass, p_collection)
$body$;

CREATE FUNCTION {S}.birth_plan_by_join(p_missing text, p_counted text, p_taken text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH stored AS (
            INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, row.seq, row.code, row.source_key FROM {S}.birth_reading(%L) AS row(seq bigint, code text, source_key text[])
        ), counted AS (
            SELECT * FROM {S}.birth_reading(%L) AS row(rows bigint, codes bigint, distinct_codes bigint, longest integer)
        ), taken AS (
            SELECT * FROM {S}.birth_reading(%L) AS row(foreign_codes bigint, foreign_example text)
        )
        SELECT * FROM counted CROSS JOIN taken $query$, p_missing, p_counted, p_taken)
$body$;

CREATE FUNCTION {S}.birth_plan_in_windows(p_relid oid, p_collection text, p_expression text, p_locator text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT format($query$
        WITH row AS MATERIALIZED (
            SELECT code, source_key, owner FROM {S}.birth_windows(%L)
        ), stored AS (
            INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, row_number() OVER (ORDER BY row.code COLLATE "C"), row.code, row.source_key::text[]
            FROM row WHERE row.code IS NOT NULL AND row.owner IS NULL
        ), counted AS (
            SELECT count(*) AS rows, count(row.code) AS codes, count(DISTINCT row.code COLLATE "C") AS distinct_codes, max(length(row.code)) AS longest
            FROM row
        ), taken AS (
            SELECT count(*) AS foreign_codes, min(row.code COLLATE "C") AS foreign_example FROM row WHERE row.owner <> %L
        )
        SELECT * FROM counted CROSS JOIN taken $query$,
        format('SELECT %s AS code, ARRAY[%s]::text AS source_key FROM %s AS source ORDER BY (%1$s) COLLATE "C"', p_expression,
            (SELECT string_agg(format('source.%I::text', name), ', ' ORDER BY position) FROM unnest(p_locator) WITH ORDINALITY AS l(name, position)),
            p_relid::regclass), p_collection)
$body$;

-- What is read of a source when it is planned, for people who look on.
CREATE FUNCTION {S}.birth_plan_text(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE WHEN {S}.birth_windowed(p_relid) THEN {S}.birth_plan_in_windows(p_relid, p_collection, p_expression, p_locator)
        ELSE (SELECT concat_ws(E';\n', format('INSERT INTO {S}.birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, seq, code, source_key FROM (%s) AS row(seq, code, source_key)', missing), counted, taken)
            FROM {S}.birth_plan_reads(p_relid, p_collection, p_expression, p_locator, p_declared)) END
$body$;

-- Refuse to read a whole table once for every row of another: on a large source that never ends.
CREATE FUNCTION {S}.birth_plan_affordable(p_collection text, p_query text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_plan jsonb := {S}.birth_explaining(p_query);
    v_loop jsonb;
BEGIN
    FOR v_loop IN SELECT jsonb_path_query(v_plan, '$.** ? (@."Node Type" == "Nested Loop")') LOOP
        IF (v_loop -> 'Plans' -> 0 ->> 'Plan Rows')::numeric * (v_loop -> 'Plans' -> 1 ->> 'Plan Rows')::numeric > 10000000
           AND jsonb_path_exists(v_loop -> 'Plans' -> 1, '$.** ? (@."Node Type" == "Seq Scan")') THEN
            PERFORM {S}.birth_refuse('BR003', 'plan_unaffordable', format('planning %s would read a whole table for every row of another', p_collection),
                jsonb_build_object('collection', p_collection, 'outer_rows', v_loop -> 'Plans' -> 0 -> 'Plan Rows', 'inner_rows', v_loop -> 'Plans' -> 1 -> 'Plan Rows'),
                'ANALYZE the source and the registry, and see that enable_hashjoin is on.');
        END IF;
    END LOOP;
END
$body$;

-- What is counted of the rows of an identity, as evidence.
CREATE FUNCTION {S}.birth_identity_counted(p_rows bigint, p_codes bigint, p_distinct bigint, p_foreign bigint, p_longest integer) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jsonb_build_object('rows', p_rows, 'without_code', p_rows - p_codes, 'duplicates', p_codes - p_distinct,
        'registered_for_others', p_foreign, 'longest', p_longest)
$body$;

-- Whether what was counted says that the identity holds.
CREATE FUNCTION {S}.birth_identity_holds(p_counted jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT (p_counted ->> 'without_code')::bigint = 0 AND (p_counted ->> 'duplicates')::bigint = 0
        AND (p_counted ->> 'registered_for_others')::bigint = 0 AND coalesce((p_counted ->> 'longest')::integer, 0) <= 200
$body$;

-- What the database itself counts of the rows that an identity is to identify; refuses where it does not.
CREATE FUNCTION {S}.birth_identity_count(p_relid oid, p_collection text, p_strategy text, p_columns text[]) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET row_security = off SET work_mem = '256MB' SET "DateStyle" = 'ISO, YMD' SET "TimeZone" = 'UTC' SET "IntervalStyle" = 'iso_8601' AS $body$
DECLARE
    v_expression text := {S}.birth_identity_expression(p_relid, p_collection, p_strategy, p_columns, 'source');
    v_reads record;
    v_found record;
    v_counted jsonb;
BEGIN
    IF {S}.birth_windowed(p_relid) THEN
        SELECT count(*) AS rows, count(w.code) AS codes, count(DISTINCT w.code COLLATE "C") AS distinct_codes, max(length(w.code)) AS longest,
            count(*) FILTER (WHERE w.owner <> p_collection) AS foreign_codes
        INTO v_found
        FROM {S}.birth_windows(format('SELECT %s AS code, NULL::text AS source_key FROM %s AS source', v_expression, p_relid::regclass)) AS w;
    ELSE
        v_reads := {S}.birth_plan_reads(p_relid, p_collection, v_expression, p_columns, {S}.birth_identity_is_declared(p_relid, p_columns));
        PERFORM {S}.birth_plan_affordable(p_collection, v_reads.taken);
        SELECT counted.*, taken.foreign_codes INTO v_found
        FROM {S}.birth_reading(v_reads.counted) AS counted(rows bigint, codes bigint, distinct_codes bigint, longest integer),
            {S}.birth_reading(v_reads.taken) AS taken(foreign_codes bigint, foreign_example text);
    END IF;
    v_counted := {S}.birth_identity_counted(v_found.rows, v_found.codes, v_found.distinct_codes, v_found.foreign_codes, v_found.longest);
    IF NOT {S}.birth_identity_holds(v_counted) THEN
        PERFORM {S}.birth_refuse('BR003', 'contract_broken', format('%s of %s does not identify its rows', array_to_string(p_columns, '/'), p_collection),
            v_counted || jsonb_build_object('collection', p_collection, 'strategy', p_strategy, 'columns', p_columns), 'Choose other columns.');
    END IF;
    RETURN v_counted;
END
$body$;

CREATE FUNCTION {S}.birth_backfill_plan_entry(p_run bigint, p_collection text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_collection record;
    v_expression text;
    v_locator text[];
    v_ledger bigint;
    v_reads record;
    v_statement text;
    v_found record;
    v_counted jsonb;
    v_last record;
BEGIN
    SELECT * INTO v_collection FROM {S}.birth_collections() WHERE collection_name = p_collection;
    IF v_collection.requirement IS DISTINCT FROM 'REQUIRED'
       OR NOT {S}.birth_resolvable(v_collection.relid, v_collection.strategy, v_collection.missing_columns) THEN
        PERFORM {S}.birth_refuse('BR003', 'not_plannable', format('%s cannot be planned: %s', p_collection, CASE
                WHEN v_collection.collection_name IS NULL THEN 'there is no such collection'
                WHEN v_collection.requirement IS DISTINCT FROM 'REQUIRED' THEN 'it is ' || coalesce(v_collection.requirement, 'without a policy')
                WHEN v_collection.relid IS NULL THEN 'it has no table'
                WHEN v_collection.strategy IS NULL THEN 'it is unclassified'
                ELSE 'its identity names columns that are gone: ' || array_to_string(v_collection.missing_columns, ', ') END),
            jsonb_build_object('collection', p_collection, 'requirement', v_collection.requirement, 'table', v_collection.relid::regclass::text,
                'identity', v_collection.identity, 'missing_columns', v_collection.missing_columns),
            'A collection is planned when it is REQUIRED, has a table, and is classified by columns it has: see `birth-console matrix --all`.');
    END IF;
    v_expression := {S}.birth_identity_expression(v_collection.relid, p_collection, v_collection.strategy, v_collection.columns, 'source');
    INSERT INTO {S}.birth_backfill_ledger (run_id, collection_name, relid, strategy, columns, identity, identity_version, locator, locator_indexed, triggers)
    SELECT p_run, p_collection, v_collection.relid, v_collection.strategy, v_collection.columns, v_collection.identity, v_collection.version,
        l.locator, l.indexed, {S}.birth_trigger_fingerprint(v_collection.relid)
    FROM {S}.birth_locator(v_collection.relid, v_collection.columns) AS l
    RETURNING ledger_id, locator INTO v_ledger, v_locator;
    IF {S}.birth_windowed(v_collection.relid) THEN
        v_statement := {S}.birth_plan_in_windows(v_collection.relid, p_collection, v_expression, v_locator);
    ELSE
        v_reads := {S}.birth_plan_reads(v_collection.relid, p_collection, v_expression, v_locator,
            {S}.birth_identity_is_declared(v_collection.relid, v_collection.columns));
        PERFORM {S}.birth_plan_affordable(p_collection, v_reads.missing), {S}.birth_plan_affordable(p_collection, v_reads.taken);
        v_statement := {S}.birth_plan_by_join(v_reads.missing, v_reads.counted, v_reads.taken);
    END IF;
    EXECUTE v_statement INTO v_found USING v_ledger;
    v_counted := {S}.birth_identity_counted(v_found.rows, v_found.codes, v_found.distinct_codes, v_found.foreign_codes, v_found.longest);
    IF NOT {S}.birth_identity_holds(v_counted) THEN
        PERFORM {S}.birth_refuse('BR003', 'contract_broken', format('the rows of %s are no longer identified by %s', p_collection, v_collection.identity),
            v_counted || jsonb_build_object('collection', p_collection, 'identity', v_collection.identity, 'example', v_found.foreign_example),
            'Classify it again: the data changed since.');
    END IF;
    SELECT seq, entity_code INTO v_last FROM {S}.birth_backfill_item WHERE ledger_id = v_ledger ORDER BY seq DESC LIMIT 1;
    UPDATE {S}.birth_backfill_ledger SET source_rows = v_found.rows, distinct_codes = v_found.distinct_codes,
        registered = v_found.rows - coalesce(v_last.seq, 0), missing = coalesce(v_last.seq, 0), digest = {S}.birth_item_digest(v_ledger),
        upper_bound = v_last.entity_code
    WHERE ledger_id = v_ledger;
END
$body$;

-- The digest of a missing set: sha256 over the sha256 of each chunk of 10,000 codes in code order, each code as
-- `byte length:code`. In chunks, because one text value ends at 1 GB; each is read along the key, so that nothing is sorted.
CREATE FUNCTION {S}.birth_item_digest(p_ledger bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET enable_bitmapscan = 'off' SET enable_seqscan = 'off' AS $body$
    WITH RECURSIVE chunk(number) AS (
        SELECT (min(seq) - 1) / 10000 FROM {S}.birth_backfill_item WHERE ledger_id = p_ledger
        UNION ALL
        SELECT (SELECT (min(seq) - 1) / 10000 FROM {S}.birth_backfill_item WHERE ledger_id = p_ledger AND seq > (c.number + 1) * 10000)
        FROM chunk AS c WHERE c.number IS NOT NULL
    )
    SELECT encode(sha256(coalesce(string_agg(hashed.hash, ''::bytea ORDER BY c.number), ''::bytea)), 'hex')
    FROM chunk AS c CROSS JOIN LATERAL (
        SELECT sha256(convert_to(string_agg(octet_length(entity_code) || ':' || entity_code, '' ORDER BY seq), 'UTF8')) AS hash
        FROM {S}.birth_backfill_item
        -- A number below 1 is none of ours: it belongs to the first chunk there is, and changes its hash.
        WHERE ledger_id = p_ledger AND seq <= (c.number + 1) * 10000
          AND seq > CASE WHEN c.number = (SELECT min(number) FROM chunk) THEN -9223372036854775808 ELSE c.number * 10000 END) AS hashed
    WHERE c.number IS NOT NULL
$body$;

-- Refuse to plan collections (NULL: any) of a run that other sessions are at work on: it would end under their hands, and what
-- it registered could never be certified. Whoever must, cancels it first: that can be seen.
CREATE FUNCTION {S}.birth_backfill_undisturbed(p_collections text[]) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_run bigint;
    v_logins text[];
BEGIN
    SELECT work.run_id, array_agg(DISTINCT work.login) INTO v_run, v_logins FROM (
        SELECT w.run_id, w.login, w.backend_pid, w.seen_at AS since FROM {S}.birth_backfill_worker AS w
        UNION ALL
        SELECT l.run_id, b.claimed_by, b.backend_pid, b.lease_until - {S}.birth_lease()
        FROM {S}.birth_backfill_batch AS b JOIN {S}.birth_backfill_ledger AS l USING (ledger_id) WHERE b.finished_at IS NULL) AS work
    JOIN {S}.birth_backfill_run AS r USING (run_id) JOIN {S}.birth_backfill_control AS c USING (run_id)
    JOIN pg_stat_activity AS a ON a.pid = work.backend_pid AND coalesce(a.backend_start <= work.since, true)
    WHERE r.status = 'applying' AND c.command <> 'cancel' AND work.backend_pid <> pg_backend_pid()
      AND EXISTS (SELECT FROM {S}.birth_backfill_ledger AS o WHERE o.run_id = r.run_id AND (p_collections IS NULL OR o.collection_name = ANY (p_collections)))
    GROUP BY work.run_id ORDER BY work.run_id LIMIT 1;
    IF v_run IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'run_at_work', format('run %s is being applied by %s', v_run, array_to_string(v_logins, ', ')),
            jsonb_build_object('run', v_run, 'logins', v_logins),
            format('Wait until it is done, plan other collections, or cancel it: birth-console control %s cancel.', v_run));
    END IF;
END
$body$;

-- Other plans of the same collections are over, unless they were applied to the end. Waits for a batch in flight, and
-- for a plan that is about to be over: of two made at a time, the one that ends last holds. The queue is a table that nobody
-- else can lock: an advisory lock is anybody's to take.
CREATE FUNCTION {S}.birth_backfill_supersede(p_run bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_other bigint;
BEGIN
    LOCK TABLE {S}.birth_backfill_fence IN EXCLUSIVE MODE;
    PERFORM {S}.birth_backfill_undisturbed(ARRAY(SELECT collection_name FROM {S}.birth_backfill_ledger WHERE run_id = p_run));
    FOR v_other IN
        SELECT r.run_id FROM {S}.birth_backfill_run AS r
        WHERE r.run_id <> p_run AND r.status IN ('planned', 'reconciled', 'applying')
          AND EXISTS (SELECT FROM {S}.birth_backfill_ledger AS o JOIN {S}.birth_backfill_ledger AS n USING (collection_name)
              WHERE o.run_id = r.run_id AND n.run_id = p_run)
        ORDER BY r.run_id FOR UPDATE OF r
    LOOP
        UPDATE {S}.birth_backfill_run SET status = 'superseded', superseded_by = p_run WHERE run_id = v_other AND status <> 'applied';
        UPDATE {S}.birth_backfill_ledger SET status = 'superseded' WHERE run_id = v_other AND status <> 'applied';
    END LOOP;
END
$body$;
