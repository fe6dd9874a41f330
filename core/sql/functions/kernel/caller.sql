-- needs: kernel/refusal

-- Whether the functions of birth_caller are what this version installed, and no other role may call them.
CREATE OR REPLACE FUNCTION {S}._birth_caller_functions_kept() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
BEGIN
    RETURN (
        SELECT count(*) = 6 AND bool_and(
            p.prosecdef AND pg_get_userbyid(p.proowner) = 'birth_caller'
            AND p.proconfig = ARRAY['search_path=pg_catalog, pg_temp', 'row_security=off']
            -- NULL would be PUBLIC.
            AND p.proacl IS NOT NULL AND NOT EXISTS (
                SELECT FROM aclexplode(p.proacl) AS a
                WHERE a.grantee NOT IN (p.proowner, 'birth_owner'::regrole::oid)
                   OR a.grantee <> p.proowner AND a.is_grantable)
            AND EXISTS (
                SELECT FROM {S}.birth_schema_object AS o
                WHERE o.kind = 'function' AND o.name = p.oid::regprocedure::text
                  AND o.aspects ->> 'body' = encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex')
                  AND o.aspects ->> 'volatility' = p.provolatile::text
                  AND o.aspects -> 'strict' = to_jsonb(p.proisstrict)))
        FROM pg_proc AS p
        WHERE p.proname IN
                {CALLERS}
          AND p.pronamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s})
    );
END
$body$;
COMMENT ON FUNCTION {S}._birth_caller_functions_kept() IS
    'True if the functions of birth_caller are what this version installed, and no other role may call them. Private.';

DROP FUNCTION IF EXISTS {S}._birth_caller_ready();

-- Refuse where a function of birth_caller is not what this version installed: its owner may alter it, and let others
-- call it. And where birth_caller owns anything besides: code that ran as it could come back as such a function,
-- outside of every gate. Asked before each use that writes and after it, and before a run is planned or reconciled.
-- Answers which rows of the catalog these functions are. Who asks again hands that back (`p_seen`): a row that is the
-- very same is the same function, and is not read again.
CREATE OR REPLACE FUNCTION {S}._birth_caller_ready(p_seen text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
DECLARE
    v_rows text;
    v_besides text[];
BEGIN
    SELECT string_agg(concat_ws(':', p.oid, p.xmin, p.ctid), ' ' ORDER BY p.oid) INTO v_rows
    FROM pg_proc AS p
    WHERE p.proname IN
            {CALLERS}
      AND p.pronamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s});
    -- Without any such function there are no rows to have been seen.
    IF (p_seen IS NULL OR v_rows IS DISTINCT FROM p_seen) AND {S}._birth_caller_functions_kept() IS NOT TRUE THEN
        PERFORM {S}.birth_refuse('BR005'::text, 'caller_changed'::text,
            'a function that runs the company''s code was altered'::text,
            jsonb_build_object('schema', {s}, 'role', 'birth_caller'),
            'Find out who altered it: `birth-console doctor`. Restore it: `birth-console upgrade`.'::text);
    END IF;
    SELECT array_agg(pg_describe_object(d.classid, d.objid, d.objsubid)) INTO v_besides
    FROM pg_shdepend AS d
    WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = 'birth_caller'::regrole AND d.deptype = 'o'
      AND d.dbid = (SELECT b.oid FROM pg_database AS b WHERE b.datname = current_database())
      -- Its data does no harm: large objects are counted as writes, and temporary tables end with the session. But a
      -- rule, or a view, would lend its rights.
      AND d.classid <> 'pg_largeobject'::regclass
      AND NOT (d.classid = 'pg_class'::regclass AND EXISTS (
          SELECT FROM pg_class AS c
          WHERE c.oid = d.objid AND c.relpersistence = 't' AND c.relkind IN ('r', 'S') AND NOT c.relhasrules))
      -- Several installations may be in a database.
      AND NOT (d.classid = 'pg_proc'::regclass AND EXISTS (
          SELECT FROM pg_proc AS p
          JOIN pg_class AS c ON c.relnamespace = p.pronamespace
              AND c.relname = 'birth_migration' AND c.relowner = 'birth_owner'::regrole
          WHERE p.oid = d.objid AND p.proname IN
              {CALLERS}
          ));
    IF v_besides IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR005'::text, 'caller_changed'::text,
            concat('code of the company''s made objects of birth_caller: ', array_to_string(v_besides[1:5], ', ')),
            jsonb_build_object('objects', v_besides[1:5]),
            'Nothing of this batch was kept. `birth-console doctor` names objects of earlier ones: drop them.'::text);
    END IF;
    RETURN v_rows;
END
$body$;
COMMENT ON FUNCTION {S}._birth_caller_ready(text) IS
    'Refuses to use the functions of birth_caller if they are not what this version installed, if others may call '
    'them, or if birth_caller owns anything besides; answers which rows of the catalog they are. Private. Raises BR005 '
    'caller_changed.';


-- Settings that a login may set, by the names of every server from 14 to 18. Reading these takes a seventh of the time
-- that pg_settings does.
CREATE OR REPLACE FUNCTION {S}._birth_session_settings() RETURNS text[]
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN regexp_split_to_array('
        DateStyle IntervalStyle TimeZone application_name array_nulls backend_flush_after backslash_quote bytea_output
        check_function_bodies client_connection_check_interval client_encoding client_min_messages commit_siblings
        constraint_exclusion cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost createrole_self_grant
        cursor_tuple_fraction debug_logical_replication_streaming debug_parallel_query debug_pretty_print
        debug_print_parse debug_print_plan debug_print_rewritten default_statistics_target default_table_access_method
        default_tablespace default_text_search_config default_toast_compression default_transaction_deferrable
        default_transaction_isolation default_transaction_read_only effective_cache_size effective_io_concurrency
        enable_async_append enable_bitmapscan enable_distinct_reordering enable_gathermerge enable_group_by_reordering
        enable_hashagg enable_hashjoin enable_incremental_sort enable_indexonlyscan enable_indexscan enable_material
        enable_memoize enable_mergejoin enable_nestloop enable_parallel_append enable_parallel_hash
        enable_partition_pruning enable_partitionwise_aggregate enable_partitionwise_join enable_presorted_aggregate
        enable_self_join_elimination enable_seqscan enable_sort enable_tidscan escape_string_warning exit_on_error
        extra_float_digits file_copy_method force_parallel_mode from_collapse_limit geqo geqo_effort geqo_generations
        geqo_pool_size geqo_seed geqo_selection_bias geqo_threshold gin_fuzzy_search_limit gin_pending_list_limit
        hash_mem_multiplier icu_validation_level idle_in_transaction_session_timeout idle_session_timeout
        io_combine_limit jit jit_above_cost jit_expressions jit_inline_above_cost jit_optimize_above_cost
        jit_tuple_deforming join_collapse_limit lc_monetary lc_numeric lc_time local_preload_libraries lock_timeout
        log_parameter_max_length_on_error logical_decoding_work_mem maintenance_io_concurrency maintenance_work_mem
        max_parallel_maintenance_workers max_parallel_workers max_parallel_workers_per_gather md5_password_warnings
        min_parallel_index_scan_size min_parallel_table_scan_size parallel_leader_participation parallel_setup_cost
        parallel_tuple_cost password_encryption plan_cache_mode plpgsql.check_asserts plpgsql.extra_errors
        plpgsql.extra_warnings plpgsql.print_strict_params quote_all_identifiers random_page_cost
        recursive_worktable_factor restrict_nonsystem_relation_kind row_security scram_iterations seq_page_cost
        standard_conforming_strings statement_timeout stats_fetch_consistency synchronize_seqscans synchronous_commit
        tcp_keepalives_count tcp_keepalives_idle tcp_keepalives_interval tcp_user_timeout temp_buffers temp_tablespaces
        timezone_abbreviations trace_notify trace_sort transaction_deferrable transaction_isolation
        transaction_read_only transaction_timeout transform_null_equals vacuum_buffer_usage_limit vacuum_cost_delay
        vacuum_cost_limit vacuum_cost_page_dirty vacuum_cost_page_hit vacuum_cost_page_miss vacuum_failsafe_age
        vacuum_freeze_min_age vacuum_freeze_table_age vacuum_max_eager_freeze_failure_rate vacuum_multixact_failsafe_age
        vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age vacuum_truncate wal_sender_timeout
        wal_skip_threshold work_mem xmlbinary xmloption', '[[:space:]]+');
END
$body$;

COMMENT ON FUNCTION {S}._birth_session_settings() IS 'Names of the settings that a login may set.';

-- What a session keeps of code that ran in it: those settings (`p_path`: the search_path of the caller), cursors that
-- outlive their transaction, prepared statements. Two looks tell what was left behind.
CREATE OR REPLACE FUNCTION {S}._birth_session_marks(p_path text) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT array_agg(m.mark) FROM (
            SELECT 'search_path=' || p_path AS mark
            UNION ALL
            SELECT concat(s.name, '=', current_setting(s.name, true))
            FROM unnest({S}._birth_session_settings()) AS s(name)
            WHERE s.name <> ''
            UNION ALL SELECT concat('cursor ', c.name, ' ', c.creation_time) FROM pg_cursors AS c WHERE c.is_holdable
            UNION ALL
            SELECT concat('prepared statement ', p.name, ' ', p.prepare_time) FROM pg_prepared_statements AS p
        ) AS m
    );
END
$body$;
COMMENT ON FUNCTION {S}._birth_session_marks(text) IS
    'What a session keeps of code that ran in it: settings, cursors that outlive their transaction, prepared '
    'statements. Private.';


-- Refuse where the company's code left something behind in the session: what runs in it next is ours, with more rights.
CREATE OR REPLACE FUNCTION {S}._birth_session_kept(p_before text[], p_path text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_after text[] := {S}._birth_session_marks(p_path);
    v_changed text[];
BEGIN
    IF v_after IS DISTINCT FROM p_before THEN
        SELECT array_agg(split_part(a.mark, '=', 1)) INTO v_changed
        FROM unnest(v_after) AS a(mark) WHERE a.mark <> ALL (p_before);
        PERFORM {S}.birth_refuse('BR005'::text, 'session_changed'::text,
            concat('the register function, or a trigger, left changes in the session: ',
                array_to_string(v_changed, ', ')),
            jsonb_build_object('changed', v_changed),
            'Nothing was kept. Let the function carry its settings: ALTER FUNCTION … SET name = value.'::text);
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_session_kept(text[], text) IS
    'Refuses if code of others left something behind in the session. Private. Raises BR005 session_changed.';
