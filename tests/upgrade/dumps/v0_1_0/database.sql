-- A database as version 0.1.0 of the console left it. roles.sql comes first, then this,
-- by a superuser, into an empty database.

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
DO $body$ BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $body$;

--
-- PostgreSQL database dump
--


-- Dumped from database version 14.23
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: birth; Type: SCHEMA; Schema: -; Owner: birth_owner
--

CREATE SCHEMA birth;


ALTER SCHEMA birth OWNER TO birth_owner;

--
-- Name: public; Type: SCHEMA; Schema: -; Owner: v010_company
--

-- *not* creating schema, since initdb creates it


ALTER SCHEMA public OWNER TO v010_company;

--
-- Name: birth_accounting(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_accounting(p_run bigint) RETURNS TABLE(ledger_id bigint, collection_name text, planned bigint, registered bigint, existing bigint, vanished bigint, quarantined bigint)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT l.ledger_id, l.collection_name, l.missing, coalesce(sum(b.registered), 0)::bigint, coalesce(sum(b.existing), 0)::bigint,
        coalesce(sum(b.vanished), 0)::bigint, coalesce(sum(b.quarantined), 0)::bigint
    FROM "birth".birth_backfill_ledger AS l LEFT JOIN "birth".birth_backfill_batch AS b USING (ledger_id)
    WHERE l.run_id = p_run GROUP BY l.ledger_id ORDER BY l.ledger_id
$$;


ALTER FUNCTION birth.birth_accounting(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_actor(text, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_actor(p_group text, p_action text) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    v_person text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM "birth".birth_refuse('BR002', 'wrong_isolation', format('nobody may %s in a transaction that is %s', p_action, current_setting('transaction_isolation')),
            jsonb_build_object('isolation', current_setting('transaction_isolation')), 'Begin the transaction with ISOLATION LEVEL READ COMMITTED.');
    END IF;
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM "birth".birth_refuse('BR002', 'unsafe_commit', format('nobody may %s while synchronous_commit is off', p_action),
            jsonb_build_object('synchronous_commit', 'off'), 'What is told to be done could be lost in a crash: SET synchronous_commit = on.');
    ELSIF current_setting('session_replication_role') <> 'origin' THEN
        PERFORM "birth".birth_refuse('BR003', 'triggers_bypassed', format('nobody may %s in a session that bypasses triggers', p_action),
            jsonb_build_object('session_replication_role', current_setting('session_replication_role')), 'RESET session_replication_role.');
    END IF;
    IF NOT pg_has_role(session_user, p_group, 'MEMBER') THEN
        PERFORM "birth".birth_refuse('BR006', 'not_allowed', format('%s may not %s', session_user, p_action),
            jsonb_build_object('login', session_user, 'needs', p_group), format('This needs %s.', p_group));
    END IF;
    SELECT person INTO v_person FROM "birth".birth_person_login WHERE login = session_user AND retired_at IS NULL;
    IF v_person IS NULL THEN
        PERFORM "birth".birth_refuse('BR006', 'unknown_person', format('it is not recorded which person %s is', session_user),
            jsonb_build_object('login', session_user), 'Ask whoever administers the console to record the login''s person.');
    END IF;
    RETURN v_person;
END
$$;


ALTER FUNCTION birth.birth_actor(p_group text, p_action text) OWNER TO birth_owner;

--
-- Name: birth_audit(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_audit() RETURNS TABLE(id text, title text, verdict text, evidence jsonb, hint text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    v_home oid := (SELECT oid FROM pg_namespace WHERE nspname = 'birth');
    v_owner oid := 'birth_owner'::regrole;
    v_embedded boolean := EXISTS (SELECT FROM "birth".birth_setting WHERE name = 'embedded');
    -- Other roles that administer birth_owner could make themselves its members, as a superuser could; that is no hole
    -- until they do. Before PostgreSQL 16 there is no membership without its use.
    v_become text := CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
    v_files oid[] := ARRAY['pg_execute_server_program'::regrole, 'pg_write_server_files'::regrole, 'pg_read_server_files'::regrole]::oid[];
    v_roles oid[] := "birth".birth_audit_roles();
    v_tables oid[];
    v_functions oid[];
BEGIN
    -- Ours, and the company's that the gates rest on; the schema may hold more that is none of our business.
    SELECT array_agg(t.oid) INTO v_tables FROM pg_class AS t WHERE t.relnamespace = v_home AND t.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND (t.relname ~ '^(v_)?birth_' OR t.relname IN ('collection_registry', 'trigger_guard_alerts'));
    SELECT array_agg(p.oid) INTO v_functions FROM pg_proc AS p WHERE p.pronamespace = v_home AND p.proname ~ '^(birth_|fn_birth_|fn_trigger_guard)'
        OR p.oid IN (SELECT function FROM "birth".birth_gateway_functions());
    RETURN QUERY
    SELECT c.id, c.title, CASE WHEN c.found IS NULL THEN 'passed' ELSE 'failed' END, coalesce(c.found, '[]'::jsonb), c.hint FROM (VALUES
        -- A trigger function, too: on a table of one's own it would register whatever one likes.
        ('public_execute', 'PUBLIC may execute nothing here',
            (SELECT jsonb_agg(p.oid::regprocedure::text) FROM pg_proc AS p WHERE p.oid = ANY (v_functions) AND has_function_privilege('public', p.oid, 'EXECUTE')
                AND "birth".birth_audit_lends(p)),
            'REVOKE EXECUTE ON FUNCTION … FROM PUBLIC.'),
        ('register_execute', 'no login here calls the gateway itself',
            (SELECT jsonb_agg(DISTINCT r::regrole::text || ' on ' || p.oid::regprocedure) FROM unnest(v_roles) AS r, pg_proc AS p
                WHERE p.oid = ANY (v_functions) AND (p.proname !~ '^birth_' OR p.proname IN ('birth_ledger_append', 'birth_identity_import', 'birth_gateway_bind')
                      OR p.oid IN (SELECT function FROM "birth".birth_gateway_functions()))
                  AND r <> v_owner AND "birth".birth_audit_lends(p)
                  AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = r) AND has_function_privilege(r, p.oid, 'EXECUTE')),
            'REVOKE EXECUTE ON FUNCTION … FROM that role.'),
        ('search_path', 'every SECURITY DEFINER function pins its search_path',
            (SELECT jsonb_agg(p.oid::regprocedure::text) FROM pg_proc AS p WHERE p.oid = ANY (v_functions) AND p.prosecdef
                AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting = 'search_path=pg_catalog, pg_temp'
                    -- The company's functions may name schemas of its own: nobody here creates anything in any of them.
                    OR p.proowner <> v_owner AND p.proname !~ '^birth_'
                        AND setting LIKE 'search\_path=%' AND position('$user' IN setting) = 0)),
            'ALTER FUNCTION … SET search_path = pg_catalog, pg_temp.'),
        ('owner', 'birth_owner owns what is ours, and no login here what is the company''s',
            (SELECT jsonb_agg(o.name) FROM (
                SELECT p.oid::regprocedure::text AS name FROM pg_proc AS p WHERE p.oid = ANY (v_functions) AND p.proowner <> v_owner
                    AND (p.proname LIKE 'birth\_%' OR p.proowner = ANY (v_roles))
                UNION ALL SELECT t.oid::regclass::text FROM pg_class AS t WHERE t.oid = ANY (v_tables) AND t.relowner <> v_owner
                    AND (t.relname ~ '^(v_)?birth_' AND t.relname NOT IN ('birth_registry', 'birth_policy')
                        AND t.relname <> ALL (SELECT unnest(value) FROM "birth".birth_setting WHERE name = 'left_alone')
                        AND NOT EXISTS (SELECT FROM pg_depend AS d JOIN pg_class AS o ON o.oid = d.refobjid
                            WHERE t.relkind = 'S' AND d.objid = t.oid AND d.deptype IN ('a', 'i') AND o.relname IN ('birth_registry', 'birth_policy')) OR t.relowner = ANY (v_roles))
                UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE oid = v_home AND nspowner <> v_owner AND nspowner = ANY (v_roles)
                UNION ALL SELECT t.oid::regclass::text FROM "birth".birth_collections() AS c JOIN pg_class AS t ON t.oid = c.relid
                    WHERE t.relowner <> v_owner AND t.relowner = ANY (v_roles)) AS o),
            'ALTER … OWNER TO birth_owner, or to a role that no login here is a member of.'),
        ('owner_unreachable', 'nobody can become birth_owner or log in as it',
            (SELECT jsonb_agg(DISTINCT r.rolname) FROM pg_roles AS r WHERE NOT r.rolsuper AND r.oid <> v_owner
                AND (pg_has_role(r.oid, v_owner, v_become) OR pg_has_role(r.oid, v_owner, 'USAGE')
                    OR r.oid = ANY (v_roles) AND pg_has_role(r.oid, v_owner, 'MEMBER'))
                OR r.oid = v_owner AND (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolbypassrls)),
            'REVOKE birth_owner FROM …; ALTER ROLE birth_owner NOLOGIN.'),
        ('role_attributes', 'no login here can make roles, replicate, pass row security or reach the server''s files',
            (SELECT jsonb_agg(DISTINCT r.rolname) FROM pg_roles AS r WHERE r.oid = ANY (v_roles)
                AND (r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication OR r.rolcreatedb OR r.oid = ANY (v_files))),
            'ALTER ROLE … NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS; REVOKE roles that have it.'),
        ('dml', 'nobody but their owner writes the tables of this schema',
            (SELECT jsonb_agg(DISTINCT found.who || ' on ' || found.relname) FROM (
                SELECT r::regrole::text AS who, t.relname FROM unnest(v_roles) AS r, pg_class AS t
                WHERE r <> v_owner AND t.oid = ANY (v_tables) AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = r)
                  AND CASE WHEN t.relkind = 'S' THEN has_sequence_privilege(r, t.oid, 'UPDATE, USAGE')
                      ELSE has_table_privilege(r, t.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')
                          OR has_any_column_privilege(r, t.oid, 'INSERT, UPDATE, REFERENCES') END
                -- Logins that are none of ours, too: whoever they are, what is ours is not for them to write.
                UNION ALL SELECT CASE g.grantee WHEN 0 THEN 'public' ELSE g.grantee::regrole::text END, t.relname
                FROM pg_class AS t CROSS JOIN LATERAL (
                    SELECT a.grantee, a.privilege_type FROM aclexplode(t.relacl) AS a
                    UNION ALL SELECT a.grantee, a.privilege_type FROM pg_attribute AS c, aclexplode(c.attacl) AS a
                    WHERE c.attrelid = t.oid AND c.attacl IS NOT NULL) AS g
                WHERE t.oid = ANY (v_tables) AND t.relowner = v_owner AND g.grantee <> v_owner
                  AND g.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES')
                  AND NOT coalesce((SELECT rolsuper FROM pg_roles WHERE oid = g.grantee), false)) AS found),
            'REVOKE it: every write goes through a function.'),
        ('create', 'no login here can plant objects: no CREATE or TEMP',
            (SELECT jsonb_agg(DISTINCT x.name) FROM (
                SELECT r::regrole::text || ' on schema ' || n.nspname AS name FROM unnest(v_roles) AS r, pg_namespace AS n
                WHERE r <> v_owner AND n.nspname !~ '^pg_' AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = r) AND has_schema_privilege(r, n.oid, 'CREATE')
                UNION ALL SELECT r::regrole::text || ' on database' FROM unnest(v_roles) AS r
                WHERE r <> v_owner AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = r) AND has_database_privilege(r, current_database(), 'CREATE, TEMP')) AS x),
            'REVOKE CREATE ON SCHEMA … and TEMP ON DATABASE … FROM PUBLIC.'),
        ('parameters', 'no login here can switch off triggers or what the server counts', "birth".birth_audit_parameters(v_roles),
            'REVOKE SET ON PARAMETER … FROM …'),
        ('triggers', 'the birth triggers fire',
            (SELECT jsonb_agg(c.collection_name) FROM "birth".birth_collections() AS c WHERE c.requirement = 'REQUIRED' AND c.trigger_state = 'disabled'),
            'ALTER TABLE … ENABLE TRIGGER trg_birth_gateway.'),
        ('event_trigger', 'the trigger guard watches',
            (SELECT jsonb_agg(g.name) FROM (SELECT 'evt_trigger_guard_ddl' AS name UNION SELECT evtname::text FROM pg_event_trigger WHERE evtname LIKE 'evt\_trigger\_guard%') AS g
                WHERE NOT EXISTS (SELECT FROM pg_event_trigger AS e WHERE e.evtname = g.name AND e.evtenabled IN ('O', 'A'))),
            'Ask a superuser to create or enable it.'),
        ('session_user', 'the session acts as who logged in',
            CASE WHEN current_setting('role') NOT IN ('none', session_user) THEN jsonb_build_array(session_user, current_setting('role')) END,
            'RESET ROLE.'),
        ('replication_role', 'triggers are not bypassed in this session',
            CASE WHEN current_setting('session_replication_role') <> 'origin' THEN jsonb_build_array(current_setting('session_replication_role')) END,
            'RESET session_replication_role.')
    ) AS c(id, title, found, hint);
    RETURN QUERY SELECT * FROM "birth".birth_audit_trust(v_embedded);
END
$_$;


ALTER FUNCTION birth.birth_audit() OWNER TO birth_owner;

--
-- Name: birth_audit_lends(pg_proc); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_audit_lends(p_function pg_proc) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT (p_function.prosecdef OR p_function.prorettype <> 'trigger'::regtype AND p_function.proowner = 'birth_owner'::regrole)
        AND p_function.prorettype <> 'event_trigger'::regtype
$$;


ALTER FUNCTION birth.birth_audit_lends(p_function pg_proc) OWNER TO birth_owner;

--
-- Name: birth_audit_parameters(oid[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_audit_parameters(p_roles oid[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_found jsonb;
BEGIN
    IF current_setting('server_version_num')::integer >= 150000 THEN
        SELECT jsonb_agg(DISTINCT r::regrole::text || ' on ' || name) INTO v_found FROM unnest(p_roles) AS r,
            unnest(ARRAY['session_replication_role', 'track_counts', 'allow_system_table_mods', 'session_preload_libraries', 'dynamic_library_path']) AS name
        WHERE NOT (SELECT rolsuper FROM pg_roles WHERE oid = r) AND has_parameter_privilege(r, name, 'SET');
    END IF;
    RETURN v_found;
END
$$;


ALTER FUNCTION birth.birth_audit_parameters(p_roles oid[]) OWNER TO birth_owner;

--
-- Name: birth_audit_roles(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_audit_roles() RETURNS oid[]
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH birth_group AS (
        SELECT oid FROM pg_roles WHERE rolname IN ('birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer')
    ), actor AS MATERIALIZED (
        SELECT r.oid FROM pg_roles AS r
        WHERE NOT r.rolsuper AND r.rolname <> 'birth_owner'
          AND (r.rolname IN (SELECT login FROM "birth".birth_person_login) OR EXISTS (SELECT FROM birth_group AS g WHERE pg_has_role(r.oid, g.oid, 'USAGE')
              OR pg_has_role(r.oid, g.oid, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END)))
    )
    SELECT coalesce(array_agg(r.oid), ARRAY[]::oid[]) FROM pg_roles AS r
    WHERE EXISTS (SELECT FROM actor WHERE pg_has_role(actor.oid, r.oid, 'MEMBER'))
$$;


ALTER FUNCTION birth.birth_audit_roles() OWNER TO birth_owner;

--
-- Name: birth_audit_trust(boolean); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_audit_trust(p_embedded boolean) RETURNS TABLE(id text, title text, verdict text, evidence jsonb, hint text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_lines jsonb;
    v_attested text := (SELECT value[1] FROM "birth".birth_setting WHERE name = 'authentication_attested');
BEGIN
    BEGIN
        SELECT jsonb_agg(jsonb_build_object('line', line_number, 'type', type, 'user', user_name)) INTO v_lines
        FROM pg_hba_file_rules WHERE auth_method = 'trust';
    EXCEPTION WHEN insufficient_privilege THEN
        -- Where nobody can read it, on a managed server, whoever installs may say what its provider says.
        RETURN QUERY SELECT 'trust', 'the server asks who logs in', CASE WHEN v_attested IS NULL THEN 'unknown' ELSE 'warning' END,
            CASE WHEN v_attested IS NULL THEN '"pg_hba_file_rules cannot be read"'::jsonb ELSE jsonb_build_object('attested', v_attested) END,
            'GRANT SELECT ON pg_hba_file_rules, EXECUTE ON FUNCTION pg_hba_file_rules() TO birth_owner.';
        RETURN;
    END;
    RETURN QUERY SELECT 'trust', 'the server asks who logs in',
        CASE WHEN v_lines IS NULL THEN 'passed' WHEN p_embedded THEN 'warning' ELSE 'failed' END, coalesce(v_lines, '[]'::jsonb),
        'Replace trust in pg_hba.conf by scram-sha-256, peer or cert.';
END
$$;


ALTER FUNCTION birth.birth_audit_trust(p_embedded boolean) OWNER TO birth_owner;

--
-- Name: birth_backfill_apply_batch(bigint, bigint, integer, integer); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_apply_batch(p_ledger_id bigint, p_epoch bigint, p_rows integer, p_next integer DEFAULT NULL::integer, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint, OUT next jsonb) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "DateStyle" TO 'ISO, YMD'
    SET "TimeZone" TO 'UTC'
    SET "IntervalStyle" TO 'iso_8601'
    SET "plpgsql.check_asserts" TO 'on'
    SET row_security TO 'off'
    SET standard_conforming_strings TO 'on'
    SET transform_null_equals TO 'off'
    SET quote_all_identifiers TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'apply a run');
    v_entry "birth".birth_backfill_ledger;
    v_batch "birth".birth_backfill_batch;
    v_permit bigint;
    v_before jsonb;
    v_writes jsonb;
    v_done record;
BEGIN
    PERFORM "birth".birth_batch_alone(p_ledger_id);
    SELECT * INTO v_entry FROM "birth".birth_backfill_ledger WHERE ledger_id = p_ledger_id;
    PERFORM "birth".birth_batch_run(v_entry.run_id);
    v_batch := "birth".birth_batch_claimed(p_ledger_id, p_epoch);
    IF p_rows IS NULL OR v_batch.seq_to - v_batch.seq_from + 1 > p_rows THEN
        PERFORM "birth".birth_refuse('BR002', 'batch_too_large', format('the claim holds %s rows, more than %s', v_batch.seq_to - v_batch.seq_from + 1, p_rows),
            jsonb_build_object('ledger_id', p_ledger_id, 'epoch', p_epoch), 'Allow as many rows as were claimed.');
    END IF;
    IF NOT "birth".birth_backfill_is_watched(v_entry.run_id) THEN
        PERFORM "birth".birth_backfill_look(v_entry.run_id);
    END IF;
    PERFORM "birth".birth_batch_pins(v_entry);
    v_permit := "birth".birth_batch_permit(v_entry);
    v_before := "birth".birth_batch_writes();
    SELECT * INTO v_done FROM "birth".birth_batch_attempt(v_entry, v_batch.seq_from, v_batch.seq_to);
    IF v_done.quarantined < v_batch.seq_to - v_batch.seq_from + 1 THEN
        v_writes := "birth".birth_batch_written(v_before, v_entry.collection_name, v_done.registered);
    ELSE
        -- Nothing was registered, and what was undone would be counted, too.
        v_writes := jsonb_build_object(format('%I.birth_backfill_quarantine', 'birth'), v_done.quarantined);
    END IF;
    -- Once more: what was replaced while the batch ran was not what the plan pinned, even if it is back by now.
    PERFORM "birth".birth_batch_pins(v_entry);
    -- What every worker updates comes last: the budget, then the entry, then the head of the chain.
    PERFORM "birth".birth_batch_spend(v_permit, v_done.registered);
    UPDATE "birth".birth_backfill_batch AS b SET permit_id = v_permit, registered = v_done.registered, existing = v_done.existing,
        vanished = v_done.vanished, quarantined = v_done.quarantined, writes = v_writes, transaction_id = pg_current_xact_id(), finished_at = clock_timestamp()
    WHERE b.ledger_id = p_ledger_id AND b.epoch = p_epoch;
    IF p_next IS NOT NULL THEN
        SELECT to_jsonb(c) INTO next FROM "birth".birth_backfill_claim(v_entry.run_id, p_next) AS c;
    END IF;
    PERFORM "birth".birth_ledger_append('batch', jsonb_build_object('run', v_entry.run_id, 'ledger_id', p_ledger_id, 'epoch', p_epoch,
        'from', v_batch.seq_from, 'to', v_batch.seq_to, 'permit', v_permit, 'person', v_person, 'registered', v_done.registered,
        'existing', v_done.existing, 'vanished', v_done.vanished, 'quarantined', v_done.quarantined));
    SELECT v_done.registered, v_done.existing, v_done.vanished, v_done.quarantined INTO registered, existing, vanished, quarantined;
END
$$;


ALTER FUNCTION birth.birth_backfill_apply_batch(p_ledger_id bigint, p_epoch bigint, p_rows integer, p_next integer, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint, OUT next jsonb) OWNER TO birth_owner;

--
-- Name: birth_backfill_begin(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_begin(p_run bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'apply a run');
    v_status text;
BEGIN
    SELECT status INTO v_status FROM "birth".birth_backfill_run WHERE run_id = p_run;
    -- Who joins a run shares its row with those at work: a moment without any of them may not come for hours.
    IF v_status <> 'applying' THEN
        SELECT status INTO v_status FROM "birth".birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    END IF;
    PERFORM "birth".birth_backfill_look(p_run);
    PERFORM "birth".birth_backfill_held(p_run);
    IF v_status = 'applying' THEN
        PERFORM "birth".birth_batch_run(p_run);
    ELSE
        UPDATE "birth".birth_backfill_run SET status = 'applying', started_at = clock_timestamp() WHERE run_id = p_run;
        UPDATE "birth".birth_backfill_ledger SET status = 'applying' WHERE run_id = p_run AND status = 'planned';
    END IF;
    PERFORM "birth".birth_ledger_append(CASE v_status WHEN 'applying' THEN 'resumed' ELSE 'started' END,
        jsonb_build_object('run', p_run, 'person', v_person, 'permits', (SELECT jsonb_agg(DISTINCT permit_id ORDER BY permit_id)
            FROM "birth".birth_backfill_ledger AS l, "birth".birth_permit_for(l.collection_name) AS permit_id WHERE l.run_id = p_run AND permit_id IS NOT NULL)));
END
$$;


ALTER FUNCTION birth.birth_backfill_begin(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_certify(bigint, text, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_certify(p_run bigint, p_digest text, p_note text, OUT chain_seq bigint, OUT chain_hash text) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_reviewer', 'certify a run');
    v_status text;
    v_parts text[];
    v_evidence jsonb;
    v_head "birth".birth_ledger_head;
BEGIN
    -- The run row first: an apply holds it shared, so one of the two waits for the other and then sees what it did.
    SELECT status INTO v_status FROM "birth".birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    SELECT array_agg(part ORDER BY part) INTO v_parts FROM "birth".birth_participants(p_run) WHERE person = v_person;
    IF v_parts IS NOT NULL THEN
        PERFORM "birth".birth_refuse('BR006', 'self_certification', format('%s had a hand in run %s and cannot certify it', v_person, p_run),
            jsonb_build_object('run', p_run, 'person', v_person, 'parts', v_parts), 'Ask a reviewer who took no part.');
    END IF;
    IF v_status IS DISTINCT FROM 'applied' THEN
        PERFORM "birth".birth_refuse('BR003', 'not_applied', format('run %s is %s: only an applied run is certified', p_run, coalesce(v_status, 'unknown')),
            jsonb_build_object('run', p_run, 'status', v_status), 'See `birth-console ledger`.');
    END IF;
    IF coalesce(p_note, '') = '' THEN
        PERFORM "birth".birth_refuse('BR002', 'note_missing', 'a certificate needs a note', jsonb_build_object('run', p_run), 'Say what you looked at.');
    END IF;
    v_evidence := "birth".birth_run_evidence(p_run);
    IF p_digest IS DISTINCT FROM "birth".birth_evidence_digest(v_evidence) THEN
        PERFORM "birth".birth_refuse('BR004', 'evidence_changed', format('the evidence of run %s is not what was looked at', p_run),
            jsonb_build_object('run', p_run, 'looked_at', p_digest, 'live', "birth".birth_evidence_digest(v_evidence)), 'Verify the run again, and look again.');
    END IF;
    PERFORM "birth".birth_certifiable(p_run, v_evidence);
    SELECT * INTO v_head FROM "birth".birth_ledger_head FOR UPDATE;
    INSERT INTO "birth".birth_backfill_certificate (run_id, certified_person, note, evidence, evidence_digest, chain_seq, chain_hash)
    VALUES (p_run, v_person, p_note, v_evidence, p_digest, v_head.seq, v_head.hash);
    UPDATE "birth".birth_backfill_run SET status = 'certified' WHERE run_id = p_run;
    chain_seq := "birth".birth_ledger_append('certified', jsonb_build_object('run', p_run, 'person', v_person, 'note', p_note, 'evidence_digest', p_digest,
        'looked_at', jsonb_build_object('seq', v_head.seq, 'hash', encode(v_head.hash, 'hex'))));
    SELECT encode(hash, 'hex') INTO chain_hash FROM "birth".birth_ledger_head;
END
$$;


ALTER FUNCTION birth.birth_backfill_certify(p_run bigint, p_digest text, p_note text, OUT chain_seq bigint, OUT chain_hash text) OWNER TO birth_owner;

--
-- Name: birth_backfill_claim(bigint, integer); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_claim(p_run bigint, p_rows integer, OUT verdict text, OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint, OUT batch_size integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'apply a run');
    v_entry "birth".birth_backfill_ledger;
    v_rows integer;
BEGIN
    IF p_rows IS NULL OR p_rows NOT BETWEEN 1 AND 10000 THEN
        PERFORM "birth".birth_refuse('BR002', 'bad_batch_size', 'a batch holds 1 to 10,000 rows', jsonb_build_object('rows', p_rows), 'Choose another --batch-size.');
    END IF;
    IF "birth".birth_batch_run(p_run) <> 'applying' THEN
        verdict := 'finished';
        RETURN;
    END IF;
    SELECT c.command, c.batch_size INTO verdict, batch_size FROM "birth".birth_backfill_control AS c WHERE c.run_id = p_run;
    IF verdict <> 'run' THEN
        RETURN;
    END IF;
    verdict := 'claimed';
    SELECT t.* INTO ledger_id, epoch, seq_from, seq_to FROM "birth".birth_batch_take_over(p_run, v_person) AS t;
    IF ledger_id IS NOT NULL THEN
        RETURN;
    END IF;
    v_rows := coalesce(batch_size, p_rows);
    -- The first batch is a small one, whoever asks for it: it is looked at before the rest.
    IF NOT EXISTS (SELECT FROM "birth".birth_backfill_batch AS b JOIN "birth".birth_backfill_ledger AS l USING (ledger_id)
        WHERE l.run_id = p_run AND b.finished_at IS NOT NULL) THEN
        v_rows := least(v_rows, 100);
    END IF;
    -- One claimer at a time on an entry: the counters move under its row's lock.
    SELECT l.* INTO v_entry FROM "birth".birth_backfill_ledger AS l WHERE l.run_id = p_run AND l.next_seq <= l.missing
    ORDER BY l.ledger_id LIMIT 1 FOR NO KEY UPDATE;
    IF FOUND THEN
        SELECT v_entry.ledger_id, v_entry.last_epoch + 1, v_entry.next_seq, least(v_entry.next_seq + v_rows - 1, v_entry.missing)
        INTO ledger_id, epoch, seq_from, seq_to;
        PERFORM "birth".birth_batch_open(v_entry.ledger_id, epoch, seq_from, seq_to, v_person);
    ELSE
        verdict := CASE WHEN EXISTS (SELECT FROM "birth".birth_backfill_batch AS b JOIN "birth".birth_backfill_ledger AS l USING (ledger_id)
            WHERE l.run_id = p_run AND b.finished_at IS NULL) OR EXISTS (SELECT FROM "birth".birth_backfill_ledger AS l
            WHERE l.run_id = p_run AND l.next_seq <= l.missing) THEN 'waiting' ELSE 'finished' END;
    END IF;
END
$$;


ALTER FUNCTION birth.birth_backfill_claim(p_run bigint, p_rows integer, OUT verdict text, OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint, OUT batch_size integer) OWNER TO birth_owner;

--
-- Name: birth_backfill_facts(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_facts(p_run bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_run "birth".birth_backfill_run;
    v_readiness jsonb;
BEGIN
    SELECT * INTO v_run FROM "birth".birth_backfill_run WHERE run_id = p_run;
    IF NOT FOUND THEN
        PERFORM "birth".birth_refuse('BR002', 'unknown_run', format('there is no run %s', p_run), jsonb_build_object('run', p_run), 'See `birth-console ledger`.');
    END IF;
    SELECT jsonb_object_agg(metric, value) INTO v_readiness FROM "birth".birth_readiness();
    RETURN jsonb_build_object(
        'run', p_run, 'status', v_run.status, 'superseded_by', v_run.superseded_by, 'digest', v_run.digest,
        'qt001_gate', v_readiness ->> 'qt001_gate', 'open_permits', v_readiness ->> 'open_permits',
        'reconciled_by', v_run.reconciled_by,
        'control', (SELECT jsonb_build_object('command', command, 'reason', reason, 'by', steered_by) FROM "birth".birth_backfill_control WHERE run_id = p_run),
        'audit', (SELECT coalesce(jsonb_agg(jsonb_build_object('check', a.id, 'evidence', a.evidence)), '[]') FROM "birth".birth_audit() AS a WHERE a.verdict NOT IN ('passed', 'warning')),
        'register_function', "birth".birth_register_function() IS NOT NULL,
        'gateway', jsonb_build_object('planned', v_run.gateway, 'live', "birth".birth_gateway_fingerprint()),
        'registry_triggers', jsonb_build_object('planned', v_run.registry_triggers,
            'live', "birth".birth_trigger_fingerprint(format('%I.birth_registry', 'birth')::regclass)),
        'alert_rows', jsonb_build_object('planned', v_run.alert_rows, 'live', (SELECT count(*) FROM "birth".trigger_guard_alerts)),
        'server', jsonb_build_object('planned', v_run.system_identifier || '/' || v_run.database_name || '/' || v_run.server_version,
            'live', (SELECT system_identifier::text FROM pg_control_system()) || '/' || current_database() || '/' || current_setting('server_version_num')),
        'entries', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'ledger_id', l.ledger_id, 'collection', l.collection_name, 'open', a.planned - a.registered - a.existing - a.vanished - a.quarantined,
                'requirement', c.requirement, 'trigger', c.trigger_state, 'missing_columns', c.missing_columns,
                'table', jsonb_build_object('planned', l.relid, 'live', c.relid),
                'identity', jsonb_build_object('planned', l.identity || ' v' || l.identity_version, 'live', c.identity || ' v' || c.version),
                'triggers', jsonb_build_object('planned', l.triggers, 'live', CASE WHEN c.relid IS NOT NULL THEN "birth".birth_trigger_fingerprint(c.relid) END),
                'permit', "birth".birth_permit_for(l.collection_name)) ORDER BY l.ledger_id), '[]')
            FROM "birth".birth_backfill_ledger AS l JOIN "birth".birth_accounting(p_run) AS a USING (ledger_id, collection_name)
            LEFT JOIN "birth".birth_collections() AS c USING (collection_name) WHERE l.run_id = p_run));
END
$$;


ALTER FUNCTION birth.birth_backfill_facts(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_finish(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_finish(p_run bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'apply a run');
    v_open bigint;
    v_status text;
BEGIN
    SELECT status INTO v_status FROM "birth".birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    IF v_status IN ('applied', 'certified') THEN
        RETURN;  -- of several who were at work, somebody else was the first to see that all is done
    END IF;
    IF v_status IS DISTINCT FROM 'applying' THEN
        PERFORM "birth".birth_refuse('BR004', 'run_not_applying', format('run %s is not being applied', p_run), jsonb_build_object('run', p_run), 'See `birth-console ledger`.');
    END IF;
    SELECT sum(planned - registered - existing - vanished - quarantined) INTO v_open FROM "birth".birth_accounting(p_run);
    IF v_open <> 0 THEN
        PERFORM "birth".birth_refuse('BR003', 'accounting_open', format('%s items of run %s have no outcome yet', v_open, p_run),
            jsonb_build_object('run', p_run, 'open', v_open), 'Apply the run to its end.');
    END IF;
    DELETE FROM "birth".birth_backfill_worker WHERE run_id = p_run;
    UPDATE "birth".birth_backfill_run SET status = 'applied', finished_at = clock_timestamp() WHERE run_id = p_run;
    UPDATE "birth".birth_backfill_ledger SET status = 'applied' WHERE run_id = p_run;
    PERFORM "birth".birth_ledger_append('applied', jsonb_build_object('run', p_run, 'person', v_person, 'accounting',
        (SELECT jsonb_agg(to_jsonb(a)) FROM "birth".birth_accounting(p_run) AS a)));
END
$$;


ALTER FUNCTION birth.birth_backfill_finish(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_heartbeat(bigint, bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_heartbeat(p_ledger_id bigint, p_epoch bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM "birth".birth_actor('birth_operator', 'apply a run');
    PERFORM "birth".birth_batch_claimed(p_ledger_id, p_epoch);
    UPDATE "birth".birth_backfill_batch SET lease_until = clock_timestamp() + "birth".birth_lease(), backend_pid = pg_backend_pid()
    WHERE ledger_id = p_ledger_id AND epoch = p_epoch;
END
$$;


ALTER FUNCTION birth.birth_backfill_heartbeat(p_ledger_id bigint, p_epoch bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_held(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_held(p_run bigint) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_control "birth".birth_backfill_control;
BEGIN
    SELECT * INTO v_control FROM "birth".birth_backfill_control WHERE run_id = p_run;
    IF v_control.command <> 'run' THEN
        PERFORM "birth".birth_refuse('BR007', 'run_' || CASE v_control.command WHEN 'pause' THEN 'paused' ELSE 'cancelled' END,
            format('run %s was %s by %s', p_run, CASE v_control.command WHEN 'pause' THEN 'paused' ELSE 'cancelled' END, v_control.steered_by),
            jsonb_build_object('run', p_run, 'by', v_control.steered_by, 'at', v_control.steered_at, 'reason', v_control.reason),
            format('Resume it: birth-console control %s resume.', p_run));
    END IF;
END
$$;


ALTER FUNCTION birth.birth_backfill_held(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_insist(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_insist(p_run bigint) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_found record;
BEGIN
    SELECT count(*) AS obstacles, bool_and(stale) AS only_stale, jsonb_agg(jsonb_build_object('gate', gate, 'evidence', evidence)) AS gates
    INTO v_found FROM "birth".birth_backfill_obstacles("birth".birth_backfill_facts(p_run));
    IF v_found.obstacles > 0 THEN
        PERFORM "birth".birth_refuse(CASE WHEN v_found.only_stale THEN 'BR004' ELSE 'BR003' END,
            CASE WHEN v_found.only_stale THEN 'plan_stale' ELSE 'gate_closed' END,
            format('run %s may not be applied', p_run), jsonb_build_object('gates', v_found.gates),
            CASE WHEN v_found.only_stale THEN 'Plan again: what the plan pinned has changed.' ELSE 'Open each gate, then try again.' END);
    END IF;
END
$$;


ALTER FUNCTION birth.birth_backfill_insist(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_is_watched(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_is_watched(p_run bigint) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT looked_at > clock_timestamp() - interval '30 seconds' FROM "birth".birth_backfill_look WHERE run_id = p_run
$$;


ALTER FUNCTION birth.birth_backfill_is_watched(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_look(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_look(p_run bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_began timestamptz := clock_timestamp();
BEGIN
    PERFORM "birth".birth_backfill_insist(p_run);
    UPDATE "birth".birth_backfill_look SET looked_at = v_began
    WHERE run_id = (SELECT run_id FROM "birth".birth_backfill_look WHERE run_id = p_run FOR UPDATE SKIP LOCKED);
END
$$;


ALTER FUNCTION birth.birth_backfill_look(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_obstacles(jsonb); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_obstacles(p_facts jsonb) RETURNS TABLE(gate text, stale boolean, evidence jsonb)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT 'qt001_open', false, p_facts -> 'qt001_gate' WHERE p_facts ->> 'qt001_gate' IS DISTINCT FROM 'OPEN'
    UNION ALL SELECT 'reconciled', false, to_jsonb('the run is ' || (p_facts ->> 'status')) WHERE p_facts ->> 'reconciled_by' IS NULL
    UNION ALL SELECT 'trusted', false, p_facts -> 'audit' WHERE p_facts -> 'audit' <> '[]'
    UNION ALL SELECT 'register_function', false, p_facts -> 'register_function' WHERE NOT (p_facts ->> 'register_function')::boolean
    UNION ALL SELECT 'run_current', true, p_facts -> 'superseded_by' WHERE p_facts ->> 'status' NOT IN ('planned', 'reconciled', 'applying')
    UNION ALL SELECT pin, true, p_facts -> pin FROM unnest(ARRAY['gateway', 'registry_triggers', 'alert_rows', 'server']) AS pin
        WHERE p_facts -> pin -> 'planned' IS DISTINCT FROM p_facts -> pin -> 'live'
    UNION ALL SELECT problem.gate, problem.stale, jsonb_build_object('collection', entry -> 'collection', 'found', problem.found)
        FROM jsonb_array_elements(p_facts -> 'entries') AS entry
        CROSS JOIN LATERAL (
            SELECT 'permit_in_scope' AS gate, false AS stale, entry -> 'permit' AS found WHERE entry ->> 'permit' IS NULL AND (entry ->> 'open')::bigint > 0
            UNION ALL SELECT 'policy_required', false, entry -> 'requirement' WHERE entry ->> 'requirement' IS DISTINCT FROM 'REQUIRED'
            UNION ALL SELECT 'trigger_enabled', false, entry -> 'trigger' WHERE entry ->> 'trigger' IS DISTINCT FROM 'enabled'
            UNION ALL SELECT 'columns_present', false, entry -> 'missing_columns' WHERE entry -> 'missing_columns' IS DISTINCT FROM '[]'::jsonb
            UNION ALL SELECT pin, true, entry -> pin FROM unnest(ARRAY['table', 'identity', 'triggers']) AS pin
                WHERE entry -> pin -> 'planned' IS DISTINCT FROM entry -> pin -> 'live'
        ) AS problem
$$;


ALTER FUNCTION birth.birth_backfill_obstacles(p_facts jsonb) OWNER TO birth_owner;

--
-- Name: birth_backfill_page(bigint, bigint, bigint, integer, text, boolean); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_page(p_run bigint, p_after_ledger bigint, p_after_seq bigint, p_rows integer, p_like text DEFAULT NULL::text, p_unlike boolean DEFAULT false) RETURNS TABLE(kind text, ledger_id bigint, seq bigint, collection_name text, entity_code text, source_key text[], note text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT CASE WHEN q.seq IS NOT NULL THEN '!' WHEN r.collection_name = item.collection_name THEN '='
            WHEN EXISTS (SELECT FROM "birth".birth_backfill_batch AS b WHERE b.ledger_id = item.ledger_id
                AND item.seq BETWEEN b.seq_from AND b.seq_to AND b.finished_at IS NOT NULL) THEN '-'
            ELSE '+' END,
        item.ledger_id, item.seq, item.collection_name, item.entity_code, item.source_key,
        coalesce(q.sqlstate || ' ' || q.message, CASE WHEN r.collection_name <> item.collection_name THEN 'registered for ' || r.collection_name END)
    FROM (
        SELECT i.ledger_id, i.seq, l.collection_name, i.entity_code, i.source_key
        FROM "birth".birth_backfill_ledger AS l
        CROSS JOIN LATERAL (
            SELECT * FROM "birth".birth_backfill_item AS i WHERE i.ledger_id = l.ledger_id
              AND i.seq > CASE WHEN l.ledger_id = p_after_ledger THEN p_after_seq ELSE 0 END
            ORDER BY i.seq LIMIT p_rows) AS i
        WHERE l.run_id = p_run AND l.ledger_id >= p_after_ledger
        ORDER BY i.ledger_id, i.seq LIMIT p_rows) AS item
    LEFT JOIN "birth".birth_registry AS r ON r.entity_code = item.entity_code
    LEFT JOIN "birth".birth_backfill_quarantine AS q ON q.ledger_id = item.ledger_id AND q.seq = item.seq
    WHERE p_like IS NULL OR lower(item.entity_code) LIKE lower(p_like) <> p_unlike
    ORDER BY item.ledger_id, item.seq
$$;


ALTER FUNCTION birth.birth_backfill_page(p_run bigint, p_after_ledger bigint, p_after_seq bigint, p_rows integer, p_like text, p_unlike boolean) OWNER TO birth_owner;

--
-- Name: birth_backfill_plan(text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_plan(p_collections text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'off'
    SET work_mem TO '256MB'
    SET "DateStyle" TO 'ISO, YMD'
    SET "TimeZone" TO 'UTC'
    SET "IntervalStyle" TO 'iso_8601'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'plan a backfill');
    v_run bigint;
    v_name text;
    v_clash jsonb;
BEGIN
    IF cardinality(p_collections) = 0 THEN
        PERFORM "birth".birth_refuse('BR002', 'nothing_named', 'a plan names at least one collection', NULL, 'Name collections, or plan all of them.');
    END IF;
    PERFORM "birth".birth_backfill_undisturbed(p_collections);
    INSERT INTO "birth".birth_backfill_run (system_identifier, gateway, registry_triggers, registry_rows, alert_rows, snapshot, planned_person)
    SELECT (SELECT system_identifier::text FROM pg_control_system()), "birth".birth_gateway_fingerprint(),
        "birth".birth_trigger_fingerprint(format('%I.birth_registry', 'birth')::regclass),
        (SELECT count(*) FROM "birth".birth_registry), (SELECT count(*) FROM "birth".trigger_guard_alerts),
        pg_current_snapshot(), v_person
    RETURNING run_id INTO v_run;
    INSERT INTO "birth".birth_backfill_control (run_id) VALUES (v_run);
    INSERT INTO "birth".birth_backfill_look (run_id) VALUES (v_run);
    FOR v_name IN
        SELECT c.collection_name FROM "birth".birth_collections() AS c
        WHERE p_collections IS NULL AND c.requirement = 'REQUIRED' AND "birth".birth_resolvable(c.relid, c.strategy, c.missing_columns)
        UNION SELECT unnest(p_collections) ORDER BY 1
    LOOP
        PERFORM "birth".birth_backfill_plan_entry(v_run, v_name);
        RAISE NOTICE 'planned %', v_name;
    END LOOP;
    SELECT jsonb_agg(jsonb_build_object('code', entity_code, 'collections', collections)) INTO v_clash FROM (
        SELECT i.entity_code, array_agg(l.collection_name) AS collections
        FROM "birth".birth_backfill_ledger AS l JOIN "birth".birth_backfill_item AS i USING (ledger_id)
        -- One collection cannot clash with itself: that was looked at before.
        -- Synthetic codes of two collections differ in their prefix; but a column may come to hold what reads like one.
        WHERE l.run_id = v_run AND (SELECT count(*) FROM "birth".birth_backfill_ledger WHERE run_id = v_run) > 1 AND (l.strategy = 'column' OR i.entity_code IN (
            SELECT c.entity_code FROM "birth".birth_backfill_item AS c JOIN "birth".birth_backfill_ledger AS o USING (ledger_id)
            WHERE o.run_id = v_run AND o.strategy = 'column' AND position(':' IN c.entity_code) > 0))
        GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 3) AS clashes;
    IF v_clash IS NOT NULL THEN
        PERFORM "birth".birth_refuse('BR003', 'codes_collide', 'two collections of this plan give the same code',
            jsonb_build_object('examples', v_clash), 'Give one of them a synthetic identity.');
    END IF;
    UPDATE "birth".birth_backfill_run SET digest = (
        SELECT encode(sha256(convert_to(coalesce(string_agg(collection_name || ' ' || digest, E'\n' ORDER BY collection_name COLLATE "C"), ''), 'UTF8')), 'hex')
        FROM "birth".birth_backfill_ledger WHERE run_id = v_run)
    WHERE run_id = v_run;
    PERFORM "birth".birth_backfill_supersede(v_run);
    PERFORM "birth".birth_ledger_append('planned', (SELECT jsonb_build_object('run', r.run_id, 'digest', r.digest, 'gateway', r.gateway,
        'registry_rows', r.registry_rows, 'alert_rows', r.alert_rows, 'entries', (SELECT coalesce(jsonb_agg(jsonb_build_object('ledger_id', ledger_id,
            'collection', collection_name, 'identity', identity, 'missing', missing, 'digest', digest) ORDER BY ledger_id), '[]')
            FROM "birth".birth_backfill_ledger WHERE run_id = v_run)) FROM "birth".birth_backfill_run AS r WHERE r.run_id = v_run));
    RETURN v_run;
END
$$;


ALTER FUNCTION birth.birth_backfill_plan(p_collections text[]) OWNER TO birth_owner;

--
-- Name: birth_backfill_plan_entry(bigint, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_plan_entry(p_run bigint, p_collection text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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
    SELECT * INTO v_collection FROM "birth".birth_collections() WHERE collection_name = p_collection;
    IF v_collection.requirement IS DISTINCT FROM 'REQUIRED'
       OR NOT "birth".birth_resolvable(v_collection.relid, v_collection.strategy, v_collection.missing_columns) THEN
        PERFORM "birth".birth_refuse('BR003', 'not_plannable', format('%s cannot be planned: %s', p_collection, CASE
                WHEN v_collection.collection_name IS NULL THEN 'there is no such collection'
                WHEN v_collection.requirement IS DISTINCT FROM 'REQUIRED' THEN 'it is ' || coalesce(v_collection.requirement, 'without a policy')
                WHEN v_collection.relid IS NULL THEN 'it has no table'
                WHEN v_collection.strategy IS NULL THEN 'it is unclassified'
                ELSE 'its identity names columns that are gone: ' || array_to_string(v_collection.missing_columns, ', ') END),
            jsonb_build_object('collection', p_collection, 'requirement', v_collection.requirement, 'table', v_collection.relid::regclass::text,
                'identity', v_collection.identity, 'missing_columns', v_collection.missing_columns),
            'A collection is planned when it is REQUIRED, has a table, and is classified by columns it has: see `birth-console matrix --all`.');
    END IF;
    v_expression := "birth".birth_identity_expression(v_collection.relid, p_collection, v_collection.strategy, v_collection.columns, 'source');
    INSERT INTO "birth".birth_backfill_ledger (run_id, collection_name, relid, strategy, columns, identity, identity_version, locator, locator_indexed, triggers)
    SELECT p_run, p_collection, v_collection.relid, v_collection.strategy, v_collection.columns, v_collection.identity, v_collection.version,
        l.locator, l.indexed, "birth".birth_trigger_fingerprint(v_collection.relid)
    FROM "birth".birth_locator(v_collection.relid, v_collection.columns) AS l
    RETURNING ledger_id, locator INTO v_ledger, v_locator;
    IF "birth".birth_windowed(v_collection.relid) THEN
        v_statement := "birth".birth_plan_in_windows(v_collection.relid, p_collection, v_expression, v_locator);
    ELSE
        v_reads := "birth".birth_plan_reads(v_collection.relid, p_collection, v_expression, v_locator,
            "birth".birth_identity_is_declared(v_collection.relid, v_collection.columns));
        PERFORM "birth".birth_plan_affordable(p_collection, v_reads.missing), "birth".birth_plan_affordable(p_collection, v_reads.taken);
        v_statement := "birth".birth_plan_by_join(v_reads.missing, v_reads.counted, v_reads.taken);
    END IF;
    EXECUTE v_statement INTO v_found USING v_ledger;
    v_counted := "birth".birth_identity_counted(v_found.rows, v_found.codes, v_found.distinct_codes, v_found.foreign_codes, v_found.longest);
    IF NOT "birth".birth_identity_holds(v_counted) THEN
        PERFORM "birth".birth_refuse('BR003', 'contract_broken', format('the rows of %s are no longer identified by %s', p_collection, v_collection.identity),
            v_counted || jsonb_build_object('collection', p_collection, 'identity', v_collection.identity, 'example', v_found.foreign_example),
            'Classify it again: the data changed since.');
    END IF;
    SELECT seq, entity_code INTO v_last FROM "birth".birth_backfill_item WHERE ledger_id = v_ledger ORDER BY seq DESC LIMIT 1;
    UPDATE "birth".birth_backfill_ledger SET source_rows = v_found.rows, distinct_codes = v_found.distinct_codes,
        registered = v_found.rows - coalesce(v_last.seq, 0), missing = coalesce(v_last.seq, 0), digest = "birth".birth_item_digest(v_ledger),
        upper_bound = v_last.entity_code
    WHERE ledger_id = v_ledger;
END
$$;


ALTER FUNCTION birth.birth_backfill_plan_entry(p_run bigint, p_collection text) OWNER TO birth_owner;

--
-- Name: birth_backfill_reconcile(bigint, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_reconcile(p_run bigint, p_note text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'reconcile a run');
    v_status text;
    v_differing jsonb;
    v_digests jsonb;
BEGIN
    SELECT status INTO v_status FROM "birth".birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    IF v_status IS DISTINCT FROM 'planned' AND v_status IS DISTINCT FROM 'reconciled' THEN
        PERFORM "birth".birth_refuse('BR004', 'run_not_planned', format('run %s is %s', p_run, coalesce(v_status, 'unknown')),
            jsonb_build_object('run', p_run, 'status', v_status), 'Plan again, then reconcile.');
    END IF;
    IF coalesce(p_note, '') = '' THEN
        PERFORM "birth".birth_refuse('BR002', 'note_missing', 'a reconciliation needs a note', jsonb_build_object('run', p_run), 'Say what you compared.');
    ELSIF octet_length(p_note) > 100000 THEN
        -- The event lists collections, and may be long for that; the note may not.
        PERFORM "birth".birth_refuse('BR002', 'text_too_long', format('a note of %s bytes is too long for the ledger', octet_length(p_note)),
            jsonb_build_object('run', p_run, 'bytes', octet_length(p_note)), 'Say it in fewer words.');
    END IF;
    SELECT jsonb_agg(collection_name ORDER BY collection_name) FILTER (WHERE c.digest IS DISTINCT FROM l.digest OR c.without_code > 0 OR c.duplicates > 0),
        jsonb_object_agg(collection_name, c.digest)
    INTO v_differing, v_digests
    FROM "birth".birth_backfill_recount(p_run) AS c JOIN "birth".birth_backfill_ledger AS l USING (collection_name) WHERE l.run_id = p_run;
    IF v_differing IS NOT NULL THEN
        PERFORM "birth".birth_refuse('BR004', 'plan_differs', 'the source no longer is what was planned', jsonb_build_object('collections', v_differing), 'Plan again.');
    END IF;
    UPDATE "birth".birth_backfill_run SET status = 'reconciled', reconciled_by = session_user, reconciled_person = v_person,
        reconciled_at = clock_timestamp(), reconcile_note = p_note WHERE run_id = p_run;
    PERFORM "birth".birth_ledger_append('reconciled', jsonb_build_object('run', p_run, 'digests', v_digests, 'note', p_note, 'person', v_person));
END
$$;


ALTER FUNCTION birth.birth_backfill_reconcile(p_run bigint, p_note text) OWNER TO birth_owner;

--
-- Name: birth_backfill_recount(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_recount(p_run bigint) RETURNS TABLE(collection_name text, missing bigint, digest text, without_code bigint, duplicates bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'off'
    SET work_mem TO '256MB'
    SET enable_hashagg TO 'off'
    SET "DateStyle" TO 'ISO, YMD'
    SET "TimeZone" TO 'UTC'
    SET "IntervalStyle" TO 'iso_8601'
    AS $$
#variable_conflict use_column
DECLARE
    v_entry "birth".birth_backfill_ledger;
BEGIN
    FOR v_entry IN SELECT * FROM "birth".birth_backfill_ledger AS l WHERE l.run_id = p_run ORDER BY l.ledger_id LOOP
        collection_name := v_entry.collection_name;
        SELECT NULL, NULL, NULL, NULL INTO missing, digest, without_code, duplicates;
        IF v_entry.relid = "birth".birth_collection_table(v_entry.collection_name) AND v_entry.columns <@ ARRAY(
                SELECT attname::text FROM pg_attribute WHERE attrelid = v_entry.relid AND attnum > 0 AND NOT attisdropped) THEN
            SELECT * INTO missing, digest, without_code, duplicates FROM "birth".birth_reading("birth".birth_recount_statement(v_entry))
                AS row(missing bigint, digest text, without_code bigint, duplicates bigint);
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;


ALTER FUNCTION birth.birth_backfill_recount(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_report(bigint, text, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_report(p_run bigint, p_state text, p_reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM "birth".birth_actor('birth_operator', 'apply a run');
    IF p_state IS NULL OR p_state NOT IN ('applying', 'paused', 'throttled', 'waiting') THEN
        PERFORM "birth".birth_refuse('BR002', 'bad_state', 'a worker is applying, paused, throttled or waiting', jsonb_build_object('run', p_run, 'state', left(p_state, 100)), 'Say one of these.');
    END IF;
    INSERT INTO "birth".birth_backfill_worker AS w (run_id, backend_pid, state, reason) VALUES (p_run, pg_backend_pid(), p_state, left(p_reason, 1000))
    ON CONFLICT (run_id, backend_pid) DO UPDATE SET login = session_user, state = excluded.state, reason = excluded.reason, seen_at = clock_timestamp();
END
$$;


ALTER FUNCTION birth.birth_backfill_report(p_run bigint, p_state text, p_reason text) OWNER TO birth_owner;

--
-- Name: birth_backfill_split(bigint, bigint, integer); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_split(p_ledger_id bigint, p_epoch bigint, p_rows integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'apply a run');
    v_batch "birth".birth_backfill_batch;
    v_epoch bigint;
BEGIN
    -- The entry first, then the batch: in the order in which a claim takes them.
    SELECT last_epoch + 1 INTO v_epoch FROM "birth".birth_backfill_ledger WHERE ledger_id = p_ledger_id FOR NO KEY UPDATE;
    v_batch := "birth".birth_batch_claimed(p_ledger_id, p_epoch);
    IF p_rows = v_batch.seq_to - v_batch.seq_from + 1 THEN
        RETURN NULL;
    END IF;
    IF p_rows IS NULL OR p_rows < 1 OR p_rows > v_batch.seq_to - v_batch.seq_from THEN
        PERFORM "birth".birth_refuse('BR002', 'bad_split', 'a split leaves at least one row on each side',
            jsonb_build_object('ledger_id', p_ledger_id, 'epoch', p_epoch, 'rows', p_rows), 'Split a larger claim.');
    END IF;
    UPDATE "birth".birth_backfill_batch SET seq_to = seq_from + p_rows - 1 WHERE ledger_id = p_ledger_id AND epoch = p_epoch;
    PERFORM "birth".birth_batch_open(p_ledger_id, v_epoch, v_batch.seq_from + p_rows, v_batch.seq_to, v_person);
    RETURN v_epoch;
END
$$;


ALTER FUNCTION birth.birth_backfill_split(p_ledger_id bigint, p_epoch bigint, p_rows integer) OWNER TO birth_owner;

--
-- Name: birth_backfill_steer(bigint, text, integer, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_steer(p_run bigint, p_command text, p_batch_size integer, p_reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'steer a run');
    v_status text;
BEGIN
    -- So weak a lock never waits for a batch, only for whoever is about to begin, end, supersede or certify the run.
    SELECT status INTO v_status FROM "birth".birth_backfill_run WHERE run_id = p_run FOR KEY SHARE;
    IF p_command NOT IN ('run', 'pause', 'cancel') OR p_batch_size NOT BETWEEN 0 AND 10000 THEN
        PERFORM "birth".birth_refuse('BR002', 'bad_control', 'a run is steered by run, pause or cancel, and 1 to 10,000 rows a batch',
            jsonb_build_object('command', p_command, 'batch_size', p_batch_size), 'See `birth-console control --help`.');
    END IF;
    IF v_status IN ('applied', 'certified', 'superseded') THEN
        PERFORM "birth".birth_refuse('BR004', 'run_over', format('run %s is %s: there is nothing left to steer', p_run, v_status),
            jsonb_build_object('run', p_run, 'status', v_status), 'See `birth-console ledger`.');
    END IF;
    UPDATE "birth".birth_backfill_control SET command = coalesce(p_command, command), batch_size = nullif(coalesce(p_batch_size, batch_size), 0),
        reason = p_reason, steered_by = session_user, steered_at = clock_timestamp() WHERE run_id = p_run;
    IF NOT FOUND THEN
        PERFORM "birth".birth_refuse('BR002', 'unknown_run', format('there is no run %s', p_run), jsonb_build_object('run', p_run), 'See `birth-console ledger`.');
    END IF;
    PERFORM "birth".birth_ledger_append('steered', jsonb_build_object('run', p_run, 'command', p_command, 'batch_size', p_batch_size,
        'reason', p_reason, 'person', v_person));
END
$$;


ALTER FUNCTION birth.birth_backfill_steer(p_run bigint, p_command text, p_batch_size integer, p_reason text) OWNER TO birth_owner;

--
-- Name: birth_backfill_supersede(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_supersede(p_run bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_other bigint;
BEGIN
    LOCK TABLE "birth".birth_backfill_fence IN EXCLUSIVE MODE;
    PERFORM "birth".birth_backfill_undisturbed(ARRAY(SELECT collection_name FROM "birth".birth_backfill_ledger WHERE run_id = p_run));
    FOR v_other IN
        SELECT r.run_id FROM "birth".birth_backfill_run AS r
        WHERE r.run_id <> p_run AND r.status IN ('planned', 'reconciled', 'applying')
          AND EXISTS (SELECT FROM "birth".birth_backfill_ledger AS o JOIN "birth".birth_backfill_ledger AS n USING (collection_name)
              WHERE o.run_id = r.run_id AND n.run_id = p_run)
        ORDER BY r.run_id FOR UPDATE OF r
    LOOP
        UPDATE "birth".birth_backfill_run SET status = 'superseded', superseded_by = p_run WHERE run_id = v_other AND status <> 'applied';
        UPDATE "birth".birth_backfill_ledger SET status = 'superseded' WHERE run_id = v_other AND status <> 'applied';
    END LOOP;
END
$$;


ALTER FUNCTION birth.birth_backfill_supersede(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_undisturbed(text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_backfill_undisturbed(p_collections text[]) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_run bigint;
    v_logins text[];
BEGIN
    SELECT work.run_id, array_agg(DISTINCT work.login) INTO v_run, v_logins FROM (
        SELECT w.run_id, w.login, w.backend_pid, w.seen_at AS since FROM "birth".birth_backfill_worker AS w
        UNION ALL
        SELECT l.run_id, b.claimed_by, b.backend_pid, b.lease_until - "birth".birth_lease()
        FROM "birth".birth_backfill_batch AS b JOIN "birth".birth_backfill_ledger AS l USING (ledger_id) WHERE b.finished_at IS NULL) AS work
    JOIN "birth".birth_backfill_run AS r USING (run_id) JOIN "birth".birth_backfill_control AS c USING (run_id)
    JOIN pg_stat_activity AS a ON a.pid = work.backend_pid AND coalesce(a.backend_start <= work.since, true)
    WHERE r.status = 'applying' AND c.command <> 'cancel' AND work.backend_pid <> pg_backend_pid()
      AND EXISTS (SELECT FROM "birth".birth_backfill_ledger AS o WHERE o.run_id = r.run_id AND (p_collections IS NULL OR o.collection_name = ANY (p_collections)))
    GROUP BY work.run_id ORDER BY work.run_id LIMIT 1;
    IF v_run IS NOT NULL THEN
        PERFORM "birth".birth_refuse('BR003', 'run_at_work', format('run %s is being applied by %s', v_run, array_to_string(v_logins, ', ')),
            jsonb_build_object('run', v_run, 'logins', v_logins),
            format('Wait until it is done, plan other collections, or cancel it: birth-console control %s cancel.', v_run));
    END IF;
END
$$;


ALTER FUNCTION birth.birth_backfill_undisturbed(p_collections text[]) OWNER TO birth_owner;

--
-- Name: birth_batch_alone(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_alone(p_ledger_id bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        PERFORM "birth".birth_refuse('BR002', 'not_alone', 'a batch is a transaction of its own: this one wrote before',
            jsonb_build_object('ledger_id', p_ledger_id), 'Commit, then apply the batch.');
    ELSIF current_setting('max_prepared_transactions')::integer > 0 THEN
        PERFORM pg_export_snapshot();
    END IF;
END
$$;


ALTER FUNCTION birth.birth_batch_alone(p_ledger_id bigint) OWNER TO birth_owner;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: birth_backfill_ledger; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_ledger (
    ledger_id bigint NOT NULL,
    run_id bigint NOT NULL,
    collection_name text NOT NULL,
    status text DEFAULT 'planned'::text NOT NULL,
    relid oid NOT NULL,
    strategy text NOT NULL,
    columns text[] NOT NULL,
    identity text NOT NULL,
    identity_version integer NOT NULL,
    locator text[] NOT NULL,
    locator_indexed boolean NOT NULL,
    triggers text NOT NULL,
    source_rows bigint DEFAULT 0 NOT NULL,
    distinct_codes bigint DEFAULT 0 NOT NULL,
    registered bigint DEFAULT 0 NOT NULL,
    missing bigint DEFAULT 0 NOT NULL,
    digest text,
    upper_bound text,
    next_seq bigint DEFAULT 1 NOT NULL,
    last_epoch bigint DEFAULT 0 NOT NULL,
    CONSTRAINT birth_backfill_ledger_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'applying'::text, 'applied'::text, 'superseded'::text])))
)
WITH (fillfactor='50');


ALTER TABLE birth.birth_backfill_ledger OWNER TO birth_owner;

--
-- Name: birth_batch_attempt(birth.birth_backfill_ledger, bigint, bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_attempt(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_done record;
    v_state text;
BEGIN
    IF p_from < p_to THEN
        SELECT * INTO v_done FROM "birth".birth_batch_register(p_entry, p_from, p_to);
    ELSE
        BEGIN
            SELECT * INTO v_done FROM "birth".birth_batch_register(p_entry, p_from, p_to);
        EXCEPTION WHEN OTHERS OR ASSERT_FAILURE THEN
            v_state := SQLSTATE;
            IF NOT "birth".birth_is_poison(v_state) THEN
                RAISE;
            END IF;
            INSERT INTO "birth".birth_backfill_quarantine (ledger_id, seq, entity_code, source_key, sqlstate, message)
            SELECT i.ledger_id, i.seq, i.entity_code, i.source_key, v_state, left(SQLERRM, 1000)
            FROM "birth".birth_backfill_item AS i WHERE i.ledger_id = p_entry.ledger_id AND i.seq = p_from;
            SELECT 0, 0, 0, 1 INTO registered, existing, vanished, quarantined;
            RETURN;
        END;
    END IF;
    SELECT v_done.registered, v_done.existing, v_done.vanished, v_done.quarantined INTO registered, existing, vanished, quarantined;
END
$$;


ALTER FUNCTION birth.birth_batch_attempt(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint) OWNER TO birth_owner;

--
-- Name: birth_backfill_batch; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_batch (
    ledger_id bigint NOT NULL,
    epoch bigint NOT NULL,
    seq_from bigint NOT NULL,
    seq_to bigint NOT NULL,
    backend_pid integer NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    claimed_by text DEFAULT SESSION_USER NOT NULL,
    claimed_person text NOT NULL,
    former_persons text[] DEFAULT '{}'::text[] NOT NULL,
    claimed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    permit_id bigint,
    registered bigint,
    existing bigint,
    vanished bigint,
    quarantined bigint,
    writes jsonb,
    transaction_id xid8,
    finished_at timestamp with time zone,
    CONSTRAINT accounting_closes CHECK (((finished_at IS NULL) OR (((seq_to - seq_from) + 1) = (((registered + existing) + vanished) + quarantined)))),
    CONSTRAINT birth_backfill_batch_check CHECK ((seq_to >= seq_from))
)
WITH (fillfactor='50');


ALTER TABLE birth.birth_backfill_batch OWNER TO birth_owner;

--
-- Name: birth_batch_claimed(bigint, bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_claimed(p_ledger_id bigint, p_epoch bigint) RETURNS birth.birth_backfill_batch
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_batch "birth".birth_backfill_batch;
BEGIN
    SELECT * INTO v_batch FROM "birth".birth_backfill_batch WHERE ledger_id = p_ledger_id AND epoch = p_epoch AND finished_at IS NULL FOR UPDATE;
    IF NOT FOUND OR v_batch.claimed_by <> session_user THEN
        PERFORM "birth".birth_refuse('BR004', 'claim_lost', format('batch %s of entry %s is not yours, or done', p_epoch, p_ledger_id),
            jsonb_build_object('ledger_id', p_ledger_id, 'epoch', p_epoch, 'claimed_by', v_batch.claimed_by), 'Claim a batch again.');
    END IF;
    RETURN v_batch;
END
$$;


ALTER FUNCTION birth.birth_batch_claimed(p_ledger_id bigint, p_epoch bigint) OWNER TO birth_owner;

--
-- Name: birth_batch_count(text, text, text[], text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_count(p_collection text, p_origin text, p_codes text[], p_taken text[], OUT registered bigint, OUT existing bigint) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
BEGIN
    SELECT count(*) FILTER (WHERE r.dot_origin = p_origin), count(*) FILTER (WHERE r.dot_origin IS DISTINCT FROM p_origin)
    INTO registered, existing
    FROM "birth".birth_registry AS r
    WHERE r.entity_code = ANY (p_codes) AND r.collection_name = p_collection AND r.entity_code <> ALL (p_taken);
END
$$;


ALTER FUNCTION birth.birth_batch_count(p_collection text, p_origin text, p_codes text[], p_taken text[], OUT registered bigint, OUT existing bigint) OWNER TO birth_owner;

--
-- Name: birth_batch_open(bigint, bigint, bigint, bigint, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_open(p_ledger_id bigint, p_epoch bigint, p_from bigint, p_to bigint, p_person text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    UPDATE "birth".birth_backfill_ledger SET next_seq = greatest(next_seq, p_to + 1), last_epoch = p_epoch WHERE ledger_id = p_ledger_id;
    INSERT INTO "birth".birth_backfill_batch (ledger_id, epoch, seq_from, seq_to, backend_pid, lease_until, claimed_person)
    VALUES (p_ledger_id, p_epoch, p_from, p_to, pg_backend_pid(), clock_timestamp() + "birth".birth_lease(), p_person);
$$;


ALTER FUNCTION birth.birth_batch_open(p_ledger_id bigint, p_epoch bigint, p_from bigint, p_to bigint, p_person text) OWNER TO birth_owner;

--
-- Name: birth_batch_permit(birth.birth_backfill_ledger); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_permit(p_entry birth.birth_backfill_ledger) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_permit bigint;
    v_live jsonb := (SELECT gateway FROM "birth".birth_backfill_run WHERE run_id = p_entry.run_id);
    v_expected jsonb;
BEGIN
    LOCK TABLE "birth".birth_admission_permit IN ROW SHARE MODE;
    v_permit := "birth".birth_permit_for(p_entry.collection_name);
    SELECT jsonb_build_object('norm_md5', expect_gateway, 'full_sha256', expect_full) INTO v_expected FROM "birth".birth_admission_permit
    WHERE permit_id = v_permit AND closed_at IS NULL AND expires_at > clock_timestamp() FOR SHARE;
    IF NOT FOUND THEN
        PERFORM "birth".birth_refuse('BR003', 'permit_in_scope', format('no open permit with budget covers %s', p_entry.collection_name),
            jsonb_build_object('gates', jsonb_build_array(jsonb_build_object('gate', 'permit_in_scope', 'evidence', jsonb_build_object('collection', p_entry.collection_name)))),
            'Ask a gatekeeper to open one.');
    END IF;
    IF NOT coalesce(v_live @> v_expected, false) THEN
        PERFORM "birth".birth_refuse('BR004', 'gateway_changed', 'the gateway is not the one the permit was opened for',
            jsonb_build_object('permit', v_permit, 'permitted', v_expected, 'live', v_live), 'Find out who changed it, then open a permit for what it is now.');
    END IF;
    RETURN v_permit;
END
$$;


ALTER FUNCTION birth.birth_batch_permit(p_entry birth.birth_backfill_ledger) OWNER TO birth_owner;

--
-- Name: birth_batch_pins(birth.birth_backfill_ledger); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_pins(p_entry birth.birth_backfill_ledger) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_run "birth".birth_backfill_run;
    v_drift text[];
BEGIN
    SELECT * INTO v_run FROM "birth".birth_backfill_run WHERE run_id = p_entry.run_id;
    -- Nobody takes the identity back or exempts the collection between this look and the commit.
    PERFORM FROM "birth".birth_identity WHERE collection_name = p_entry.collection_name FOR SHARE;
    PERFORM FROM "birth".birth_policy WHERE collection_name = p_entry.collection_name FOR SHARE;
    v_drift := array_remove(ARRAY[
        CASE WHEN v_run.alert_rows IS DISTINCT FROM (SELECT count(*) FROM "birth".trigger_guard_alerts) THEN 'alert_rows' END,
        CASE WHEN NOT p_entry.columns || p_entry.locator <@ ARRAY(SELECT attname::text FROM pg_attribute
            WHERE attrelid = p_entry.relid AND attnum > 0 AND NOT attisdropped) THEN 'columns' END,
        CASE WHEN v_run.gateway IS DISTINCT FROM "birth".birth_gateway_fingerprint() THEN 'gateway' END,
        CASE WHEN v_run.registry_triggers IS DISTINCT FROM "birth".birth_trigger_fingerprint(format('%I.birth_registry', 'birth')::regclass) THEN 'registry_triggers' END,
        CASE WHEN p_entry.triggers IS DISTINCT FROM "birth".birth_trigger_fingerprint(p_entry.relid) THEN 'triggers' END,
        CASE WHEN p_entry.relid IS DISTINCT FROM "birth".birth_collection_table(p_entry.collection_name) THEN 'table' END,
        CASE WHEN NOT EXISTS (SELECT FROM "birth".birth_identity WHERE collection_name = p_entry.collection_name AND version = p_entry.identity_version) THEN 'identity' END,
        CASE WHEN NOT EXISTS (SELECT FROM "birth".birth_policy WHERE collection_name = p_entry.collection_name AND requirement = 'REQUIRED') THEN 'policy_required' END
    ], NULL);
    IF cardinality(v_drift) > 0 THEN
        PERFORM "birth".birth_refuse('BR004', 'plan_stale', format('what the plan of %s pinned has changed: %s', p_entry.collection_name, array_to_string(v_drift, ', ')),
            jsonb_build_object('collection', p_entry.collection_name, 'drift', v_drift), 'Plan again.');
    END IF;
END
$$;


ALTER FUNCTION birth.birth_batch_pins(p_entry birth.birth_backfill_ledger) OWNER TO birth_owner;

--
-- Name: birth_batch_quarantine(birth.birth_backfill_ledger, bigint, bigint, text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_quarantine(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, p_codes text[]) RETURNS bigint
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH aside AS (
        INSERT INTO "birth".birth_backfill_quarantine (ledger_id, seq, entity_code, source_key, sqlstate, message)
        SELECT i.ledger_id, i.seq, i.entity_code, i.source_key, '23505', 'the code is registered for ' || r.collection
        FROM "birth".birth_backfill_item AS i JOIN "birth".birth_registry_probe(p_codes) AS r ON r.code = i.entity_code
        WHERE i.ledger_id = p_entry.ledger_id AND i.seq BETWEEN p_from AND p_to
        RETURNING 1)
    SELECT count(*) FROM aside
$$;


ALTER FUNCTION birth.birth_batch_quarantine(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, p_codes text[]) OWNER TO birth_owner;

--
-- Name: birth_batch_read(birth.birth_backfill_ledger, bigint, bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_read(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT codes text[], OUT source_keys text[], OUT births timestamp with time zone[]) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'on'
    SET enable_mergejoin TO 'on'
    SET enable_hashjoin TO 'on'
    SET enable_nestloop TO 'on'
    SET jit TO 'off'
    AS $$
DECLARE
    v_list boolean := p_entry.locator_indexed AND cardinality(p_entry.locator) = 1;
    v_is_read boolean := false;
BEGIN
    IF p_entry.locator_indexed THEN
        PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_mergejoin', 'off', true),
            set_config(CASE WHEN v_list THEN 'enable_nestloop' ELSE 'enable_hashjoin' END, 'off', true);
    END IF;
    -- As in birth_reading: what belongs to others is read READ ONLY, and all but what was read is undone.
    PERFORM set_config('transaction_read_only', 'on', true);
    EXECUTE "birth".birth_read_statement(p_entry) INTO codes, source_keys, births USING p_entry.ledger_id, p_from, p_to;
    v_is_read := true;
    RAISE SQLSTATE 'BR999';
EXCEPTION WHEN SQLSTATE 'BR999' THEN
    IF NOT v_is_read THEN
        RAISE;
    END IF;
END
$$;


ALTER FUNCTION birth.birth_batch_read(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT codes text[], OUT source_keys text[], OUT births timestamp with time zone[]) OWNER TO birth_owner;

--
-- Name: birth_batch_register(birth.birth_backfill_ledger, bigint, bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_register(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
    v_origin text := 'birth-backfill:run-' || p_entry.run_id;
    v_found record;
    v_taken text[];
    v_foreign text[];
    v_answers bigint;
BEGIN
    v_found := "birth".birth_batch_read(p_entry, p_from, p_to);
    SELECT coalesce(array_agg(code), '{}'), coalesce(array_agg(code) FILTER (WHERE collection <> p_entry.collection_name), '{}')
    INTO v_taken, v_foreign FROM "birth".birth_registry_probe(v_found.codes);
    EXECUTE "birth".birth_register_statement(p_entry)
    INTO v_answers USING v_found.codes, v_found.source_keys, v_found.births, v_taken;
    -- What would be checked at commit is checked here, where a row that fails can still be set aside.
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT * INTO registered, existing FROM "birth".birth_batch_count(p_entry.collection_name, v_origin, v_found.codes, v_taken);
    -- All items of a range have their numbers in a row.
    vanished := p_to - p_from + 1 - coalesce(cardinality(v_found.codes), 0);
    IF vanished + cardinality(v_taken) + registered + existing <> p_to - p_from + 1 THEN
        PERFORM "birth".birth_refuse('BR008', 'not_registered', format('the register function left %s of %s rows of %s out of the registry',
                p_to - p_from + 1 - vanished - cardinality(v_taken) - registered - existing, p_to - p_from + 1 - vanished - cardinality(v_taken), p_entry.collection_name),
            jsonb_build_object('ledger_id', p_entry.ledger_id, 'from', p_from, 'to', p_to), 'Nothing of this batch was kept. Ask who owns the register function.');
    END IF;
    existing := existing + cardinality(v_taken) - cardinality(v_foreign);
    quarantined := "birth".birth_batch_quarantine(p_entry, p_from, p_to, v_foreign);
END
$$;


ALTER FUNCTION birth.birth_batch_register(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint) OWNER TO birth_owner;

--
-- Name: birth_batch_run(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_run(p_run bigint) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_status text;
BEGIN
    LOCK TABLE "birth".birth_backfill_fence IN ROW SHARE MODE;
    SELECT status INTO v_status FROM "birth".birth_backfill_run WHERE run_id = p_run FOR SHARE;
    IF v_status IS NULL OR v_status NOT IN ('applying', 'applied', 'certified') THEN
        PERFORM "birth".birth_refuse('BR004', 'run_not_applying', concat(format('run %s is %s', p_run, coalesce(v_status, 'unknown')),
                (SELECT format(' by run %s, planned by %s', o.run_id, o.planned_by) FROM "birth".birth_backfill_run AS r
                    JOIN "birth".birth_backfill_run AS o ON o.run_id = r.superseded_by WHERE r.run_id = p_run)),
            jsonb_build_object('run', p_run, 'status', v_status), 'Only a run that was begun is applied.');
    END IF;
    RETURN v_status;
END
$$;


ALTER FUNCTION birth.birth_batch_run(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_batch_spend(bigint, bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_spend(p_permit bigint, p_rows bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    UPDATE "birth".birth_admission_budget SET used_rows = used_rows + p_rows WHERE permit_id = p_permit AND used_rows + p_rows <= budget_rows;
    IF NOT FOUND THEN
        PERFORM "birth".birth_refuse('BR003', 'budget_left', format('the budget of permit %s does not cover this batch', p_permit),
            (SELECT jsonb_build_object('permit', p_permit, 'budget', budget_rows, 'used', used_rows, 'batch', p_rows) FROM "birth".birth_admission_budget WHERE permit_id = p_permit),
            'Ask a gatekeeper for a larger one.');
    END IF;
END
$$;


ALTER FUNCTION birth.birth_batch_spend(p_permit bigint, p_rows bigint) OWNER TO birth_owner;

--
-- Name: birth_batch_take_over(bigint, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_take_over(p_run bigint, p_person text, OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
    v_abandoned "birth".birth_backfill_batch;
BEGIN
    -- A transaction goes on seeing the sessions that it saw first: whoever came since would look dead.
    PERFORM pg_stat_clear_snapshot();
    SELECT b.* INTO v_abandoned FROM "birth".birth_backfill_batch AS b JOIN "birth".birth_backfill_ledger AS l USING (ledger_id)
    WHERE l.run_id = p_run AND b.finished_at IS NULL
      AND (b.lease_until < clock_timestamp() OR NOT EXISTS (SELECT FROM pg_stat_activity AS a
          WHERE a.pid = b.backend_pid AND coalesce(a.backend_start <= b.lease_until - "birth".birth_lease(), true)))
    ORDER BY b.ledger_id, b.epoch LIMIT 1 FOR UPDATE OF b SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE "birth".birth_backfill_ledger AS l SET last_epoch = l.last_epoch + 1 WHERE l.ledger_id = v_abandoned.ledger_id RETURNING l.last_epoch INTO epoch;
    UPDATE "birth".birth_backfill_batch AS b SET epoch = birth_batch_take_over.epoch, backend_pid = pg_backend_pid(),
        lease_until = clock_timestamp() + "birth".birth_lease(), claimed_by = session_user, claimed_person = p_person, claimed_at = clock_timestamp(),
        former_persons = array_append(array_remove(b.former_persons, b.claimed_person), b.claimed_person)
    WHERE b.ledger_id = v_abandoned.ledger_id AND b.epoch = v_abandoned.epoch;
    -- Nobody is told any more that a session is at work that is gone.
    DELETE FROM "birth".birth_backfill_worker AS w WHERE w.run_id = p_run AND w.backend_pid = v_abandoned.backend_pid AND NOT EXISTS (
        SELECT FROM pg_stat_activity AS a WHERE a.pid = w.backend_pid AND coalesce(a.backend_start <= w.seen_at, true));
    SELECT v_abandoned.ledger_id, v_abandoned.seq_from, v_abandoned.seq_to INTO ledger_id, seq_from, seq_to;
    PERFORM "birth".birth_ledger_append('taken_over', jsonb_build_object('run', p_run, 'ledger_id', ledger_id, 'epoch', epoch,
        'before', v_abandoned.epoch, 'claimed_by', v_abandoned.claimed_by));
END
$$;


ALTER FUNCTION birth.birth_batch_take_over(p_run bigint, p_person text, OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint) OWNER TO birth_owner;

--
-- Name: birth_batch_writes(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_writes() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH touched AS MATERIALIZED (
        -- Not each of thousands of tables: whoever writes one keeps a lock on it. Those that a batch may write are among
        -- them in any case: they may have figures of an earlier transaction.
        SELECT relation AS relid FROM pg_locks
        WHERE pid = pg_backend_pid() AND locktype = 'relation' AND mode NOT IN ('AccessShareLock', 'RowShareLock')
        UNION SELECT to_regclass(name)::oid FROM unnest(ARRAY[format('%I.birth_registry', 'birth'), format('%I.birth_backfill_quarantine', 'birth')]
            || (SELECT value FROM "birth".birth_setting WHERE birth_setting.name = 'register_writes')) AS name
    )
    SELECT coalesce(jsonb_object_agg(w.relid::text, w.ins + w.upd + w.del), '{}') || jsonb_build_object('',
        coalesce(sum(w.ins - w.del) FILTER (WHERE w.relid = format('%I.birth_registry', 'birth')::regclass), 0))
    -- What pg_stat_xact_user_tables shows, without what it reads besides.
    FROM (SELECT c.oid AS relid, pg_stat_get_xact_tuples_inserted(c.oid) AS ins, pg_stat_get_xact_tuples_updated(c.oid) AS upd,
            pg_stat_get_xact_tuples_deleted(c.oid) AS del
        FROM touched JOIN pg_class AS c ON c.oid = touched.relid
        WHERE c.relkind IN ('r', 'm') AND c.relnamespace <> 'pg_catalog'::regnamespace) AS w
    WHERE w.ins + w.upd + w.del > 0
$$;


ALTER FUNCTION birth.birth_batch_writes() OWNER TO birth_owner;

--
-- Name: birth_batch_written(jsonb, text, bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_batch_written(p_before jsonb, p_collection text, p_registered bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_after jsonb := "birth".birth_batch_writes();
    v_grown bigint := (v_after ->> '')::bigint - (p_before ->> '')::bigint;
    v_writes jsonb;
    v_elsewhere text[];
BEGIN
    IF NOT current_setting('track_counts')::boolean THEN
        PERFORM "birth".birth_refuse('BR005', 'writes_unseen', 'what a batch writes cannot be seen: track_counts is off',
            jsonb_build_object('track_counts', 'off'), 'Switch track_counts on for this database.');
    ELSIF v_grown > p_registered THEN
        PERFORM "birth".birth_refuse('BR005', 'registered_besides', format('registering %s rows of %s put %s rows into the registry', p_registered, p_collection, v_grown),
            jsonb_build_object('collection', p_collection, 'registered', p_registered, 'rows', v_grown),
            'Nothing of this batch was kept. The register function must register what it is given, under the origin it is given, and nothing else.');
    END IF;
    SELECT jsonb_object_agg(relid::oid::regclass, rows::bigint - coalesce((p_before ->> relid)::bigint, 0)) INTO v_writes
    FROM jsonb_each_text(v_after - '') AS w(relid, rows) WHERE rows::bigint > coalesce((p_before ->> relid)::bigint, 0);
    SELECT array_agg(name) INTO v_elsewhere FROM jsonb_object_keys(v_writes) AS name
    WHERE name NOT IN (format('%I.birth_registry', 'birth'), format('%I.birth_backfill_quarantine', 'birth'))
      AND name <> ALL (SELECT unnest(value) FROM "birth".birth_setting WHERE birth_setting.name = 'register_writes');
    IF v_elsewhere IS NOT NULL THEN
        PERFORM "birth".birth_refuse('BR005', 'wrote_elsewhere', format('registering rows of %s also wrote %s', p_collection, array_to_string(v_elsewhere, ', ')),
            jsonb_build_object('collection', p_collection, 'tables', v_elsewhere),
            'Nothing of this batch was kept. Where the register function may write there, whoever installs names all such tables: `birth-console init --register-writes SCHEMA.TABLE …`, with --collections as before.');
    END IF;
    RETURN v_writes;
END
$$;


ALTER FUNCTION birth.birth_batch_written(p_before jsonb, p_collection text, p_registered bigint) OWNER TO birth_owner;

--
-- Name: birth_born_at(oid); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_born_at(p_relid oid) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT coalesce((SELECT 'source.date_created::timestamptz' FROM pg_attribute
        WHERE attrelid = p_relid AND attname = 'date_created' AND NOT attisdropped
          AND atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)), 'NULL::timestamptz')
$$;


ALTER FUNCTION birth.birth_born_at(p_relid oid) OWNER TO birth_owner;

--
-- Name: birth_certifiable(bigint, jsonb); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_certifiable(p_run bigint, p_evidence jsonb) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_wrong text[];
BEGIN
    v_wrong := array_remove(ARRAY[
        CASE WHEN p_evidence -> 'gateway' IS DISTINCT FROM p_evidence -> 'gateway_live' THEN 'gateway_unchanged' END,
        CASE WHEN p_evidence -> 'alert_rows' IS DISTINCT FROM p_evidence -> 'alert_rows_live' THEN 'tga_unchanged' END,
        CASE WHEN p_evidence -> 'triggers_changed' <> '[]' THEN 'triggers_unchanged' END,
        CASE WHEN EXISTS (SELECT FROM "birth".birth_accounting(p_run) AS a WHERE a.planned <> a.registered + a.existing + a.vanished + a.quarantined) THEN 'accounting_closes' END,
        CASE WHEN (p_evidence ->> 'written')::bigint IS DISTINCT FROM (SELECT coalesce(sum(a.registered), 0) FROM "birth".birth_accounting(p_run) AS a) THEN 'birth_neutral' END
    ], NULL);
    IF cardinality(v_wrong) > 0 THEN
        PERFORM "birth".birth_refuse('BR003', 'not_certifiable', format('run %s does not pass: %s', p_run, array_to_string(v_wrong, ', ')),
            jsonb_build_object('gates', (SELECT jsonb_agg(jsonb_build_object('gate', name, 'evidence', p_evidence)) FROM unnest(v_wrong) AS name)),
            'See `birth-console verify`.');
    END IF;
END
$$;


ALTER FUNCTION birth.birth_certifiable(p_run bigint, p_evidence jsonb) OWNER TO birth_owner;

--
-- Name: birth_collection_statements(text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_collection_statements(p_collection text) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT jsonb_build_object('plan', "birth".birth_plan_text(c.relid, c.collection_name,
            "birth".birth_identity_expression(c.relid, c.collection_name, c.strategy, c.columns, 'source'), found.locator,
            "birth".birth_identity_is_declared(c.relid, c.columns)),
        'read', "birth".birth_read_statement(entry), 'register', "birth".birth_register_statement(entry))
    FROM "birth".birth_collections() AS c CROSS JOIN LATERAL "birth".birth_locator(c.relid, c.columns) AS found
    CROSS JOIN LATERAL jsonb_populate_record(NULL::"birth".birth_backfill_ledger, jsonb_build_object(
        'run_id', (SELECT coalesce(max(run_id), 0) + 1 FROM "birth".birth_backfill_run), 'collection_name', c.collection_name, 'relid', c.relid,
        'strategy', c.strategy, 'columns', c.columns, 'locator', found.locator, 'locator_indexed', found.indexed)) AS entry
    WHERE c.collection_name = p_collection AND "birth".birth_resolvable(c.relid, c.strategy, c.missing_columns)
$$;


ALTER FUNCTION birth.birth_collection_statements(p_collection text) OWNER TO birth_owner;

--
-- Name: birth_collection_table(text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_collection_table(p_collection text) RETURNS oid
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT c.oid
    FROM (
        SELECT p.table_schema AS place, p.table_name AS name, 0 AS rank FROM "birth".birth_collection_place AS p WHERE p.collection_name = p_collection
        UNION ALL
        SELECT place.name, p_collection, place.rank
        FROM "birth".birth_setting AS s, unnest(s.value) WITH ORDINALITY AS place(name, rank)
        WHERE s.name = 'collection_schemas' AND octet_length(p_collection) <= 63
          AND NOT EXISTS (SELECT FROM "birth".birth_collection_place AS p WHERE p.collection_name = p_collection)
    ) AS wanted
    JOIN pg_namespace AS n ON n.nspname = wanted.place::name
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = wanted.name::name AND c.relkind IN ('r', 'p')
    ORDER BY wanted.rank LIMIT 1
$$;


ALTER FUNCTION birth.birth_collection_table(p_collection text) OWNER TO birth_owner;

--
-- Name: birth_collections(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_collections() RETURNS TABLE(collection_name text, governance_role text, requirement text, relid oid, strategy text, columns text[], version integer, identity text, missing_columns text[], native_status boolean, trigger_state text)
    LANGUAGE plpgsql STABLE ROWS 100
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
DECLARE
    v_gateway oid := to_regprocedure(format('%I.fn_birth_gateway()', 'birth'));
BEGIN
    RETURN QUERY
    WITH place AS MATERIALIZED (
        SELECT n.oid, name.rank FROM "birth".birth_setting AS s, unnest(s.value) WITH ORDINALITY AS name(value, rank)
        JOIN pg_namespace AS n ON n.nspname = name.value::name WHERE s.name = 'collection_schemas'
    ), found AS MATERIALIZED (
        SELECT p.collection_name AS name, t.oid AS relid
        FROM "birth".birth_collection_place AS p JOIN pg_namespace AS n ON n.nspname = p.table_schema::name
        JOIN pg_class AS t ON t.relnamespace = n.oid AND t.relname = p.table_name::name WHERE t.relkind IN ('r', 'p')
        UNION ALL
        (SELECT DISTINCT ON (t.relname) t.relname::text, t.oid
        FROM pg_class AS t JOIN place ON place.oid = t.relnamespace
        WHERE t.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM "birth".birth_collection_place AS p WHERE p.collection_name = t.relname::text)
        ORDER BY t.relname, place.rank)
    ), named AS MATERIALIZED (
        SELECT r.collection_name::text AS name, encode(convert_to(r.collection_name, 'UTF8'), 'escape') AS argument FROM "birth".collection_registry AS r
    )
    SELECT c.collection_name::text, c.governance_role::text, p.requirement::text, t.relid, i.strategy, i.columns, i.version,
        CASE i.strategy WHEN 'column' THEN i.columns[1]
            WHEN 'synthetic' THEN c.collection_name || ':{' || array_to_string(i.columns, '}/{') || '}' END,
        CASE WHEN t.relid IS NOT NULL THEN ARRAY(
            SELECT wanted.name FROM unnest(i.columns) WITH ORDINALITY AS wanted(name, position)
            WHERE NOT EXISTS (SELECT FROM pg_attribute AS a
                WHERE a.attrelid = t.relid AND a.attname = wanted.name::name AND a.attnum > 0 AND NOT a.attisdropped)
            ORDER BY wanted.position) END,
        status.attrelid IS NOT NULL,
        CASE WHEN t.relid IS NULL THEN 'no_table' WHEN g.tgrelid IS NULL OR named.name <> c.collection_name THEN 'missing'
            WHEN g.tgenabled IN ('O', 'A') THEN 'enabled' ELSE 'disabled' END
    FROM "birth".collection_registry AS c
    LEFT JOIN "birth".birth_policy AS p ON p.collection_name = c.collection_name
    LEFT JOIN "birth".birth_identity AS i ON i.collection_name = c.collection_name
    LEFT JOIN found AS t ON t.name = c.collection_name
    LEFT JOIN pg_attribute AS status ON status.attrelid = t.relid AND status.attname = 'status' AND NOT status.attisdropped
    -- One that meets every new row, unconditionally: AFTER INSERT FOR EACH ROW, no WHEN.
    LEFT JOIN pg_trigger AS g ON g.tgrelid = t.relid AND g.tgname = 'trg_birth_gateway' AND g.tgfoid = v_gateway AND NOT g.tgisinternal
        AND g.tgtype & 71 = 5 AND g.tgqual IS NULL
    -- And for this collection: its argument names no other.
    LEFT JOIN named ON g.tgnargs > 0 AND named.argument = split_part(encode(g.tgargs, 'escape'), chr(92) || '000', 1)
    ORDER BY c.collection_name COLLATE "C";
END
$$;


ALTER FUNCTION birth.birth_collections() OWNER TO birth_owner;

--
-- Name: birth_entry_statements(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_entry_statements(p_ledger_id bigint) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT jsonb_build_object('plan', "birth".birth_plan_text(l.relid, l.collection_name,
            "birth".birth_identity_expression(l.relid, l.collection_name, l.strategy, l.columns, 'source'), l.locator,
            "birth".birth_identity_is_declared(l.relid, l.columns)),
        'read', "birth".birth_read_statement(l), 'register', "birth".birth_register_statement(l))
    FROM "birth".birth_backfill_ledger AS l WHERE l.ledger_id = p_ledger_id
$$;


ALTER FUNCTION birth.birth_entry_statements(p_ledger_id bigint) OWNER TO birth_owner;

--
-- Name: birth_evidence_digest(jsonb); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_evidence_digest(p_evidence jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT encode(sha256(convert_to(p_evidence::text, 'UTF8')), 'hex')
$$;


ALTER FUNCTION birth.birth_evidence_digest(p_evidence jsonb) OWNER TO birth_owner;

--
-- Name: birth_explaining(text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_explaining(p_query text) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_plan jsonb;
    v_is_read boolean := false;
BEGIN
    BEGIN
        PERFORM set_config('transaction_read_only', 'on', true);
        EXECUTE 'EXPLAIN (FORMAT JSON) ' || p_query INTO v_plan;
        v_is_read := true;
        RAISE SQLSTATE 'BR999';
    EXCEPTION WHEN SQLSTATE 'BR999' THEN
        IF NOT v_is_read THEN
            RAISE;
        END IF;
    END;
    RETURN v_plan;
END
$$;


ALTER FUNCTION birth.birth_explaining(p_query text) OWNER TO birth_owner;

--
-- Name: birth_frozen_script_copes(text, oid); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_frozen_script_copes(p_collection text, p_relid oid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '20ms'
    AS $$
DECLARE
    v_code text := CASE p_collection WHEN 'table_registry' THEN 'table_id' WHEN 'workflows' THEN 'process_code' ELSE 'code' END;
    v_columns record;
    v_unset boolean;
    v_is_read boolean := false;
BEGIN
    SELECT count(*) AS present, string_agg(format('%I IS NULL', attname), ' OR ') FILTER (WHERE NOT attnotnull) AS doubtful INTO v_columns
    FROM pg_attribute WHERE attrelid = p_relid AND NOT attisdropped
      AND (attname = 'date_created' OR attname = v_code AND atttypid IN ('text'::regtype, 'varchar'::regtype));
    IF v_columns.present < 2 OR v_columns.doubtful IS NULL THEN
        RETURN v_columns.present = 2;
    END IF;
    BEGIN
        -- As in birth_reading.
        PERFORM set_config('transaction_read_only', 'on', true);
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', p_relid::regclass, v_columns.doubtful) INTO v_unset;
        v_is_read := true;
        RAISE SQLSTATE 'BR999';
    EXCEPTION
        WHEN SQLSTATE 'BR999' THEN
            IF NOT v_is_read THEN
                RAISE;
            END IF;
        WHEN lock_not_available THEN
            NULL;
    END;
    RETURN NOT v_unset;
END
$$;


ALTER FUNCTION birth.birth_frozen_script_copes(p_collection text, p_relid oid) OWNER TO birth_owner;

--
-- Name: birth_full_xid(xid); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_full_xid(p_xid xid) RETURNS xid8
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT (CASE WHEN p_xid::text::bigint < 3 THEN 3
        WHEN next / 4294967296 * 4294967296 + p_xid::text::bigint <= next THEN next / 4294967296 * 4294967296 + p_xid::text::bigint
        ELSE greatest(next / 4294967296 * 4294967296 + p_xid::text::bigint - 4294967296, 3) END)::text::xid8
    FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS now
$$;


ALTER FUNCTION birth.birth_full_xid(p_xid xid) OWNER TO birth_owner;

--
-- Name: birth_gateway_bind(text, jsonb); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_gateway_bind(p_signature text, p_binding jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS $_$
DECLARE
    v_function pg_proc;
    v_before jsonb;
BEGIN
    SELECT * INTO v_function FROM pg_proc WHERE oid::regprocedure::text = p_signature;
    IF v_function.oid IS NULL OR v_function.prokind <> 'f' OR v_function.proretset OR v_function.provolatile <> 'v' THEN
        PERFORM "birth".birth_refuse('BR003', 'not_bindable', format('%s cannot register rows: it must be a volatile function that returns one value', p_signature),
            jsonb_build_object('function', p_signature, 'kind', v_function.prokind, 'returns_set', v_function.proretset, 'volatility', v_function.provolatile),
            'Name the function that the gateway calls for each row.');
    END IF;
    SELECT jsonb_build_object('function', (SELECT signature FROM "birth".birth_gateway_function),
        'binding', (SELECT jsonb_object_agg(parameter, coalesce(constant, '$' || value)) FROM "birth".birth_gateway_binding)) INTO v_before;
    UPDATE "birth".birth_gateway_function SET signature = p_signature, function_name = v_function.proname,
        schema_name = (SELECT nspname FROM pg_namespace WHERE oid = v_function.pronamespace);
    DELETE FROM "birth".birth_gateway_binding;
    INSERT INTO "birth".birth_gateway_binding (parameter, value, constant)
    SELECT key, coalesce(value ->> 'value', 'constant'), value ->> 'constant' FROM jsonb_each(p_binding);
    -- The server itself says whether names and types fit, without calling it.
    IF has_function_privilege(v_function.oid, 'EXECUTE') AND has_schema_privilege(v_function.pronamespace, 'USAGE') THEN
        EXECUTE format('EXPLAIN SELECT %s FROM (SELECT NULL::text AS code, NULL::text AS source_key, NULL::timestamptz AS born_at) AS row',
            "birth".birth_register_call('collection', 'origin'));
    END IF;
    PERFORM "birth".birth_ledger_append('gateway_bound', jsonb_build_object('function', p_signature, 'binding', (SELECT
        jsonb_object_agg(parameter, coalesce(constant, '$' || value)) FROM "birth".birth_gateway_binding), 'before', v_before,
        'gateway_full', "birth".birth_gateway_fingerprint() ->> 'full_sha256'));
END
$_$;


ALTER FUNCTION birth.birth_gateway_bind(p_signature text, p_binding jsonb) OWNER TO birth_owner;

--
-- Name: birth_gateway_fingerprint(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_gateway_fingerprint() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS $$
    SELECT jsonb_build_object(
        'norm_md5', max(md5(replace(p.prosrc, E'\r\n', E'\n'))) FILTER (WHERE f.is_gateway),
        'full_sha256', encode(sha256(convert_to(string_agg(
            concat_ws(E'\x1f', p.oid::regprocedure, pg_get_functiondef(p.oid), pg_get_userbyid(p.proowner), p.proacl::text), E'\x1e'
            ORDER BY p.proname COLLATE "C", pg_get_function_identity_arguments(p.oid) COLLATE "C", p.oid::regprocedure::text COLLATE "C")
            || (SELECT string_agg(E'\x1e' || concat_ws(E'\x1f', parameter, value, constant), '' ORDER BY parameter COLLATE "C") FROM "birth".birth_gateway_binding),
            'UTF8')), 'hex'),
        'overloads', count(*),
        -- A function that was replaced and put back has the same text, but not the same row of the catalog.
        'versions', string_agg(concat_ws(':', p.oid, p.xmin), ' ' ORDER BY p.oid))
    FROM "birth".birth_gateway_functions() AS f JOIN pg_proc AS p ON p.oid = f.function
$$;


ALTER FUNCTION birth.birth_gateway_fingerprint() OWNER TO birth_owner;

--
-- Name: birth_gateway_functions(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_gateway_functions() RETURNS TABLE(function oid, is_gateway boolean)
    LANGUAGE sql STABLE ROWS 2
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT p.oid, true FROM pg_proc AS p
    WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'birth') AND p.proname = 'fn_birth_gateway' AND p.prokind = 'f'
    UNION ALL
    SELECT p.oid, false FROM pg_proc AS bound JOIN pg_proc AS p ON p.proname = bound.proname AND p.pronamespace = bound.pronamespace
    WHERE bound.oid = (SELECT "birth".birth_register_function()) AND p.prokind = 'f'
$$;


ALTER FUNCTION birth.birth_gateway_functions() OWNER TO birth_owner;

--
-- Name: birth_has_heirs(oid); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_has_heirs(p_relid oid) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT EXISTS (SELECT FROM pg_inherits AS h JOIN pg_class AS c ON c.oid = h.inhparent WHERE h.inhparent = p_relid AND c.relkind = 'r')
$$;


ALTER FUNCTION birth.birth_has_heirs(p_relid oid) OWNER TO birth_owner;

--
-- Name: birth_identity_classify(text, text, text[], integer, text, jsonb); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_classify(p_collection text, p_strategy text, p_columns text[], p_seen_version integer, p_reason text, p_evidence jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'classify identities');
    v_collection record;
    v_version integer;
    v_evidence jsonb;
BEGIN
    SELECT * INTO v_collection FROM "birth".birth_collections() WHERE collection_name = p_collection;
    IF NOT FOUND OR v_collection.requirement IS DISTINCT FROM 'REQUIRED' OR v_collection.relid IS NULL THEN
        PERFORM "birth".birth_refuse('BR003', 'not_classifiable', format('%s is not a REQUIRED collection with a table', p_collection),
            jsonb_build_object('collection', p_collection, 'requirement', v_collection.requirement, 'table', v_collection.relid::regclass::text),
            'See `birth-console matrix`.');
    END IF;
    IF p_strategy IS NULL OR p_strategy NOT IN ('column', 'synthetic') OR coalesce(cardinality(p_columns), 0) < 1
       OR array_position(p_columns, NULL) IS NOT NULL OR p_strategy = 'column' AND cardinality(p_columns) > 1 THEN
        PERFORM "birth".birth_refuse('BR002', 'bad_template', 'an identity is one column, or several joined as synthetic',
            jsonb_build_object('strategy', p_strategy, 'columns', p_columns), 'Name columns of the table.');
    END IF;
    IF cardinality(p_columns) <> (SELECT count(DISTINCT wanted) FROM unnest(p_columns) AS wanted) THEN
        PERFORM "birth".birth_refuse('BR002', 'bad_template', 'an identity names each column once', jsonb_build_object('columns', p_columns), 'Drop the repetition.');
    END IF;
    PERFORM "birth".birth_identity_expression(v_collection.relid, p_collection, p_strategy, p_columns, 'source');
    IF v_collection.strategy = p_strategy AND v_collection.columns = p_columns THEN
        RETURN v_collection.version;
    END IF;
    v_evidence := coalesce(p_evidence, '{}') || jsonb_build_object('counted',
        "birth".birth_identity_count(v_collection.relid, p_collection, p_strategy, p_columns));
    v_version := "birth".birth_identity_next(p_collection, v_collection.version, p_seen_version);
    INSERT INTO "birth".birth_identity AS i (collection_name, strategy, columns, version)
    VALUES (p_collection, p_strategy, p_columns, v_version)
    ON CONFLICT (collection_name) DO UPDATE SET strategy = excluded.strategy, columns = excluded.columns, version = excluded.version;
    INSERT INTO "birth".birth_identity_history (collection_name, version, action, strategy, columns, person, reason, evidence, evidence_digest)
    VALUES (p_collection, v_version, 'classified', p_strategy, p_columns, v_person, p_reason, v_evidence,
        encode(sha256(convert_to(v_evidence::text, 'UTF8')), 'hex'));
    PERFORM "birth".birth_ledger_append('identity_classified', jsonb_build_object('collection', p_collection, 'strategy', p_strategy,
        'columns', p_columns, 'version', v_version, 'reason', p_reason, 'evidence', v_evidence));
    RETURN v_version;
END
$$;


ALTER FUNCTION birth.birth_identity_classify(p_collection text, p_strategy text, p_columns text[], p_seen_version integer, p_reason text, p_evidence jsonb) OWNER TO birth_owner;

--
-- Name: birth_identity_count(oid, text, text, text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_count(p_relid oid, p_collection text, p_strategy text, p_columns text[]) RETURNS jsonb
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET row_security TO 'off'
    SET work_mem TO '256MB'
    SET "DateStyle" TO 'ISO, YMD'
    SET "TimeZone" TO 'UTC'
    SET "IntervalStyle" TO 'iso_8601'
    AS $$
DECLARE
    v_expression text := "birth".birth_identity_expression(p_relid, p_collection, p_strategy, p_columns, 'source');
    v_reads record;
    v_found record;
    v_counted jsonb;
BEGIN
    IF "birth".birth_windowed(p_relid) THEN
        SELECT count(*) AS rows, count(w.code) AS codes, count(DISTINCT w.code COLLATE "C") AS distinct_codes, max(length(w.code)) AS longest,
            count(*) FILTER (WHERE w.owner <> p_collection) AS foreign_codes
        INTO v_found
        FROM "birth".birth_windows(format('SELECT %s AS code, NULL::text AS source_key FROM %s AS source', v_expression, p_relid::regclass)) AS w;
    ELSE
        v_reads := "birth".birth_plan_reads(p_relid, p_collection, v_expression, p_columns, "birth".birth_identity_is_declared(p_relid, p_columns));
        PERFORM "birth".birth_plan_affordable(p_collection, v_reads.taken);
        SELECT counted.*, taken.foreign_codes INTO v_found
        FROM "birth".birth_reading(v_reads.counted) AS counted(rows bigint, codes bigint, distinct_codes bigint, longest integer),
            "birth".birth_reading(v_reads.taken) AS taken(foreign_codes bigint, foreign_example text);
    END IF;
    v_counted := "birth".birth_identity_counted(v_found.rows, v_found.codes, v_found.distinct_codes, v_found.foreign_codes, v_found.longest);
    IF NOT "birth".birth_identity_holds(v_counted) THEN
        PERFORM "birth".birth_refuse('BR003', 'contract_broken', format('%s of %s does not identify its rows', array_to_string(p_columns, '/'), p_collection),
            v_counted || jsonb_build_object('collection', p_collection, 'strategy', p_strategy, 'columns', p_columns), 'Choose other columns.');
    END IF;
    RETURN v_counted;
END
$$;


ALTER FUNCTION birth.birth_identity_count(p_relid oid, p_collection text, p_strategy text, p_columns text[]) OWNER TO birth_owner;

--
-- Name: birth_identity_counted(bigint, bigint, bigint, bigint, integer); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_counted(p_rows bigint, p_codes bigint, p_distinct bigint, p_foreign bigint, p_longest integer) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT jsonb_build_object('rows', p_rows, 'without_code', p_rows - p_codes, 'duplicates', p_codes - p_distinct,
        'registered_for_others', p_foreign, 'longest', p_longest)
$$;


ALTER FUNCTION birth.birth_identity_counted(p_rows bigint, p_codes bigint, p_distinct bigint, p_foreign bigint, p_longest integer) OWNER TO birth_owner;

--
-- Name: birth_identity_expression(oid, text, text, text[], text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_expression(p_relid oid, p_collection text, p_strategy text, p_columns text[], p_alias text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_column text;
    v_parts text[] := ARRAY[]::text[];
BEGIN
    FOREACH v_column IN ARRAY p_columns LOOP
        v_parts := v_parts || format('nullif(%s, '''')', "birth".birth_identity_text(p_relid, v_column, p_alias));
    END LOOP;
    IF p_strategy = 'column' THEN
        RETURN v_parts[1];
    END IF;
    RETURN (SELECT format('%L || ', p_collection || ':') || string_agg(
        format('replace(replace(replace(%s, ''%%'', ''%%25''), ''/'', ''%%2F''), '':'', ''%%3A'')', part), ' || ''/'' || ' ORDER BY position)
        FROM unnest(v_parts) WITH ORDINALITY AS p(part, position));
END
$$;


ALTER FUNCTION birth.birth_identity_expression(p_relid oid, p_collection text, p_strategy text, p_columns text[], p_alias text) OWNER TO birth_owner;

--
-- Name: birth_identity_holds(jsonb); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_holds(p_counted jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT (p_counted ->> 'without_code')::bigint = 0 AND (p_counted ->> 'duplicates')::bigint = 0
        AND (p_counted ->> 'registered_for_others')::bigint = 0 AND coalesce((p_counted ->> 'longest')::integer, 0) <= 200
$$;


ALTER FUNCTION birth.birth_identity_holds(p_counted jsonb) OWNER TO birth_owner;

--
-- Name: birth_identity_import(text, text, text[], text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_import(p_collection text, p_strategy text, p_columns text[], p_reason text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO "birth".birth_identity (collection_name, strategy, columns, version) VALUES (p_collection, p_strategy, p_columns, 1);
    INSERT INTO "birth".birth_identity_history (collection_name, version, action, strategy, columns, reason)
    VALUES (p_collection, 1, 'imported', p_strategy, p_columns, p_reason);
    PERFORM "birth".birth_ledger_append('identity_imported', jsonb_build_object('collection', p_collection,
        'strategy', p_strategy, 'columns', p_columns, 'version', 1));
END
$$;


ALTER FUNCTION birth.birth_identity_import(p_collection text, p_strategy text, p_columns text[], p_reason text) OWNER TO birth_owner;

--
-- Name: birth_identity_is_declared(oid, text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_is_declared(p_relid oid, p_columns text[]) RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT EXISTS (SELECT FROM pg_index AS x
        WHERE x.indrelid = p_relid AND x.indisunique AND x.indisvalid AND x.indisready AND x.indislive AND x.indimmediate
          AND x.indpred IS NULL AND x.indexprs IS NULL AND NOT "birth".birth_has_heirs(p_relid)
          AND NOT EXISTS (SELECT FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attnum = k.attnum
              WHERE k.position <= x.indnkeyatts AND NOT (a.attnotnull AND a.attname::text = ANY (p_columns))))
$$;


ALTER FUNCTION birth.birth_identity_is_declared(p_relid oid, p_columns text[]) OWNER TO birth_owner;

--
-- Name: birth_identity_next(text, integer, integer); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_next(p_collection text, p_version integer, p_seen_version integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_latest record;
BEGIN
    -- Writers of one collection queue here, also where there is no row to lock yet; readers are not held up.
    LOCK TABLE "birth".birth_identity IN SHARE ROW EXCLUSIVE MODE;
    -- A batch that registers under this identity holds its row: wait for it, then see what it registered.
    PERFORM FROM "birth".birth_identity WHERE collection_name = p_collection FOR UPDATE;
    SELECT version, action, actor, recorded_at INTO v_latest FROM "birth".birth_identity_history
    WHERE collection_name = p_collection ORDER BY version DESC LIMIT 1;
    IF coalesce((SELECT version FROM "birth".birth_identity WHERE collection_name = p_collection), 0) <> coalesce(p_seen_version, 0) THEN
        PERFORM "birth".birth_refuse('BR004', 'identity_changed', format('%s was %s by %s since you looked', p_collection, v_latest.action, v_latest.actor),
            jsonb_build_object('collection', p_collection, 'seen_version', p_seen_version, 'version', v_latest.version,
                'by', v_latest.actor, 'at', v_latest.recorded_at), 'Look again, then decide.');
    END IF;
    IF p_version IS NOT NULL AND EXISTS (SELECT FROM "birth".birth_registry WHERE collection_name = p_collection) THEN
        PERFORM "birth".birth_refuse('BR003', 'identity_in_use', format('rows of %s are registered under its identity', p_collection),
            jsonb_build_object('collection', p_collection,
                'registered', (SELECT count(*) FROM "birth".birth_registry WHERE collection_name = p_collection),
                'examples', (SELECT jsonb_agg(entity_code) FROM (SELECT entity_code FROM "birth".birth_registry
                    WHERE collection_name = p_collection ORDER BY entity_code COLLATE "C" LIMIT 3) AS e)),
            'An identity under which rows are registered is final.');
    END IF;
    RETURN coalesce(v_latest.version, 0) + 1;
END
$$;


ALTER FUNCTION birth.birth_identity_next(p_collection text, p_version integer, p_seen_version integer) OWNER TO birth_owner;

--
-- Name: birth_identity_text(oid, text, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_text(p_relid oid, p_column text, p_alias text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    v_type oid;
    v_text text := format('%I.%I', p_alias, p_column);
BEGIN
    SELECT atttypid INTO v_type FROM pg_attribute
    WHERE attrelid = p_relid AND attname = p_column AND attnum > 0 AND NOT attisdropped;
    IF v_type IS NULL OR octet_length(p_column) > 63 THEN
        PERFORM "birth".birth_refuse('BR003', 'column_missing', format('%s has no column %I', p_relid::regclass, p_column),
            jsonb_build_object('table', p_relid::regclass::text, 'column', p_column), 'Name a column of the table.');
    END IF;
    WHILE (SELECT typtype = 'd' FROM pg_type WHERE oid = v_type) LOOP
        SELECT typbasetype INTO v_type FROM pg_type WHERE oid = v_type;
    END LOOP;
    v_text := CASE
        WHEN v_type IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype, 'int2'::regtype, 'int4'::regtype,
            'int8'::regtype, 'uuid'::regtype, 'bool'::regtype) THEN v_text
        -- Never by a cast: whoever owns an enum may have made one to text that does whatever they like.
        WHEN (SELECT typtype = 'e' FROM pg_type WHERE oid = v_type) THEN format('CASE WHEN %1$s IS NOT NULL THEN format(''%%s'', %1$s) END', v_text)
        WHEN v_type = 'numeric'::regtype THEN format('trim_scale(%s)', v_text)
        -- By way of a timestamp without time zone: a zone may have skipped the day.
        WHEN v_type = 'date'::regtype THEN "birth".birth_iso_text(v_text || '::timestamp', 'YYYY-MM-DD',
            format('isfinite(%1$s) AND %1$s < ''294277-01-01''', v_text))
        WHEN v_type = 'timestamp'::regtype THEN "birth".birth_iso_text(v_text, 'YYYY-MM-DD"T"HH24:MI:SS.US', format('isfinite(%s)', v_text))
        WHEN v_type = 'timestamptz'::regtype THEN "birth".birth_iso_text(format('(%s AT TIME ZONE ''UTC'')', v_text),
            'YYYY-MM-DD"T"HH24:MI:SS.US"Z"', format('isfinite(%s)', v_text))
        END;
    IF v_text IS NULL THEN
        PERFORM "birth".birth_refuse('BR003', 'type_unsupported',
            format('column %I is of type %s, whose text may change with a session''s settings', p_column, v_type::regtype),
            jsonb_build_object('column', p_column, 'type', v_type::regtype::text),
            'Choose columns of type text, integer, uuid, boolean, numeric, date, timestamp or enum.');
    END IF;
    -- Under the database's own collation: the column's may be another, or call different texts equal.
    RETURN format('(%s)::text COLLATE pg_catalog."default"', v_text);
END
$_$;


ALTER FUNCTION birth.birth_identity_text(p_relid oid, p_column text, p_alias text) OWNER TO birth_owner;

--
-- Name: birth_identity_unclassify(text, integer, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_unclassify(p_collection text, p_seen_version integer, p_reason text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'take identities back');
    v_current "birth".birth_identity;
    v_version integer;
BEGIN
    SELECT * INTO v_current FROM "birth".birth_identity WHERE collection_name = p_collection;
    IF NOT FOUND THEN
        PERFORM "birth".birth_refuse('BR003', 'not_classified', format('%s has no identity', p_collection),
            jsonb_build_object('collection', p_collection), 'See `birth-console matrix`.');
    END IF;
    v_version := "birth".birth_identity_next(p_collection, v_current.version, p_seen_version);
    DELETE FROM "birth".birth_identity WHERE collection_name = p_collection;
    INSERT INTO "birth".birth_identity_history (collection_name, version, action, person, reason)
    VALUES (p_collection, v_version, 'unclassified', v_person, p_reason);
    PERFORM "birth".birth_ledger_append('identity_unclassified', jsonb_build_object('collection', p_collection,
        'strategy', v_current.strategy, 'columns', v_current.columns, 'version', v_version, 'reason', p_reason));
    RETURN v_version;
END
$$;


ALTER FUNCTION birth.birth_identity_unclassify(p_collection text, p_seen_version integer, p_reason text) OWNER TO birth_owner;

--
-- Name: birth_identity_undo(text, integer, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_identity_undo(p_collection text, p_seen_version integer, p_reason text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_person text := "birth".birth_actor('birth_operator', 'undo classifications');
    v_current "birth".birth_identity;
    v_before "birth".birth_identity_history;
    v_version integer;
BEGIN
    SELECT * INTO v_current FROM "birth".birth_identity WHERE collection_name = p_collection;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM "birth".birth_identity_history AS h
        WHERE h.collection_name = p_collection AND h.version = v_current.version AND h.action = 'classified') THEN
        PERFORM "birth".birth_refuse('BR003', 'nothing_to_undo', format('the last change of %s is no classification', p_collection),
            jsonb_build_object('collection', p_collection), 'See `birth-console classify --history`.');
    END IF;
    v_version := "birth".birth_identity_next(p_collection, v_current.version, p_seen_version);
    SELECT * INTO v_before FROM "birth".birth_identity_history
    WHERE collection_name = p_collection AND version < v_current.version ORDER BY version DESC LIMIT 1;
    IF v_before.strategy IS NULL THEN
        DELETE FROM "birth".birth_identity WHERE collection_name = p_collection;
    ELSE
        UPDATE "birth".birth_identity SET strategy = v_before.strategy, columns = v_before.columns, version = v_version
        WHERE collection_name = p_collection;
    END IF;
    INSERT INTO "birth".birth_identity_history (collection_name, version, action, strategy, columns, person, reason, evidence, evidence_digest)
    VALUES (p_collection, v_version, 'undone', v_before.strategy, v_before.columns, v_person, p_reason, v_before.evidence, v_before.evidence_digest);
    PERFORM "birth".birth_ledger_append('identity_undone', jsonb_build_object('collection', p_collection, 'undone', v_current.version,
        'strategy', v_before.strategy, 'columns', v_before.columns, 'version', v_version, 'reason', p_reason));
    RETURN v_version;
END
$$;


ALTER FUNCTION birth.birth_identity_undo(p_collection text, p_seen_version integer, p_reason text) OWNER TO birth_owner;

--
-- Name: birth_is_poison(text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_is_poison(p_state text) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT p_state = 'BR008' OR left(p_state, 2) NOT IN ('00', '01', '02', '03', '08', '0L', '0P', '25', '26', '28', '2B', '2D', '34',
        '3B', '3D', '3F', '40', '53', '55', '57', '58', 'BR', 'F0', 'HV', 'XX')
        -- How deep a stack may grow is the server's to say, and how deep it is already, the caller's.
        AND p_state NOT IN ('42501', '54001')
$$;


ALTER FUNCTION birth.birth_is_poison(p_state text) OWNER TO birth_owner;

--
-- Name: birth_iso_text(text, text, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_iso_text(p_stamp text, p_format text, p_known text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT format('CASE WHEN %3$s THEN to_char(%1$s, %2$L) || CASE WHEN %1$s < ''0001-01-01'' THEN '' BC'' ELSE '''' END END',
        p_stamp, p_format, p_known)
$_$;


ALTER FUNCTION birth.birth_iso_text(p_stamp text, p_format text, p_known text) OWNER TO birth_owner;

--
-- Name: birth_item_digest(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_item_digest(p_ledger bigint) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_bitmapscan TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
    WITH RECURSIVE chunk(number) AS (
        SELECT (min(seq) - 1) / 10000 FROM "birth".birth_backfill_item WHERE ledger_id = p_ledger
        UNION ALL
        SELECT (SELECT (min(seq) - 1) / 10000 FROM "birth".birth_backfill_item WHERE ledger_id = p_ledger AND seq > (c.number + 1) * 10000)
        FROM chunk AS c WHERE c.number IS NOT NULL
    )
    SELECT encode(sha256(coalesce(string_agg(hashed.hash, ''::bytea ORDER BY c.number), ''::bytea)), 'hex')
    FROM chunk AS c CROSS JOIN LATERAL (
        SELECT sha256(convert_to(string_agg(octet_length(entity_code) || ':' || entity_code, '' ORDER BY seq), 'UTF8')) AS hash
        FROM "birth".birth_backfill_item
        -- A number below 1 is none of ours: it belongs to the first chunk there is, and changes its hash.
        WHERE ledger_id = p_ledger AND seq <= (c.number + 1) * 10000
          AND seq > CASE WHEN c.number = (SELECT min(number) FROM chunk) THEN -9223372036854775808 ELSE c.number * 10000 END) AS hashed
    WHERE c.number IS NOT NULL
$$;


ALTER FUNCTION birth.birth_item_digest(p_ledger bigint) OWNER TO birth_owner;

--
-- Name: birth_lease(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_lease() RETURNS interval
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT interval '30 seconds' $$;


ALTER FUNCTION birth.birth_lease() OWNER TO birth_owner;

--
-- Name: birth_ledger_append(text, jsonb); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_ledger_append(p_kind text, p_payload jsonb) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_prev bytea;
    v_seq bigint;
    v_at_us bigint;
    v_payload text := p_payload::text;
    v_hash bytea;
BEGIN
    -- What is in the chain stays there, and is read whenever it is verified. Only what lists collections may be long.
    IF octet_length(v_payload) > (CASE WHEN p_kind IN ('planned', 'reconciled', 'applied', 'enrolled') THEN 64000000 ELSE 100000 END) THEN
        PERFORM "birth".birth_refuse('BR002', 'text_too_long', format('an event of %s bytes is too long for the ledger', octet_length(v_payload)),
            jsonb_build_object('kind', p_kind, 'bytes', octet_length(v_payload)), 'Say it in fewer words.');
    END IF;
    SELECT seq + 1, hash INTO STRICT v_seq, v_prev FROM "birth".birth_ledger_head FOR UPDATE;
    -- Read under the lock, so that times never run backwards along the chain.
    v_at_us := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    v_hash := sha256('birth-ledger-v1'::bytea || v_prev || "birth".birth_ledger_field(v_seq::text)
        || "birth".birth_ledger_field(v_at_us::text) || "birth".birth_ledger_field(session_user::text)
        || "birth".birth_ledger_field(p_kind) || "birth".birth_ledger_field(v_payload));
    INSERT INTO "birth".birth_ledger_event (seq, at_us, actor, kind, payload, prev, hash)
    VALUES (v_seq, v_at_us, session_user, p_kind, v_payload, v_prev, v_hash);
    UPDATE "birth".birth_ledger_head SET seq = v_seq, hash = v_hash;
    RETURN v_seq;
END
$$;


ALTER FUNCTION birth.birth_ledger_append(p_kind text, p_payload jsonb) OWNER TO birth_owner;

--
-- Name: birth_ledger_field(text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_ledger_field(p_value text) RETURNS bytea
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT CASE WHEN p_value IS NULL THEN decode('00', 'hex')
        ELSE decode('01', 'hex') || int4send(octet_length(convert_to(p_value, 'UTF8'))) || convert_to(p_value, 'UTF8') END
$$;


ALTER FUNCTION birth.birth_ledger_field(p_value text) OWNER TO birth_owner;

--
-- Name: birth_load(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_load(p_run bigint, OUT replicas bigint, OUT replica_lag numeric, OUT replayed_bytes numeric, OUT lock_waits bigint, OUT wal_bytes numeric) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH touched AS MATERIALIZED (
        SELECT relid FROM "birth".birth_backfill_ledger WHERE run_id = p_run
        UNION SELECT to_regclass(format('%I.birth_registry', 'birth'))::oid
    ), worker AS MATERIALIZED (
        -- A process number comes back: that of a worker who is gone may be somebody else's by now.
        SELECT w.backend_pid FROM "birth".birth_backfill_worker AS w JOIN pg_stat_activity AS a ON a.pid = w.backend_pid AND a.backend_start < w.seen_at
        WHERE w.run_id = p_run
    ), waiting AS MATERIALIZED (
        -- Whoever waits for a row holds its tuple lock meanwhile: that names the table, the wait itself does not.
        SELECT DISTINCT w.pid FROM pg_locks AS w
        WHERE NOT w.granted AND w.pid NOT IN (SELECT backend_pid FROM worker)
          AND (w.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND w.relation IN (SELECT relid FROM touched)
              OR EXISTS (SELECT FROM pg_locks AS t WHERE t.pid = w.pid AND t.locktype = 'tuple' AND t.relation IN (SELECT relid FROM touched)
                  AND t.database = (SELECT oid FROM pg_database WHERE datname = current_database())))
    ), replica AS MATERIALIZED (
        SELECT replay_lsn, CASE WHEN replay_lsn IS NOT NULL THEN coalesce(extract(epoch FROM replay_lag), 0) END AS lag
        FROM pg_stat_replication WHERE coalesce(state, 'streaming') IN ('streaming', 'catchup')
    )
    SELECT (SELECT count(*) FROM replica), (SELECT CASE WHEN count(*) = count(lag) THEN coalesce(max(lag), 0) END FROM replica),
        (SELECT min(pg_wal_lsn_diff(replay_lsn, '0/0')) FROM replica), (SELECT count(*) FROM waiting),
        CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') END
$$;


ALTER FUNCTION birth.birth_load(p_run bigint, OUT replicas bigint, OUT replica_lag numeric, OUT replayed_bytes numeric, OUT lock_waits bigint, OUT wal_bytes numeric) OWNER TO birth_owner;

--
-- Name: birth_locator(oid, text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_locator(p_relid oid, p_columns text[], OUT locator text[], OUT indexed boolean) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT coalesce(best.names, p_columns), best.names IS NOT NULL
    FROM (SELECT) AS always LEFT JOIN LATERAL (
        SELECT array_agg(a.attname::text ORDER BY k.position) AS names
        FROM pg_index AS x, unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, position)
        JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attnum = k.attnum
        WHERE x.indrelid = p_relid AND x.indisunique AND x.indisvalid AND x.indisready AND x.indimmediate
          AND x.indpred IS NULL AND x.indexprs IS NULL AND NOT "birth".birth_has_heirs(p_relid) AND k.position <= x.indnkeyatts
        GROUP BY x.indexrelid, x.indisprimary
        HAVING bool_and(a.attnotnull)
        ORDER BY x.indisprimary DESC, count(*), x.indexrelid LIMIT 1) AS best ON true
$$;


ALTER FUNCTION birth.birth_locator(p_relid oid, p_columns text[], OUT locator text[], OUT indexed boolean) OWNER TO birth_owner;

--
-- Name: birth_locator_parts(oid, text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_locator_parts(p_relid oid, p_locator text[]) RETURNS TABLE(name text, "position" bigint, part text)
    LANGUAGE sql STABLE ROWS 1
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT l.name, l.position, format('source_key[%s]::%s', l.position, format_type(a.atttypid, a.atttypmod))
    FROM unnest(p_locator) WITH ORDINALITY AS l(name, position)
    JOIN pg_attribute AS a ON a.attrelid = p_relid AND a.attname = l.name::name AND NOT a.attisdropped
    ORDER BY l.position
$$;


ALTER FUNCTION birth.birth_locator_parts(p_relid oid, p_locator text[]) OWNER TO birth_owner;

--
-- Name: birth_participants(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_participants(p_run bigint) RETURNS TABLE(person text, part text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT planned_person, 'planned' FROM "birth".birth_backfill_run WHERE run_id = p_run
    UNION SELECT b.claimed_person, 'applied' FROM "birth".birth_backfill_batch AS b JOIN "birth".birth_backfill_ledger AS l USING (ledger_id) WHERE l.run_id = p_run
    UNION SELECT unnest(b.former_persons), 'applied' FROM "birth".birth_backfill_batch AS b JOIN "birth".birth_backfill_ledger AS l USING (ledger_id) WHERE l.run_id = p_run
    UNION SELECT p.opened_person, 'permitted' FROM "birth".birth_backfill_batch AS b JOIN "birth".birth_backfill_ledger AS l USING (ledger_id)
        JOIN "birth".birth_admission_permit AS p USING (permit_id) WHERE l.run_id = p_run
    -- Those that let it begin, too, whether or not a batch came to use them.
    UNION SELECT p.opened_person, 'permitted' FROM "birth".birth_ledger_event AS e
        CROSS JOIN LATERAL jsonb_array_elements_text(CASE WHEN jsonb_typeof(e.payload::jsonb -> 'permits') = 'array' THEN e.payload::jsonb -> 'permits' ELSE '[]' END) AS used(permit)
        JOIN "birth".birth_admission_permit AS p ON p.permit_id = used.permit::bigint
        WHERE e.kind IN ('started', 'resumed') AND e.payload::jsonb ->> 'run' = p_run::text
    UNION SELECT h.person, 'classified' FROM "birth".birth_backfill_ledger AS l
        JOIN "birth".birth_identity_history AS h ON h.collection_name = l.collection_name AND h.version <= l.identity_version
        WHERE l.run_id = p_run AND h.person IS NOT NULL
    UNION SELECT o.person, CASE e.kind WHEN 'applied' THEN 'ended' WHEN 'started' THEN 'began' WHEN 'resumed' THEN 'began' ELSE e.kind END FROM "birth".birth_ledger_event AS e CROSS JOIN LATERAL (SELECT e.payload::jsonb ->> 'person' AS person) AS o
        WHERE e.kind IN ('reconciled', 'started', 'resumed', 'steered', 'applied') AND e.payload::jsonb ->> 'run' = p_run::text AND o.person IS NOT NULL
    ORDER BY 1, 2
$$;


ALTER FUNCTION birth.birth_participants(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_permit_close(bigint, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_permit_close(p_permit bigint, p_reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET lock_timeout TO '90s'
    AS $$
DECLARE
    v_closed timestamptz;
BEGIN
    PERFORM "birth".birth_actor('birth_gatekeeper', 'close permits');
    -- Batches share the table while they run; here one waits for those in flight, and the next ones queue behind. On the
    -- row alone they would go on sharing it among themselves, past whoever waits.
    LOCK TABLE "birth".birth_admission_permit IN EXCLUSIVE MODE;
    SELECT closed_at INTO v_closed FROM "birth".birth_admission_permit WHERE permit_id = p_permit FOR UPDATE;
    IF NOT FOUND THEN
        PERFORM "birth".birth_refuse('BR002', 'unknown_permit', format('there is no permit %s', p_permit),
            jsonb_build_object('permit', p_permit), 'See `birth-console permit list`.');
    ELSIF v_closed IS NOT NULL THEN
        PERFORM "birth".birth_refuse('BR002', 'permit_closed', format('permit %s is closed already', p_permit),
            jsonb_build_object('permit', p_permit, 'closed_at', v_closed), 'See `birth-console permit list`.');
    ELSIF coalesce(btrim(p_reason), '') = '' THEN
        PERFORM "birth".birth_refuse('BR002', 'reason_missing', 'closing a permit needs a reason', jsonb_build_object('permit', p_permit), 'Give --reason.');
    END IF;
    UPDATE "birth".birth_admission_permit SET closed_by = session_user, closed_at = clock_timestamp(), close_reason = p_reason
    WHERE permit_id = p_permit;
    PERFORM "birth".birth_ledger_append('permit_closed', jsonb_build_object('permit', p_permit, 'reason', p_reason));
END
$$;


ALTER FUNCTION birth.birth_permit_close(p_permit bigint, p_reason text) OWNER TO birth_owner;

--
-- Name: birth_permit_for(text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_permit_for(p_collection text) RETURNS bigint
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT p.permit_id FROM "birth".birth_admission_permit AS p JOIN "birth".birth_admission_budget AS b USING (permit_id)
    WHERE p.closed_at IS NULL AND p.expires_at > clock_timestamp() AND b.used_rows < b.budget_rows
      AND (p.collections IS NULL OR p_collection = ANY (p.collections))
    ORDER BY b.budget_rows - b.used_rows DESC, p.permit_id LIMIT 1
$$;


ALTER FUNCTION birth.birth_permit_for(p_collection text) OWNER TO birth_owner;

--
-- Name: birth_permit_open(bigint, interval, text, text[], text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_permit_open(p_budget bigint, p_lifetime interval, p_reason text, p_collections text[], p_expect_gateway text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    v_person text := "birth".birth_actor('birth_gatekeeper', 'open permits');
    v_live jsonb := "birth".birth_gateway_fingerprint();
    v_gateway text := v_live ->> 'norm_md5';
    v_unknown text[];
    v_permit bigint;
BEGIN
    IF p_budget IS NULL OR p_budget < 1 OR p_lifetime IS NULL OR p_lifetime <= interval '0' OR p_lifetime > interval '366 days'
       OR coalesce(btrim(p_reason), '') = '' THEN
        PERFORM "birth".birth_refuse('BR002', 'bad_permit', 'a permit needs a budget of rows, a lifetime of at most a year, and a reason',
            jsonb_build_object('budget', p_budget, 'lifetime', p_lifetime, 'reason', p_reason), 'Give all three.');
    END IF;
    IF p_expect_gateway !~* '^[0-9a-f]{8,32}$' THEN
        PERFORM "birth".birth_refuse('BR002', 'bad_fingerprint', 'a fingerprint of the gateway has 8 to 32 hex digits',
            jsonb_build_object('expected', p_expect_gateway), 'Copy it from whoever last reviewed the gateway.');
    END IF;
    SELECT array_agg(wanted) INTO v_unknown FROM unnest(p_collections) AS wanted
    WHERE wanted NOT IN (SELECT collection_name FROM "birth".collection_registry);
    IF v_unknown IS NOT NULL THEN
        PERFORM "birth".birth_refuse('BR002', 'unknown_collection', 'the permit names collections that do not exist: ' || array_to_string(v_unknown, ', '),
            jsonb_build_object('unknown', v_unknown), 'Check the names with `birth-console matrix`.');
    END IF;
    -- IS NOT TRUE: where there is no gateway at all, it is not the expected one either.
    IF p_expect_gateway IS NOT NULL AND starts_with(v_gateway, lower(p_expect_gateway)) IS NOT TRUE THEN
        PERFORM "birth".birth_refuse('BR004', 'gateway_changed', 'the gateway is not the one that was expected',
            jsonb_build_object('expected', p_expect_gateway, 'live', left(v_gateway, 8)), 'Find out who changed the gateway before you permit anything.');
    END IF;
    INSERT INTO "birth".birth_admission_permit (collections, reason, expect_gateway, expect_full, opened_person, expires_at)
    VALUES (p_collections, p_reason, v_gateway, v_live ->> 'full_sha256', v_person, clock_timestamp() + p_lifetime)
    RETURNING permit_id INTO v_permit;
    INSERT INTO "birth".birth_admission_budget (permit_id, budget_rows) VALUES (v_permit, p_budget);
    PERFORM "birth".birth_ledger_append('permit_opened', jsonb_build_object('permit', v_permit, 'budget', p_budget,
        'lifetime', p_lifetime, 'collections', p_collections, 'gateway', v_gateway, 'gateway_full', v_live ->> 'full_sha256', 'person', v_person, 'reason', p_reason));
    RETURN v_permit;
END
$_$;


ALTER FUNCTION birth.birth_permit_open(p_budget bigint, p_lifetime interval, p_reason text, p_collections text[], p_expect_gateway text) OWNER TO birth_owner;

--
-- Name: birth_person_noted(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_person_noted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM "birth".birth_ledger_append('person_added', jsonb_build_object('login', NEW.login, 'person', NEW.person));
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM "birth".birth_ledger_append('person_removed', jsonb_build_object('login', OLD.login, 'person', OLD.person));
    ELSIF NEW IS DISTINCT FROM OLD THEN
        PERFORM "birth".birth_ledger_append(CASE WHEN NEW.retired_at IS NOT NULL AND OLD.retired_at IS NULL THEN 'person_retired' ELSE 'person_changed' END,
            jsonb_build_object('login', NEW.login, 'person', NEW.person, 'before', OLD.person, 'login_before', OLD.login,
                'retired', NEW.retired_at IS NOT NULL));
    END IF;
    RETURN NULL;
END
$$;


ALTER FUNCTION birth.birth_person_noted() OWNER TO birth_owner;

--
-- Name: birth_plan_affordable(text, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_plan_affordable(p_collection text, p_query text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    v_plan jsonb := "birth".birth_explaining(p_query);
    v_loop jsonb;
BEGIN
    FOR v_loop IN SELECT jsonb_path_query(v_plan, '$.** ? (@."Node Type" == "Nested Loop")') LOOP
        IF (v_loop -> 'Plans' -> 0 ->> 'Plan Rows')::numeric * (v_loop -> 'Plans' -> 1 ->> 'Plan Rows')::numeric > 10000000
           AND jsonb_path_exists(v_loop -> 'Plans' -> 1, '$.** ? (@."Node Type" == "Seq Scan")') THEN
            PERFORM "birth".birth_refuse('BR003', 'plan_unaffordable', format('planning %s would read a whole table for every row of another', p_collection),
                jsonb_build_object('collection', p_collection, 'outer_rows', v_loop -> 'Plans' -> 0 -> 'Plan Rows', 'inner_rows', v_loop -> 'Plans' -> 1 -> 'Plan Rows'),
                'ANALYZE the source and the registry, and see that enable_hashjoin is on.');
        END IF;
    END LOOP;
END
$_$;


ALTER FUNCTION birth.birth_plan_affordable(p_collection text, p_query text) OWNER TO birth_owner;

--
-- Name: birth_plan_by_join(text, text, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_plan_by_join(p_missing text, p_counted text, p_taken text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT format($query$
        WITH stored AS (
            INSERT INTO "birth".birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, row.seq, row.code, row.source_key FROM "birth".birth_reading(%L) AS row(seq bigint, code text, source_key text[])
        ), counted AS (
            SELECT * FROM "birth".birth_reading(%L) AS row(rows bigint, codes bigint, distinct_codes bigint, longest integer)
        ), taken AS (
            SELECT * FROM "birth".birth_reading(%L) AS row(foreign_codes bigint, foreign_example text)
        )
        SELECT * FROM counted CROSS JOIN taken $query$, p_missing, p_counted, p_taken)
$_$;


ALTER FUNCTION birth.birth_plan_by_join(p_missing text, p_counted text, p_taken text) OWNER TO birth_owner;

--
-- Name: birth_plan_in_windows(oid, text, text, text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_plan_in_windows(p_relid oid, p_collection text, p_expression text, p_locator text[]) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT format($query$
        WITH row AS MATERIALIZED (
            SELECT code, source_key, owner FROM "birth".birth_windows(%L)
        ), stored AS (
            INSERT INTO "birth".birth_backfill_item (ledger_id, seq, entity_code, source_key)
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
$_$;


ALTER FUNCTION birth.birth_plan_in_windows(p_relid oid, p_collection text, p_expression text, p_locator text[]) OWNER TO birth_owner;

--
-- Name: birth_plan_reads(oid, text, text, text[], boolean); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_plan_reads(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean, OUT missing text, OUT counted text, OUT taken text) RETURNS record
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT format('SELECT row_number() OVER (ORDER BY row.code COLLATE "C"), row.code, row.source_key FROM (
                SELECT %1$s AS code, ARRAY[%2$s] AS source_key FROM %3$s AS source) AS row
            WHERE row.code IS NOT NULL AND NOT EXISTS (SELECT FROM "birth".birth_registry AS r WHERE r.entity_code = row.code)',
            p_expression, (SELECT string_agg(format('source.%I::text', name), ', ' ORDER BY position)
                FROM unnest(p_locator) WITH ORDINALITY AS l(name, position)), p_relid::regclass),
        format('SELECT count(*), count(row.code), count(%3$s), max(length(row.code)) FROM (SELECT %1$s AS code FROM %2$s AS source) AS row',
            p_expression, p_relid::regclass, CASE WHEN p_declared THEN 'row.code' ELSE 'DISTINCT row.code COLLATE "C"' END),
        format('SELECT count(*), min(row.code COLLATE "C") FROM (SELECT %1$s AS code FROM %2$s AS source) AS row
            JOIN "birth".birth_registry AS r ON r.entity_code = row.code WHERE r.collection_name <> %3$L',
            p_expression, p_relid::regclass, p_collection)
$_$;


ALTER FUNCTION birth.birth_plan_reads(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean, OUT missing text, OUT counted text, OUT taken text) OWNER TO birth_owner;

--
-- Name: birth_plan_text(oid, text, text, text[], boolean); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_plan_text(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT CASE WHEN "birth".birth_windowed(p_relid) THEN "birth".birth_plan_in_windows(p_relid, p_collection, p_expression, p_locator)
        ELSE (SELECT concat_ws(E';\n', format('INSERT INTO "birth".birth_backfill_item (ledger_id, seq, entity_code, source_key)
            SELECT $1, seq, code, source_key FROM (%s) AS row(seq, code, source_key)', missing), counted, taken)
            FROM "birth".birth_plan_reads(p_relid, p_collection, p_expression, p_locator, p_declared)) END
$_$;


ALTER FUNCTION birth.birth_plan_text(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean) OWNER TO birth_owner;

--
-- Name: birth_policy_set(text, text, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_policy_set(p_collection text, p_requirement text, p_reason text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM "birth".birth_actor('birth_gatekeeper', 'decide the policy of a collection');
    IF coalesce(btrim(p_reason), '') = '' THEN
        PERFORM "birth".birth_refuse('BR002', 'reason_missing', 'a policy decision needs a reason', jsonb_build_object('collection', p_collection), 'Give --reason.');
    ELSIF p_requirement IS NULL OR p_requirement NOT IN ('REQUIRED', 'EXEMPT') THEN
        PERFORM "birth".birth_refuse('BR002', 'bad_requirement', 'a policy is REQUIRED or EXEMPT', jsonb_build_object('collection', p_collection, 'requirement', p_requirement), 'Choose one of the two.');
    END IF;
    UPDATE "birth".birth_policy SET requirement = p_requirement WHERE collection_name = p_collection;
    IF NOT FOUND THEN
        PERFORM "birth".birth_refuse('BR003', 'unknown_collection', format('there is no policy for %s', p_collection),
            jsonb_build_object('collection', p_collection), 'See `birth-console matrix --all`.');
    END IF;
    PERFORM "birth".birth_ledger_append('policy_decided', jsonb_build_object('collection', p_collection,
        'requirement', p_requirement, 'reason', p_reason));
END
$$;


ALTER FUNCTION birth.birth_policy_set(p_collection text, p_requirement text, p_reason text) OWNER TO birth_owner;

--
-- Name: birth_read_statement(birth.birth_backfill_ledger); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_read_statement(p_entry birth.birth_backfill_ledger) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT format($query$
        WITH item AS MATERIALIZED (
            SELECT seq, entity_code, %6$s AS source_key, %7$s FROM "birth".birth_backfill_item
            WHERE ledger_id = $1 AND seq BETWEEN $2 AND $3
        )
        SELECT array_agg(row.code) AS codes, %8$s::text[] AS source_keys, %9$s::timestamptz[] AS births
        FROM (SELECT %5$sitem.entity_code AS code, item.source_key, %3$s AS born_at FROM item JOIN %1$s AS source ON %2$s
            WHERE %4$s IS NOT DISTINCT FROM item.entity_code ORDER BY item.seq) AS row $query$,
        p_entry.relid::regclass,
        found.matches || CASE WHEN p_entry.locator_indexed AND cardinality(p_entry.locator) = 1
            THEN format(' AND source.%I = ANY (ARRAY(SELECT part_1 FROM item))', p_entry.locator[1]) ELSE '' END,
        found.born_at,
        "birth".birth_identity_expression(p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source'),
        -- Where nothing but the identity finds a row again, two rows may answer to one item.
        CASE WHEN p_entry.locator_indexed THEN '' ELSE 'DISTINCT ON (item.seq) ' END,
        CASE WHEN found.takes_key THEN 'array_to_string(source_key, ''/'')' ELSE 'NULL::text' END,
        found.parts,
        CASE WHEN found.takes_key THEN 'array_agg(row.source_key)' ELSE 'NULL' END,
        CASE WHEN found.takes_birth AND found.born_at <> 'NULL::timestamptz' THEN 'array_agg(row.born_at)' ELSE 'NULL' END)
    FROM (SELECT string_agg(format('source.%I = item.part_%s', name, position), ' AND ' ORDER BY position) AS matches,
            string_agg(format('%s AS part_%s', part, position), ', ' ORDER BY position) AS parts,
            "birth".birth_born_at(p_entry.relid) AS born_at,
            EXISTS (SELECT FROM "birth".birth_gateway_binding WHERE value = 'source_key') AS takes_key,
            EXISTS (SELECT FROM "birth".birth_gateway_binding WHERE value = 'born_at') AS takes_birth
        FROM "birth".birth_locator_parts(p_entry.relid, p_entry.locator)) AS found
$_$;


ALTER FUNCTION birth.birth_read_statement(p_entry birth.birth_backfill_ledger) OWNER TO birth_owner;

--
-- Name: birth_readiness(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_readiness() RETURNS TABLE(metric text, value text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_required bigint;
    v_resolvable bigint;
    v_permits bigint := 0;
    v_permit_table boolean := to_regclass(format('%I.birth_admission_permit', 'birth')) IS NOT NULL
        AND to_regclass(format('%I.birth_admission_budget', 'birth')) IS NOT NULL;
    v_ledger_table boolean := to_regclass(format('%I.birth_backfill_ledger', 'birth')) IS NOT NULL;
    v_register_fn boolean := "birth".birth_register_function() IS NOT NULL;
    v_reasons text[];
BEGIN
    SELECT count(*), count(*) FILTER (WHERE "birth".birth_resolvable(c.relid, c.strategy, c.missing_columns))
    INTO v_required, v_resolvable FROM "birth".birth_collections() AS c WHERE c.requirement = 'REQUIRED';
    IF v_permit_table THEN
        -- A permit whose budget is used up admits nothing: it is as good as closed.
        SELECT count(*) INTO v_permits FROM "birth".birth_admission_permit AS p JOIN "birth".birth_admission_budget AS b USING (permit_id)
        WHERE p.closed_at IS NULL AND p.expires_at > clock_timestamp() AND b.used_rows < b.budget_rows;
    END IF;
    v_reasons := array_remove(ARRAY[
        CASE WHEN v_resolvable < v_required THEN (v_required - v_resolvable) || '_IDENTITIES_RESOLVED' END,
        CASE WHEN v_permit_table AND v_permits = 0 THEN 'PERMIT_OPENED' END,
        CASE WHEN NOT v_permit_table THEN 'ADMISSION_PERMIT_TABLE_PRESENT' END,
        CASE WHEN NOT v_ledger_table THEN 'BACKFILL_LEDGER_TABLE_PRESENT' END,
        CASE WHEN NOT v_register_fn THEN 'SHARED_REGISTER_FN_PRESENT' END], NULL);
    RETURN QUERY VALUES
        ('birth_required_total', v_required::text),
        ('identity_resolvable_now', v_resolvable::text),
        ('identity_unclassified_blockers', (v_required - v_resolvable)::text),
        ('admission_permit_table', CASE WHEN v_permit_table THEN 'present' ELSE 'absent' END),
        ('open_permits', v_permits::text),
        ('backfill_ledger_table', CASE WHEN v_ledger_table THEN 'present' ELSE 'absent' END),
        ('shared_register_fn', CASE WHEN v_register_fn THEN 'present' ELSE 'absent' END),
        ('qt001_gate', CASE WHEN cardinality(v_reasons) = 0 THEN 'OPEN' ELSE 'BLOCKED_UNTIL_' || array_to_string(v_reasons, '_AND_') END);
END
$$;


ALTER FUNCTION birth.birth_readiness() OWNER TO birth_owner;

--
-- Name: birth_reading(text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_reading(p_query text) RETURNS SETOF record
    LANGUAGE plpgsql STABLE ROWS 100000
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    v_is_read boolean := false;
BEGIN
    PERFORM set_config('transaction_read_only', 'on', true);
    RETURN QUERY EXECUTE p_query;
    v_is_read := true;
    RAISE SQLSTATE 'BR999';
EXCEPTION WHEN SQLSTATE 'BR999' THEN
    IF NOT v_is_read THEN
        RAISE;  -- somebody else's
    END IF;
END
$$;


ALTER FUNCTION birth.birth_reading(p_query text) OWNER TO birth_owner;

--
-- Name: birth_recount_statement(birth.birth_backfill_ledger); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_recount_statement(p_entry birth.birth_backfill_ledger) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT format($query$
        WITH numbered AS (
            SELECT code, row_number() OVER (ORDER BY code COLLATE "C") - 1 AS number FROM (
                %4$s) AS missing
        ), chunk AS (
            SELECT number / 10000 AS number, count(*) AS codes,
                sha256(convert_to(string_agg(octet_length(code) || ':' || code, '' ORDER BY number), 'UTF8')) AS hash
            FROM numbered GROUP BY 1
        ), counted AS (
            SELECT count(*) - count(code) AS without_code, count(code) - count(%3$s) AS duplicates
            FROM (SELECT %1$s AS code FROM %2$s AS source) AS coded
        )
        SELECT (SELECT coalesce(sum(codes), 0)::bigint FROM chunk),
            (SELECT encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY number), ''::bytea)), 'hex') FROM chunk),
            without_code, duplicates FROM counted $query$,
        source.code, p_entry.relid::regclass,
        CASE WHEN "birth".birth_identity_is_declared(p_entry.relid, p_entry.columns) THEN 'code' ELSE 'DISTINCT code COLLATE "C"' END,
        CASE WHEN "birth".birth_windowed(p_entry.relid) THEN format('SELECT DISTINCT code COLLATE "C" AS code FROM "birth".birth_windows(%L)
                WHERE code IS NOT NULL AND owner IS NULL', format('SELECT %s AS code, NULL::text AS source_key FROM %s AS source', source.code, p_entry.relid::regclass))
        ELSE format('SELECT (%1$s) COLLATE "C" AS code FROM %2$s AS source WHERE (%1$s) IS NOT NULL
                EXCEPT SELECT entity_code COLLATE "C" FROM "birth".birth_registry', source.code, p_entry.relid::regclass) END)
    FROM "birth".birth_identity_expression(p_entry.relid, p_entry.collection_name, p_entry.strategy, p_entry.columns, 'source') AS source(code)
$_$;


ALTER FUNCTION birth.birth_recount_statement(p_entry birth.birth_backfill_ledger) OWNER TO birth_owner;

--
-- Name: birth_refuse(text, text, text, jsonb, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_refuse(p_state text, p_code text, p_message text, p_evidence jsonb, p_hint text) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = p_state, MESSAGE = p_code || ': ' || p_message,
        DETAIL = coalesce(p_evidence, '{}'::jsonb)::text, HINT = coalesce(p_hint, '');
END
$$;


ALTER FUNCTION birth.birth_refuse(p_state text, p_code text, p_message text, p_evidence jsonb, p_hint text) OWNER TO birth_owner;

--
-- Name: birth_register_call(text, text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_register_call(p_collection text, p_origin text) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT format('%I.%I(', n.nspname, p.proname) || coalesce(string_agg(format('%I => (%s)::%s', b.parameter, CASE b.value
        WHEN 'collection' THEN quote_literal(p_collection)
        WHEN 'origin' THEN quote_literal(p_origin)
        WHEN 'dry_run' THEN 'false'
        WHEN 'code' THEN 'row.code'
        WHEN 'source_key' THEN 'row.source_key'
        WHEN 'born_at' THEN 'row.born_at'
        WHEN 'constant' THEN quote_literal(b.constant) END,
        format_type(p.proargtypes[a.place - 1], NULL)), ', ' ORDER BY b.parameter COLLATE "C"), '') || ')'
    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
    CROSS JOIN "birth".birth_gateway_binding AS b
    -- Parameters that are given come first in proargtypes, in their order; those that only come back are left out of it.
    LEFT JOIN LATERAL (
        SELECT count(*) OVER (ORDER BY named.position) AS place, named.name
        FROM unnest(p.proargnames) WITH ORDINALITY AS named(name, position)
        WHERE coalesce(p.proargmodes[named.position], 'i') IN ('i', 'b', 'v')
    ) AS a ON a.name = b.parameter
    WHERE p.oid = "birth".birth_register_function()
    GROUP BY n.nspname, p.proname
$$;


ALTER FUNCTION birth.birth_register_call(p_collection text, p_origin text) OWNER TO birth_owner;

--
-- Name: birth_register_function(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_register_function() RETURNS oid
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS $$
    SELECT p.oid FROM "birth".birth_gateway_function AS f
    JOIN pg_namespace AS n ON n.nspname = f.schema_name::name
    JOIN pg_proc AS p ON p.proname = f.function_name::name AND p.pronamespace = n.oid
    WHERE p.oid::regprocedure::text = f.signature
$$;


ALTER FUNCTION birth.birth_register_function() OWNER TO birth_owner;

--
-- Name: birth_register_statement(birth.birth_backfill_ledger); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_register_statement(p_entry birth.birth_backfill_ledger) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT format($query$
        SELECT count(%s)
        FROM (SELECT unnest($1::text[]) AS code, unnest($2::text[]) AS source_key, unnest($3::timestamptz[]) AS born_at) AS row
        WHERE row.code <> ALL ($4::text[]) $query$,
        "birth".birth_register_call(p_entry.collection_name, 'birth-backfill:run-' || p_entry.run_id))
$_$;


ALTER FUNCTION birth.birth_register_statement(p_entry birth.birth_backfill_ledger) OWNER TO birth_owner;

--
-- Name: birth_registry_probe(text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_registry_probe(p_codes text[]) RETURNS TABLE(code text, collection text, origin text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $$
BEGIN
    RETURN QUERY SELECT r.entity_code::text, r.collection_name::text, r.dot_origin::text FROM "birth".birth_registry AS r WHERE r.entity_code = ANY (p_codes);
END
$$;


ALTER FUNCTION birth.birth_registry_probe(p_codes text[]) OWNER TO birth_owner;

--
-- Name: birth_remedies(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_remedies() RETURNS TABLE(id text, statement text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    v_home oid := (SELECT oid FROM pg_namespace WHERE nspname = 'birth');
    v_owner oid := 'birth_owner'::regrole;
    v_roles oid[] := "birth".birth_audit_roles();
    v_register oid := "birth".birth_register_function();
BEGIN
    -- Through the gateway, its owner calls the register function; the backfill does as birth_owner.
    RETURN QUERY SELECT 'binding', format('GRANT USAGE ON SCHEMA %I TO birth_owner;', n.nspname)
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE p.oid = v_register AND NOT has_schema_privilege(v_owner, n.oid, 'USAGE');
    RETURN QUERY SELECT CASE WHEN has_function_privilege(v_owner, p.oid, 'EXECUTE') THEN 'public_execute' ELSE 'binding' END,
            format('GRANT EXECUTE ON FUNCTION %s TO %s;', p.oid::regprocedure, string_agg(DISTINCT caller::regrole::text, ', '))
        FROM pg_proc AS p, LATERAL (
            SELECT v_owner AS caller
            UNION SELECT g.proowner FROM pg_proc AS g JOIN "birth".birth_gateway_functions() AS f ON f.function = g.oid AND f.is_gateway AND g.prosecdef
        ) AS who
        WHERE p.oid = v_register AND p.proowner <> caller AND (NOT has_function_privilege(caller, p.oid, 'EXECUTE')
            OR has_function_privilege('public', p.oid, 'EXECUTE') AND "birth".birth_audit_lends(p)
                AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = caller))
        GROUP BY p.oid, has_function_privilege(v_owner, p.oid, 'EXECUTE');
    RETURN QUERY SELECT 'public_execute', format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC;', p.oid::regprocedure)
        FROM pg_proc AS p
        WHERE (p.pronamespace = v_home AND p.proname ~ '^(birth_|fn_birth_|fn_trigger_guard)' OR p.oid IN (SELECT function FROM "birth".birth_gateway_functions()))
          AND has_function_privilege('public', p.oid, 'EXECUTE') AND "birth".birth_audit_lends(p) ORDER BY 2;
    RETURN QUERY SELECT 'search_path', format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp;', p.oid::regprocedure, n.nspname)
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE (p.pronamespace = v_home AND p.proname ~ '^fn_(birth_|trigger_guard)' OR p.oid IN (SELECT function FROM "birth".birth_gateway_functions()))
          AND p.prosecdef AND p.proowner <> v_owner
          AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search\_path=%' AND position('$user' IN setting) = 0)
        ORDER BY 2;
    RETURN QUERY SELECT 'create', format('REVOKE CREATE ON SCHEMA %I FROM %s;', n.nspname, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
        FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
        WHERE n.nspname !~ '^pg_' AND a.privilege_type = 'CREATE' AND a.grantee <> v_owner AND (a.grantee = 0 OR a.grantee = ANY (v_roles)) ORDER BY 2;
    RETURN QUERY SELECT 'create', format('REVOKE %s ON DATABASE %I FROM %s;', string_agg(a.privilege_type, ', ' ORDER BY 1), d.datname,
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
        FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
        WHERE d.datname = current_database() AND a.privilege_type IN ('CREATE', 'TEMPORARY') AND a.grantee <> v_owner
          AND (a.grantee = 0 OR a.grantee = ANY (v_roles)) GROUP BY d.datname, a.grantee ORDER BY 2;
    RETURN QUERY SELECT 'triggers', format('ALTER TABLE %s ENABLE TRIGGER trg_birth_gateway;', c.relid::regclass)
        FROM "birth".birth_collections() AS c WHERE c.requirement = 'REQUIRED' AND c.trigger_state = 'disabled' ORDER BY 2;
    RETURN QUERY SELECT DISTINCT 'owner_unreachable', format('REVOKE birth_owner FROM %s;', m.member::regrole)
        FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member
        WHERE m.roleid = v_owner AND NOT r.rolsuper AND (m.member = ANY (v_roles) OR pg_has_role(m.member, v_owner, 'USAGE') OR NOT m.admin_option) ORDER BY 2;
    RETURN QUERY SELECT 'dml', format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES ON %s FROM %s;', t.oid::regclass,
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
        FROM pg_class AS t, aclexplode(t.relacl) AS a
        WHERE t.relnamespace = v_home AND t.relkind IN ('r', 'p', 'v') AND (t.relname ~ '^(v_)?birth_' OR t.relname IN ('collection_registry', 'trigger_guard_alerts'))
          AND a.privilege_type NOT IN ('SELECT', 'MAINTAIN') AND a.grantee <> v_owner AND (a.grantee = 0 OR a.grantee = ANY (v_roles))
        GROUP BY t.oid, a.grantee ORDER BY 2;
    RETURN QUERY SELECT 'trust', s.words FROM unnest(ARRAY['GRANT EXECUTE ON FUNCTION pg_catalog.pg_hba_file_rules() TO birth_owner;',
            'GRANT SELECT ON pg_catalog.pg_hba_file_rules TO birth_owner;']) WITH ORDINALITY AS s(words, place)
        WHERE NOT has_table_privilege(v_owner, 'pg_hba_file_rules'::regclass, 'SELECT')
           OR NOT has_function_privilege(v_owner, 'pg_hba_file_rules()'::regprocedure, 'EXECUTE') ORDER BY s.place;
END
$_$;


ALTER FUNCTION birth.birth_remedies() OWNER TO birth_owner;

--
-- Name: birth_resolvable(oid, text, text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_resolvable(p_relid oid, p_strategy text, p_missing_columns text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT p_relid IS NOT NULL AND p_strategy IS NOT NULL AND p_missing_columns = ARRAY[]::text[]
$$;


ALTER FUNCTION birth.birth_resolvable(p_relid oid, p_strategy text, p_missing_columns text[]) OWNER TO birth_owner;

--
-- Name: birth_run_evidence(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_run_evidence(p_run bigint) RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT jsonb_build_object('run', r.run_id, 'digest', r.digest, 'gateway', r.gateway, 'gateway_live', "birth".birth_gateway_fingerprint(),
        'alert_rows', r.alert_rows, 'alert_rows_live', (SELECT count(*) FROM "birth".trigger_guard_alerts),
        'triggers_changed', (SELECT coalesce(jsonb_agg(l.collection_name ORDER BY l.ledger_id), '[]') FROM "birth".birth_backfill_ledger AS l
            WHERE l.run_id = p_run AND l.triggers IS DISTINCT FROM "birth".birth_trigger_fingerprint(l.relid)),
        'accounting', (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.ledger_id), '[]') FROM "birth".birth_accounting(p_run) AS a),
        'written', (SELECT count(*) FROM "birth".birth_registry WHERE dot_origin = 'birth-backfill:run-' || p_run),
        'quarantined', (SELECT coalesce(jsonb_agg(jsonb_build_array(q.ledger_id, q.seq, q.entity_code, q.sqlstate) ORDER BY q.ledger_id, q.seq), '[]')
            FROM "birth".birth_backfill_quarantine AS q JOIN "birth".birth_backfill_ledger AS l USING (ledger_id) WHERE l.run_id = p_run),
        'participants', (SELECT jsonb_agg(to_jsonb(p)) FROM "birth".birth_participants(p_run) AS p))
    FROM "birth".birth_backfill_run AS r WHERE r.run_id = p_run
$$;


ALTER FUNCTION birth.birth_run_evidence(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_since_plan(bigint); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_since_plan(p_run bigint) RETURNS TABLE(origin text, collection_name text, rows bigint, ours bigint, example text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH fresh AS MATERIALIZED (
        SELECT g.dot_origin, g.collection_name, g.entity_code,
            g.dot_origin = 'birth-backfill:run-' || p_run AS by_run
        FROM "birth".birth_registry AS g, "birth".birth_backfill_run AS r
        WHERE r.run_id = p_run AND NOT pg_visible_in_snapshot("birth".birth_full_xid(g.xmin), r.snapshot)
    )
    SELECT f.dot_origin, f.collection_name, count(*), count(i.seq), min(f.entity_code COLLATE "C")
    FROM fresh AS f
    LEFT JOIN "birth".birth_backfill_ledger AS l ON l.run_id = p_run AND l.collection_name = f.collection_name AND f.by_run
    LEFT JOIN "birth".birth_backfill_item AS i ON i.ledger_id = l.ledger_id AND i.entity_code = f.entity_code
    GROUP BY 1, 2 ORDER BY 1, 2
$$;


ALTER FUNCTION birth.birth_since_plan(p_run bigint) OWNER TO birth_owner;

--
-- Name: birth_trigger_fingerprint(oid); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_trigger_fingerprint(p_relid oid) RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET quote_all_identifiers TO 'off'
    AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws(':', pg_get_triggerdef(oid) || tgenabled::text, oid, xmin), E'\x1e' ORDER BY tgname COLLATE "C"), ''), 'UTF8')), 'hex')
    FROM pg_trigger WHERE tgrelid = p_relid AND NOT tgisinternal
$$;


ALTER FUNCTION birth.birth_trigger_fingerprint(p_relid oid) OWNER TO birth_owner;

--
-- Name: birth_window(text[], text[]); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_window(p_codes text[], p_keys text[]) RETURNS TABLE(code text, source_key text, owner text)
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT item.code, item.source_key, r.collection FROM unnest(p_codes, p_keys) WITH ORDINALITY AS item(code, source_key, number)
    LEFT JOIN "birth".birth_registry_probe(p_codes) AS r ON r.code = item.code ORDER BY item.number
$$;


ALTER FUNCTION birth.birth_window(p_codes text[], p_keys text[]) OWNER TO birth_owner;

--
-- Name: birth_windowed(oid); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_windowed(p_relid oid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    v_distributed boolean := EXISTS (SELECT FROM "birth".birth_setting WHERE name = 'windows');
BEGIN
    IF NOT v_distributed AND to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL THEN
        EXECUTE 'SELECT EXISTS (SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid::oid = ANY ($1))'
        INTO v_distributed USING ARRAY[p_relid, format('%I.birth_registry', 'birth')::regclass::oid];
    END IF;
    RETURN v_distributed;
END
$_$;


ALTER FUNCTION birth.birth_windowed(p_relid oid) OWNER TO birth_owner;

--
-- Name: birth_windows(text); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.birth_windows(p_query text) RETURNS TABLE(code text, source_key text, owner text)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
    v_codes text[] := '{}';
    v_keys text[] := '{}';
    v_rows integer := 0;
    v_row record;
    v_is_read boolean := false;
BEGIN
    -- As in birth_reading: what belongs to others is read READ ONLY, and all but the rows is undone.
    PERFORM set_config('transaction_read_only', 'on', true);
    FOR v_row IN EXECUTE p_query LOOP
        v_codes := v_codes || v_row.code;
        v_keys := v_keys || v_row.source_key;
        v_rows := v_rows + 1;
        IF v_rows = 10000 THEN
            RETURN QUERY SELECT * FROM "birth".birth_window(v_codes, v_keys);
            v_codes := '{}';
            v_keys := '{}';
            v_rows := 0;
        END IF;
    END LOOP;
    RETURN QUERY SELECT * FROM "birth".birth_window(v_codes, v_keys);
    v_is_read := true;
    RAISE SQLSTATE 'BR999';
EXCEPTION WHEN SQLSTATE 'BR999' THEN
    IF NOT v_is_read THEN
        RAISE;
    END IF;
END
$$;


ALTER FUNCTION birth.birth_windows(p_query text) OWNER TO birth_owner;

--
-- Name: fn_birth_gateway(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.fn_birth_gateway() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
        SELECT "birth".birth_identity_expression(TG_RELID, i.collection_name, i.strategy, i.columns, 'source')
        INTO v_expression
        FROM "birth".birth_identity AS i WHERE i.collection_name = v_collection;
    EXCEPTION WHEN SQLSTATE 'BR003' THEN
        RAISE WARNING 'a row of % is not registered: %', TG_RELID::regclass, SQLERRM
            USING HINT = format('It is missing until %s is classified anew and backfilled.', v_collection);
        RETURN NULL;
    END;
    IF v_expression IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT %s FROM (SELECT ($1).*) AS source', v_expression) INTO v_code USING NEW;
    IF v_code IS NULL THEN
        RETURN NULL;
    END IF;
    -- The stand-in is called as it is: composing a call takes longer than all the rest.
    IF (SELECT p.proowner FROM pg_proc AS p WHERE p.oid = (SELECT to_regprocedure(f.signature) FROM "birth".birth_gateway_function AS f
        WHERE f.only_row AND f.schema_name = 'birth' AND f.function_name = 'fn_birth_register')) = 'birth_owner'::regrole THEN
        PERFORM "birth".fn_birth_register(p_collection_name => v_collection, p_entity_code => v_code, p_dry_run => false);
        RETURN NULL;
    END IF;
    SELECT p.prosecdef AND p.proconfig::text LIKE '%search_path=%' INTO v_alone FROM pg_proc AS p
    WHERE p.oid = "birth".birth_register_function() AND has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(p.pronamespace, 'USAGE')
      AND NOT EXISTS (SELECT FROM "birth".birth_gateway_binding AS b WHERE b.parameter <> ALL (coalesce(p.proargnames, ARRAY[]::text[])));
    IF NOT FOUND THEN
        RAISE WARNING 'a row of % is not registered: the register function that is bound is gone, or cannot be called', TG_RELID::regclass
            USING HINT = 'It is missing until the function is bound anew, and the row backfilled: `birth-console init --bind`.';
        RETURN NULL;
    END IF;
    -- Never by a cast: whoever owns a type may have made one to text that does whatever they like.
    SELECT format('SELECT %s, %s FROM (SELECT ($1).*) AS source',
        CASE WHEN EXISTS (SELECT FROM "birth".birth_gateway_binding WHERE value = 'source_key') THEN (
            SELECT string_agg(format('format(''%%s'', source.%I)', l.name), ' || ''/'' || ' ORDER BY l.position)
            FROM "birth".birth_identity AS i, "birth".birth_locator(TG_RELID, i.columns) AS found, unnest(found.locator) WITH ORDINALITY AS l(name, position)
            WHERE i.collection_name = v_collection) ELSE 'NULL' END,
        "birth".birth_born_at(TG_RELID))
    INTO v_statement;
    -- A key reads as the plan's do, whatever the session of whoever inserts prefers; the register function meets that session.
    v_style := current_setting('DateStyle');
    v_zone := current_setting('TimeZone');
    PERFORM set_config('DateStyle', 'ISO, YMD', true), set_config('TimeZone', 'UTC', true);
    EXECUTE v_statement INTO v_key, v_born USING NEW;
    PERFORM set_config('DateStyle', v_style, true), set_config('TimeZone', v_zone, true);
    v_statement := format('SELECT %s FROM (SELECT $1 AS code, $2 AS source_key, $3 AS born_at) AS row',
        "birth".birth_register_call(v_collection, 'GATEWAY'));
    IF v_alone THEN
        EXECUTE v_statement USING v_code, v_key, v_born;
        RETURN NULL;
    END IF;
    -- A function that relies on its caller for rights or names meets other ones here. That costs a subtransaction per row.
    BEGIN
        EXECUTE v_statement USING v_code, v_key, v_born;
    EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
        RAISE WARNING 'a row of % is not registered: the register function cannot do its work here: %', TG_RELID::regclass, SQLERRM
            USING HINT = 'Make it SECURITY DEFINER with a search_path of its own, then have the row backfilled.';
    END;
    RETURN NULL;
END
$_$;


ALTER FUNCTION birth.fn_birth_gateway() OWNER TO birth_owner;

--
-- Name: fn_birth_register(text, text, timestamp with time zone, text, boolean); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.fn_birth_register(p_collection_name text, p_entity_code text, p_born_at timestamp with time zone DEFAULT NULL::timestamp with time zone, p_dot_origin text DEFAULT 'GATEWAY'::text, p_dry_run boolean DEFAULT true) RETURNS text
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF p_entity_code IS NULL OR p_entity_code = '' THEN
        RAISE EXCEPTION 'an entity of % has no code', p_collection_name USING ERRCODE = 'not_null_violation';
    END IF;
    IF p_dry_run THEN
        RETURN CASE WHEN EXISTS (SELECT FROM "birth".birth_registry WHERE entity_code = p_entity_code)
            THEN 'existing' ELSE 'would_register' END;
    END IF;
    INSERT INTO "birth".birth_registry (entity_code, collection_name, dot_origin, born_at, governance_role)
    VALUES (p_entity_code, p_collection_name, p_dot_origin, coalesce(p_born_at, clock_timestamp()),
            (SELECT governance_role FROM "birth".collection_registry WHERE collection_name = p_collection_name))
    ON CONFLICT (entity_code) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'registered' ELSE 'existing' END;
END
$$;


ALTER FUNCTION birth.fn_birth_register(p_collection_name text, p_entity_code text, p_born_at timestamp with time zone, p_dot_origin text, p_dry_run boolean) OWNER TO birth_owner;

--
-- Name: fn_trigger_guard(); Type: FUNCTION; Schema: birth; Owner: birth_owner
--

CREATE FUNCTION birth.fn_trigger_guard() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
BEGIN
    IF TG_EVENT = 'sql_drop' THEN
        INSERT INTO "birth".trigger_guard_alerts (command_tag, object_identity)
        SELECT TG_TAG, object_identity FROM pg_event_trigger_dropped_objects() WHERE object_type = 'trigger';
    ELSE
        INSERT INTO "birth".trigger_guard_alerts (command_tag, object_identity)
        SELECT TG_TAG, object_identity FROM pg_event_trigger_ddl_commands()
        WHERE object_type = 'trigger' OR (command_tag = 'ALTER TABLE' AND current_query() ~* '(^|[^[:alnum:]_])trigger($|[^[:alnum:]_])');
    END IF;
END
$_$;


ALTER FUNCTION birth.fn_trigger_guard() OWNER TO birth_owner;

--
-- Name: birth_admission_budget; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_admission_budget (
    permit_id bigint NOT NULL,
    budget_rows bigint NOT NULL,
    used_rows bigint DEFAULT 0 NOT NULL,
    CONSTRAINT birth_admission_budget_budget_rows_check CHECK ((budget_rows > 0)),
    CONSTRAINT birth_admission_budget_check CHECK (((used_rows >= 0) AND (used_rows <= budget_rows)))
);


ALTER TABLE birth.birth_admission_budget OWNER TO birth_owner;

--
-- Name: birth_admission_permit; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_admission_permit (
    permit_id bigint NOT NULL,
    collections text[],
    reason text NOT NULL,
    expect_gateway text,
    expect_full text,
    opened_by text DEFAULT SESSION_USER NOT NULL,
    opened_person text NOT NULL,
    opened_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    closed_by text,
    closed_at timestamp with time zone,
    close_reason text,
    CONSTRAINT birth_admission_permit_reason_check CHECK ((reason <> ''::text))
);


ALTER TABLE birth.birth_admission_permit OWNER TO birth_owner;

--
-- Name: birth_admission_permit_permit_id_seq; Type: SEQUENCE; Schema: birth; Owner: birth_owner
--

ALTER TABLE birth.birth_admission_permit ALTER COLUMN permit_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME birth.birth_admission_permit_permit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: birth_backfill_certificate; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_certificate (
    run_id bigint NOT NULL,
    certified_by text DEFAULT SESSION_USER NOT NULL,
    certified_person text NOT NULL,
    certified_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    note text NOT NULL,
    evidence jsonb NOT NULL,
    evidence_digest text NOT NULL,
    chain_seq bigint NOT NULL,
    chain_hash bytea NOT NULL,
    CONSTRAINT birth_backfill_certificate_note_check CHECK ((note <> ''::text))
);


ALTER TABLE birth.birth_backfill_certificate OWNER TO birth_owner;

--
-- Name: birth_backfill_control; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_control (
    run_id bigint NOT NULL,
    command text DEFAULT 'run'::text NOT NULL,
    batch_size integer,
    reason text,
    steered_by text DEFAULT SESSION_USER NOT NULL,
    steered_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT birth_backfill_control_batch_size_check CHECK (((batch_size >= 1) AND (batch_size <= 10000))),
    CONSTRAINT birth_backfill_control_command_check CHECK ((command = ANY (ARRAY['run'::text, 'pause'::text, 'cancel'::text])))
);


ALTER TABLE birth.birth_backfill_control OWNER TO birth_owner;

--
-- Name: birth_backfill_fence; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_fence (
);


ALTER TABLE birth.birth_backfill_fence OWNER TO birth_owner;

--
-- Name: birth_backfill_item; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_item (
    ledger_id bigint NOT NULL,
    seq bigint NOT NULL,
    entity_code text NOT NULL,
    source_key text[] NOT NULL
);


ALTER TABLE birth.birth_backfill_item OWNER TO birth_owner;

--
-- Name: birth_backfill_ledger_ledger_id_seq; Type: SEQUENCE; Schema: birth; Owner: birth_owner
--

ALTER TABLE birth.birth_backfill_ledger ALTER COLUMN ledger_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME birth.birth_backfill_ledger_ledger_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: birth_backfill_look; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_look (
    run_id bigint NOT NULL,
    looked_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
)
WITH (fillfactor='50');


ALTER TABLE birth.birth_backfill_look OWNER TO birth_owner;

--
-- Name: birth_backfill_quarantine; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_quarantine (
    ledger_id bigint NOT NULL,
    seq bigint NOT NULL,
    entity_code text NOT NULL,
    source_key text[] NOT NULL,
    sqlstate text NOT NULL,
    message text NOT NULL,
    quarantined_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


ALTER TABLE birth.birth_backfill_quarantine OWNER TO birth_owner;

--
-- Name: birth_backfill_run; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_run (
    run_id bigint NOT NULL,
    status text DEFAULT 'planned'::text NOT NULL,
    digest text,
    database_name text DEFAULT current_database() NOT NULL,
    system_identifier text NOT NULL,
    server_version text DEFAULT current_setting('server_version_num'::text) NOT NULL,
    gateway jsonb NOT NULL,
    registry_triggers text NOT NULL,
    registry_rows bigint NOT NULL,
    alert_rows bigint NOT NULL,
    snapshot pg_snapshot NOT NULL,
    planned_by text DEFAULT SESSION_USER NOT NULL,
    planned_person text NOT NULL,
    planned_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    reconciled_by text,
    reconciled_person text,
    reconciled_at timestamp with time zone,
    reconcile_note text,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    superseded_by bigint,
    CONSTRAINT birth_backfill_run_status_check CHECK ((status = ANY (ARRAY['planned'::text, 'reconciled'::text, 'applying'::text, 'applied'::text, 'certified'::text, 'superseded'::text])))
);


ALTER TABLE birth.birth_backfill_run OWNER TO birth_owner;

--
-- Name: birth_backfill_run_run_id_seq; Type: SEQUENCE; Schema: birth; Owner: birth_owner
--

ALTER TABLE birth.birth_backfill_run ALTER COLUMN run_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME birth.birth_backfill_run_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: birth_backfill_worker; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_backfill_worker (
    run_id bigint NOT NULL,
    backend_pid integer NOT NULL,
    login text DEFAULT SESSION_USER NOT NULL,
    state text NOT NULL,
    reason text,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (fillfactor='50');


ALTER TABLE birth.birth_backfill_worker OWNER TO birth_owner;

--
-- Name: birth_collection_place; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_collection_place (
    collection_name text NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL
);


ALTER TABLE birth.birth_collection_place OWNER TO birth_owner;

--
-- Name: birth_evidence_claim; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_evidence_claim (
    claim text NOT NULL,
    source text NOT NULL,
    stated text NOT NULL
);


ALTER TABLE birth.birth_evidence_claim OWNER TO birth_owner;

--
-- Name: birth_gateway_binding; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_gateway_binding (
    parameter text NOT NULL,
    value text NOT NULL,
    constant text,
    CONSTRAINT birth_gateway_binding_check CHECK (((value = 'constant'::text) = (constant IS NOT NULL))),
    CONSTRAINT birth_gateway_binding_value_check CHECK ((value = ANY (ARRAY['collection'::text, 'code'::text, 'source_key'::text, 'born_at'::text, 'origin'::text, 'dry_run'::text, 'constant'::text])))
);


ALTER TABLE birth.birth_gateway_binding OWNER TO birth_owner;

--
-- Name: birth_gateway_function; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_gateway_function (
    only_row boolean DEFAULT true NOT NULL,
    schema_name text NOT NULL,
    function_name text NOT NULL,
    signature text NOT NULL,
    CONSTRAINT birth_gateway_function_only_row_check CHECK (only_row)
);


ALTER TABLE birth.birth_gateway_function OWNER TO birth_owner;

--
-- Name: birth_identity; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_identity (
    collection_name text NOT NULL,
    strategy text NOT NULL,
    columns text[] NOT NULL,
    version integer NOT NULL,
    CONSTRAINT birth_identity_check CHECK (((cardinality(columns) >= 1) AND ((strategy = 'synthetic'::text) OR (cardinality(columns) = 1)))),
    CONSTRAINT birth_identity_strategy_check CHECK ((strategy = ANY (ARRAY['column'::text, 'synthetic'::text]))),
    CONSTRAINT birth_identity_version_check CHECK ((version > 0))
);


ALTER TABLE birth.birth_identity OWNER TO birth_owner;

--
-- Name: birth_identity_history; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_identity_history (
    collection_name text NOT NULL,
    version integer NOT NULL,
    action text NOT NULL,
    strategy text,
    columns text[],
    actor text DEFAULT SESSION_USER NOT NULL,
    person text,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    reason text,
    evidence jsonb,
    evidence_digest text,
    CONSTRAINT birth_identity_history_action_check CHECK ((action = ANY (ARRAY['imported'::text, 'classified'::text, 'unclassified'::text, 'undone'::text])))
);


ALTER TABLE birth.birth_identity_history OWNER TO birth_owner;

--
-- Name: birth_ledger_event; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_ledger_event (
    seq bigint NOT NULL,
    at_us bigint NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    payload text,
    prev bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT birth_ledger_event_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT birth_ledger_event_prev_check CHECK ((octet_length(prev) = 32))
);


ALTER TABLE birth.birth_ledger_event OWNER TO birth_owner;

--
-- Name: birth_ledger_head; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_ledger_head (
    only_row boolean DEFAULT true NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT birth_ledger_head_only_row_check CHECK (only_row)
)
WITH (fillfactor='10');


ALTER TABLE birth.birth_ledger_head OWNER TO birth_owner;

--
-- Name: birth_migration; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_migration (
    name text NOT NULL,
    sha256 text NOT NULL,
    installed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    installed_by text DEFAULT SESSION_USER NOT NULL
);


ALTER TABLE birth.birth_migration OWNER TO birth_owner;

--
-- Name: birth_person_login; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_person_login (
    login text NOT NULL,
    person text NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT birth_person_login_person_check CHECK ((person <> ''::text))
);


ALTER TABLE birth.birth_person_login OWNER TO birth_owner;

--
-- Name: birth_policy; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_policy (
    collection_name text NOT NULL,
    requirement text DEFAULT 'REQUIRED'::text NOT NULL,
    CONSTRAINT birth_policy_requirement_check CHECK ((requirement = ANY (ARRAY['REQUIRED'::text, 'EXEMPT'::text])))
);


ALTER TABLE birth.birth_policy OWNER TO birth_owner;

--
-- Name: birth_registry; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_registry (
    entity_code text NOT NULL,
    collection_name text NOT NULL,
    species_code text,
    composition_level text,
    dot_origin text,
    born_at timestamp with time zone DEFAULT now() NOT NULL,
    governance_role text,
    inspect_pen text,
    inspect_stamp text,
    inspect_gate text,
    certified boolean DEFAULT false NOT NULL,
    certified_at timestamp with time zone,
    CONSTRAINT birth_registry_entity_code_check CHECK ((entity_code <> ''::text))
);


ALTER TABLE birth.birth_registry OWNER TO birth_owner;

--
-- Name: birth_setting; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.birth_setting (
    name text NOT NULL,
    value text[] NOT NULL
);


ALTER TABLE birth.birth_setting OWNER TO birth_owner;

--
-- Name: collection_registry; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.collection_registry (
    collection_name text NOT NULL,
    code text DEFAULT ('COL-'::text || substr(md5(((random())::text || (clock_timestamp())::text)), 1, 10)) NOT NULL,
    governance_role text DEFAULT 'observed'::text NOT NULL,
    status text DEFAULT 'published'::text NOT NULL,
    date_created timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collection_registry_governance_role_check CHECK ((governance_role = ANY (ARRAY['governed'::text, 'observed'::text])))
);


ALTER TABLE birth.collection_registry OWNER TO birth_owner;

--
-- Name: trigger_guard_alerts; Type: TABLE; Schema: birth; Owner: birth_owner
--

CREATE TABLE birth.trigger_guard_alerts (
    alert_id bigint NOT NULL,
    raised_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor text DEFAULT SESSION_USER NOT NULL,
    command_tag text NOT NULL,
    object_identity text NOT NULL
);


ALTER TABLE birth.trigger_guard_alerts OWNER TO birth_owner;

--
-- Name: trigger_guard_alerts_alert_id_seq; Type: SEQUENCE; Schema: birth; Owner: birth_owner
--

ALTER TABLE birth.trigger_guard_alerts ALTER COLUMN alert_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME birth.trigger_guard_alerts_alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: v_birth_stage2_qt001_readiness_dashboard; Type: VIEW; Schema: birth; Owner: birth_owner
--

CREATE VIEW birth.v_birth_stage2_qt001_readiness_dashboard AS
 SELECT birth_readiness.metric,
    birth_readiness.value
   FROM birth.birth_readiness() birth_readiness(metric, value);


ALTER TABLE birth.v_birth_stage2_qt001_readiness_dashboard OWNER TO birth_owner;

--
-- Name: change_log; Type: TABLE; Schema: public; Owner: v010_company
--

CREATE TABLE public.change_log (
    at timestamp with time zone NOT NULL,
    what text
);


ALTER TABLE public.change_log OWNER TO v010_company;

--
-- Name: country; Type: TABLE; Schema: public; Owner: v010_company
--

CREATE TABLE public.country (
    iso text NOT NULL,
    name text NOT NULL
);


ALTER TABLE public.country OWNER TO v010_company;

--
-- Name: customer; Type: TABLE; Schema: public; Owner: v010_company
--

CREATE TABLE public.customer (
    id bigint NOT NULL,
    number text NOT NULL,
    name text,
    status text
);


ALTER TABLE public.customer OWNER TO v010_company;

--
-- Name: customer_id_seq; Type: SEQUENCE; Schema: public; Owner: v010_company
--

ALTER TABLE public.customer ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.customer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: memo; Type: TABLE; Schema: public; Owner: v010_company
--

CREATE TABLE public.memo (
    written_at timestamp with time zone,
    text text
);


ALTER TABLE public.memo OWNER TO v010_company;

--
-- Name: order; Type: TABLE; Schema: public; Owner: v010_company
--

CREATE TABLE public."order" (
    number text NOT NULL,
    customer bigint NOT NULL,
    placed_on date NOT NULL,
    status text
);


ALTER TABLE public."order" OWNER TO v010_company;

--
-- Name: open_order; Type: VIEW; Schema: public; Owner: v010_company
--

CREATE VIEW public.open_order AS
 SELECT "order".number,
    "order".customer
   FROM public."order"
  WHERE ("order".status = 'open'::text);


ALTER TABLE public.open_order OWNER TO v010_company;

--
-- Name: order_line; Type: TABLE; Schema: public; Owner: v010_company
--

CREATE TABLE public.order_line (
    "order" text NOT NULL,
    line integer NOT NULL,
    product character varying(20) NOT NULL,
    note text
);


ALTER TABLE public.order_line OWNER TO v010_company;

--
-- Name: product; Type: TABLE; Schema: public; Owner: v010_company
--

CREATE TABLE public.product (
    sku character varying(20) NOT NULL,
    name text NOT NULL,
    price numeric(8,2)
);


ALTER TABLE public.product OWNER TO v010_company;

--
-- Name: supplier; Type: TABLE; Schema: public; Owner: v010_company
--

CREATE TABLE public.supplier (
    id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    status text
);


ALTER TABLE public.supplier OWNER TO v010_company;

--
-- Data for Name: birth_admission_budget; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_admission_budget VALUES
	(1, 54, 54),
	(2, 10, 0),
	(3, 500, 38);


--
-- Data for Name: birth_admission_permit; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_admission_permit OVERRIDING SYSTEM VALUE VALUES
	(1, '{customer,product}', 'the first backfill', 'ec09c0d0c55fa552045ad4d5da6a16bd', '2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763', 'v010_gatekeeper1', 'Cleo Marsh', '2026-11-28 14:45:55.838732+00', '2027-11-29 14:45:55.838732+00', NULL, NULL, NULL),
	(2, NULL, 'opened by mistake', 'ec09c0d0c55fa552045ad4d5da6a16bd', '2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763', 'v010_gatekeeper1', 'Cleo Marsh', '2026-11-28 14:45:57.67718+00', '2027-11-29 14:45:57.67718+00', 'v010_gatekeeper1', '2026-11-28 14:45:57.944227+00', 'nobody asked for it'),
	(3, NULL, 'the second backfill', 'ec09c0d0c55fa552045ad4d5da6a16bd', '2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763', 'v010_gatekeeper1', 'Cleo Marsh', '2026-11-28 14:45:58.262444+00', '2027-11-29 14:45:58.262444+00', NULL, NULL, NULL);


--
-- Data for Name: birth_backfill_batch; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_backfill_batch VALUES
	(1, 1, 1, 20, 18532, '2026-11-28 14:46:26.620473+00', 'v010_operator2', 'Ben Adu', '{}', '2026-11-28 14:45:56.620474+00', 1, 20, 0, 0, 0, '{"birth.birth_registry": 20}', '1415', '2026-11-28 14:45:56.642302+00'),
	(1, 2, 21, 30, 18537, '2026-11-28 14:46:26.669879+00', 'v010_operator2', 'Ben Adu', '{}', '2026-11-28 14:45:56.66988+00', 1, 10, 0, 0, 0, '{"birth.birth_registry": 10}', '1418', '2026-11-28 14:45:56.687421+00'),
	(2, 1, 1, 20, 18537, '2026-11-28 14:46:26.688511+00', 'v010_operator2', 'Ben Adu', '{}', '2026-11-28 14:45:56.688512+00', 1, 20, 0, 0, 0, '{"birth.birth_registry": 20}', '1419', '2026-11-28 14:45:56.70156+00'),
	(2, 2, 21, 24, 18537, '2026-11-28 14:46:26.702424+00', 'v010_operator2', 'Ben Adu', '{}', '2026-11-28 14:45:56.702425+00', 1, 4, 0, 0, 0, '{"birth.birth_registry": 4}', '1420', '2026-11-28 14:45:56.71288+00'),
	(3, 1, 1, 20, 18595, '2026-11-28 14:46:29.481793+00', 'v010_operator2', 'Ben Adu', '{}', '2026-11-28 14:45:59.481794+00', 3, 18, 0, 2, 0, '{"birth.birth_registry": 18}', '1435', '2026-11-28 14:45:59.505965+00'),
	(4, 1, 1, 20, 18597, '2026-11-28 14:46:29.54948+00', 'v010_operator2', 'Ben Adu', '{}', '2026-11-28 14:45:59.549481+00', 3, 20, 0, 0, 0, '{"birth.birth_registry": 20}', '1438', '2026-11-28 14:45:59.582499+00');


--
-- Data for Name: birth_backfill_certificate; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_backfill_certificate VALUES
	(1, 'v010_reviewer1', 'Dora Weiß', '2026-11-28 14:45:57.414684+00', 'compared ledger, diff and source', '{"run": 1, "digest": "4cf1101b80ce8160a57a34e48b9be1d4cd62fa74427f0c06198969d99c397e73", "gateway": {"norm_md5": "ec09c0d0c55fa552045ad4d5da6a16bd", "versions": "19200:1322 19201:1322", "overloads": 2, "full_sha256": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}, "written": 54, "accounting": [{"planned": 30, "existing": 0, "vanished": 0, "ledger_id": 1, "registered": 30, "quarantined": 0, "collection_name": "customer"}, {"planned": 24, "existing": 0, "vanished": 0, "ledger_id": 2, "registered": 24, "quarantined": 0, "collection_name": "product"}], "alert_rows": 0, "quarantined": [], "gateway_live": {"norm_md5": "ec09c0d0c55fa552045ad4d5da6a16bd", "versions": "19200:1322 19201:1322", "overloads": 2, "full_sha256": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}, "participants": [{"part": "classified", "person": "Ana Lopes"}, {"part": "planned", "person": "Ana Lopes"}, {"part": "reconciled", "person": "Ana Lopes"}, {"part": "applied", "person": "Ben Adu"}, {"part": "began", "person": "Ben Adu"}, {"part": "ended", "person": "Ben Adu"}, {"part": "permitted", "person": "Cleo Marsh"}], "alert_rows_live": 0, "triggers_changed": []}', '7e38b734b53c53040b09c504795d3b0e61bf3905cc5ee4bb16fbedec11d92e5b', 34, '\x2b550ecf7bddd65ff60659453b4ae5cd1909b85e9f7c414294973d8ca3460f4e');


--
-- Data for Name: birth_backfill_control; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_backfill_control VALUES
	(1, 'run', NULL, NULL, 'v010_operator1', '2026-11-28 14:45:55.233492+00'),
	(2, 'run', NULL, NULL, 'v010_operator2', '2026-11-28 14:45:58.687992+00'),
	(3, 'run', NULL, NULL, 'v010_operator1', '2026-11-28 14:46:00.213797+00');


--
-- Data for Name: birth_backfill_fence; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--



--
-- Data for Name: birth_backfill_item; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_backfill_item VALUES
	(1, 1, 'C-0001', '{1}'),
	(1, 2, 'C-0002', '{2}'),
	(1, 3, 'C-0003', '{3}'),
	(1, 4, 'C-0004', '{4}'),
	(1, 5, 'C-0005', '{5}'),
	(1, 6, 'C-0006', '{6}'),
	(1, 7, 'C-0007', '{7}'),
	(1, 8, 'C-0008', '{8}'),
	(1, 9, 'C-0009', '{9}'),
	(1, 10, 'C-0010', '{10}'),
	(1, 11, 'C-0011', '{11}'),
	(1, 12, 'C-0012', '{12}'),
	(1, 13, 'C-0013', '{13}'),
	(1, 14, 'C-0014', '{14}'),
	(1, 15, 'C-0015', '{15}'),
	(1, 16, 'C-0016', '{16}'),
	(1, 17, 'C-0017', '{17}'),
	(1, 18, 'C-0018', '{18}'),
	(1, 19, 'C-0019', '{19}'),
	(1, 20, 'C-0020', '{20}'),
	(1, 21, 'C-0021', '{21}'),
	(1, 22, 'C-0022', '{22}'),
	(1, 23, 'C-0023', '{23}'),
	(1, 24, 'C-0024', '{24}'),
	(1, 25, 'C-0025', '{25}'),
	(1, 26, 'C-0026', '{26}'),
	(1, 27, 'C-0027', '{27}'),
	(1, 28, 'C-0028', '{28}'),
	(1, 29, 'C-0029', '{29}'),
	(1, 30, 'C-0030', '{30}'),
	(2, 1, 'SKU-001', '{SKU-001}'),
	(2, 2, 'SKU-002', '{SKU-002}'),
	(2, 3, 'SKU-003', '{SKU-003}'),
	(2, 4, 'SKU-004', '{SKU-004}'),
	(2, 5, 'SKU-005', '{SKU-005}'),
	(2, 6, 'SKU-006', '{SKU-006}'),
	(2, 7, 'SKU-007', '{SKU-007}'),
	(2, 8, 'SKU-008', '{SKU-008}'),
	(2, 9, 'SKU-009', '{SKU-009}'),
	(2, 10, 'SKU-010', '{SKU-010}'),
	(2, 11, 'SKU-011', '{SKU-011}'),
	(2, 12, 'SKU-012', '{SKU-012}'),
	(2, 13, 'SKU-013', '{SKU-013}'),
	(2, 14, 'SKU-014', '{SKU-014}'),
	(2, 15, 'SKU-015', '{SKU-015}'),
	(2, 16, 'SKU-016', '{SKU-016}'),
	(2, 17, 'SKU-017', '{SKU-017}'),
	(2, 18, 'SKU-018', '{SKU-018}'),
	(2, 19, 'SKU-019', '{SKU-019}'),
	(2, 20, 'SKU-020', '{SKU-020}'),
	(2, 21, 'SKU-021', '{SKU-021}'),
	(2, 22, 'SKU-022', '{SKU-022}'),
	(2, 23, 'SKU-023', '{SKU-023}'),
	(2, 24, 'SKU-024', '{SKU-024}'),
	(3, 1, 'O/2025:002', '{O/2025:002}'),
	(3, 2, 'O/2025:004', '{O/2025:004}'),
	(3, 3, 'O/2025:006', '{O/2025:006}'),
	(3, 4, 'O/2025:008', '{O/2025:008}'),
	(3, 5, 'O/2025:010', '{O/2025:010}'),
	(3, 6, 'O/2025:012', '{O/2025:012}'),
	(3, 7, 'O/2025:014', '{O/2025:014}'),
	(3, 8, 'O/2025:016', '{O/2025:016}'),
	(3, 9, 'O/2025:018', '{O/2025:018}'),
	(3, 10, 'O/2025:020', '{O/2025:020}'),
	(3, 11, 'O/2026:001', '{O/2026:001}'),
	(3, 12, 'O/2026:003', '{O/2026:003}'),
	(3, 13, 'O/2026:005', '{O/2026:005}'),
	(3, 14, 'O/2026:007', '{O/2026:007}'),
	(3, 15, 'O/2026:009', '{O/2026:009}'),
	(3, 16, 'O/2026:011', '{O/2026:011}'),
	(3, 17, 'O/2026:013', '{O/2026:013}'),
	(3, 18, 'O/2026:015', '{O/2026:015}'),
	(3, 19, 'O/2026:017', '{O/2026:017}'),
	(3, 20, 'O/2026:019', '{O/2026:019}'),
	(4, 1, 'order_line:O%2F2025%3A002/1', '{O/2025:002,1}'),
	(4, 2, 'order_line:O%2F2025%3A002/2', '{O/2025:002,2}'),
	(4, 3, 'order_line:O%2F2025%3A002/3', '{O/2025:002,3}'),
	(4, 4, 'order_line:O%2F2025%3A004/1', '{O/2025:004,1}'),
	(4, 5, 'order_line:O%2F2025%3A004/2', '{O/2025:004,2}'),
	(4, 6, 'order_line:O%2F2025%3A004/3', '{O/2025:004,3}'),
	(4, 7, 'order_line:O%2F2025%3A006/1', '{O/2025:006,1}'),
	(4, 8, 'order_line:O%2F2025%3A006/2', '{O/2025:006,2}'),
	(4, 9, 'order_line:O%2F2025%3A006/3', '{O/2025:006,3}'),
	(4, 10, 'order_line:O%2F2025%3A008/1', '{O/2025:008,1}'),
	(4, 11, 'order_line:O%2F2025%3A008/2', '{O/2025:008,2}'),
	(4, 12, 'order_line:O%2F2025%3A008/3', '{O/2025:008,3}'),
	(4, 13, 'order_line:O%2F2025%3A010/1', '{O/2025:010,1}'),
	(4, 14, 'order_line:O%2F2025%3A010/2', '{O/2025:010,2}'),
	(4, 15, 'order_line:O%2F2025%3A010/3', '{O/2025:010,3}'),
	(4, 16, 'order_line:O%2F2025%3A012/1', '{O/2025:012,1}'),
	(4, 17, 'order_line:O%2F2025%3A012/2', '{O/2025:012,2}'),
	(4, 18, 'order_line:O%2F2025%3A012/3', '{O/2025:012,3}'),
	(4, 19, 'order_line:O%2F2025%3A014/1', '{O/2025:014,1}'),
	(4, 20, 'order_line:O%2F2025%3A014/2', '{O/2025:014,2}'),
	(4, 21, 'order_line:O%2F2025%3A014/3', '{O/2025:014,3}'),
	(4, 22, 'order_line:O%2F2026%3A001/1', '{O/2026:001,1}'),
	(4, 23, 'order_line:O%2F2026%3A001/2', '{O/2026:001,2}'),
	(4, 24, 'order_line:O%2F2026%3A001/3', '{O/2026:001,3}'),
	(4, 25, 'order_line:O%2F2026%3A003/1', '{O/2026:003,1}'),
	(4, 26, 'order_line:O%2F2026%3A003/2', '{O/2026:003,2}');
INSERT INTO birth.birth_backfill_item VALUES
	(4, 27, 'order_line:O%2F2026%3A003/3', '{O/2026:003,3}'),
	(4, 28, 'order_line:O%2F2026%3A005/1', '{O/2026:005,1}'),
	(4, 29, 'order_line:O%2F2026%3A005/2', '{O/2026:005,2}'),
	(4, 30, 'order_line:O%2F2026%3A005/3', '{O/2026:005,3}'),
	(4, 31, 'order_line:O%2F2026%3A007/1', '{O/2026:007,1}'),
	(4, 32, 'order_line:O%2F2026%3A007/2', '{O/2026:007,2}'),
	(4, 33, 'order_line:O%2F2026%3A007/3', '{O/2026:007,3}'),
	(4, 34, 'order_line:O%2F2026%3A009/1', '{O/2026:009,1}'),
	(4, 35, 'order_line:O%2F2026%3A009/2', '{O/2026:009,2}'),
	(4, 36, 'order_line:O%2F2026%3A009/3', '{O/2026:009,3}'),
	(4, 37, 'order_line:O%2F2026%3A011/1', '{O/2026:011,1}'),
	(4, 38, 'order_line:O%2F2026%3A011/2', '{O/2026:011,2}'),
	(4, 39, 'order_line:O%2F2026%3A011/3', '{O/2026:011,3}'),
	(4, 40, 'order_line:O%2F2026%3A013/1', '{O/2026:013,1}'),
	(4, 41, 'order_line:O%2F2026%3A013/2', '{O/2026:013,2}'),
	(4, 42, 'order_line:O%2F2026%3A013/3', '{O/2026:013,3}'),
	(4, 43, 'order_line:O%2F2026%3A015/1', '{O/2026:015,1}'),
	(4, 44, 'order_line:O%2F2026%3A015/2', '{O/2026:015,2}'),
	(4, 45, 'order_line:O%2F2026%3A015/3', '{O/2026:015,3}'),
	(5, 1, 'AT', '{AT}'),
	(5, 2, 'BE', '{BE}'),
	(5, 3, 'CH', '{CH}'),
	(5, 4, 'CZ', '{CZ}'),
	(5, 5, 'DE', '{DE}'),
	(5, 6, 'DK', '{DK}'),
	(5, 7, 'ES', '{ES}'),
	(5, 8, 'FI', '{FI}'),
	(5, 9, 'FR', '{FR}'),
	(5, 10, 'GB', '{GB}'),
	(5, 11, 'IE', '{IE}'),
	(5, 12, 'IT', '{IT}'),
	(5, 13, 'NL', '{NL}'),
	(5, 14, 'NO', '{NO}'),
	(5, 15, 'PL', '{PL}'),
	(5, 16, 'SE', '{SE}'),
	(6, 1, 'SUPA', '{1}'),
	(6, 2, 'SUPB', '{2}'),
	(6, 3, 'SUPC', '{3}'),
	(6, 4, 'SUPD', '{4}'),
	(6, 5, 'SUPE', '{5}'),
	(6, 6, 'SUPF', '{6}'),
	(6, 7, 'SUPG', '{7}'),
	(6, 8, 'SUPH', '{8}'),
	(6, 9, 'SUPI', '{9}'),
	(6, 10, 'SUPJ', '{10}'),
	(6, 11, 'SUPK', '{11}'),
	(6, 12, 'SUPL', '{12}');


--
-- Data for Name: birth_backfill_ledger; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_backfill_ledger OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'customer', 'applied', 19073, 'column', '{number}', 'number', 1, '{id}', true, '0ee14ce0958180b186d4d44b03cfb6e674f7576c1562762161ee2c22856f4fb6', 30, 30, 0, 30, '9e98016ee7469b6dc1e850094e35a4a8af2b1d96a2425d33b5621d1d6433468c', 'C-0030', 31, 2),
	(2, 1, 'product', 'applied', 19082, 'column', '{sku}', 'sku', 1, '{sku}', true, 'dbf66f4d4e295fcadad3a38948a4568e3ab33f8efdd24f129aa3527a0d0d913e', 24, 24, 0, 24, '22ee16b72aedabe5a990c1d7ba9a5144c78d407647276ef5c11b15cf4f6cac14', 'SKU-024', 25, 2),
	(3, 2, 'order', 'applying', 19089, 'column', '{number}', 'number', 1, '{number}', true, '3d4c1999f347f89d4ca72fa83ca9e919044bd53adfc4f998dd9c7370aead996f', 20, 20, 0, 20, 'bb065eff84b14906ee631a85a437f6758a03b00ba6a84f1dba035ea3d735ab06', 'O/2026:019', 21, 1),
	(4, 2, 'order_line', 'applying', 19101, 'synthetic', '{order,line}', 'order_line:{order}/{line}', 1, '{order,line}', true, '3d37995e6355afe5d99f89ea5d3edfd326eb00265426504ec1151ab2efb53c72', 45, 45, 0, 45, '360fa15619295a3cc65bf8a2a389b7110d1d7d6b4dd7d43970d162085a083ccc', 'order_line:O%2F2026%3A015/3', 21, 1),
	(5, 3, 'country', 'planned', 19127, 'column', '{iso}', 'iso', 2, '{iso}', true, '8e9e3dd8709fdd1ae5c760e41586d2758ecebc7f09785eb00a814f4b60d3d45e', 16, 16, 0, 16, '8cc0f43482f6daa9a776913dc7ed9906810782515cdebbc625396b373191d826', 'SE', 1, 0),
	(6, 3, 'supplier', 'planned', 19118, 'column', '{code}', 'code', 3, '{id}', true, 'dd2a554be008cfaa8f43d564f02e64bbbaa29a3a4680afb7ef72d13475363703', 12, 12, 0, 12, '3fa7d58b4d4f1ced33c4131372cfd270f77e0851ceb5b237557ecc45ca6d11bd', 'SUPL', 1, 0);


--
-- Data for Name: birth_backfill_look; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_backfill_look VALUES
	(1, '2026-11-28 14:45:56.569639+00'),
	(2, '2026-11-28 14:45:59.4356+00'),
	(3, '-infinity');


--
-- Data for Name: birth_backfill_quarantine; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--



--
-- Data for Name: birth_backfill_run; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_backfill_run OVERRIDING SYSTEM VALUE VALUES
	(1, 'certified', '4cf1101b80ce8160a57a34e48b9be1d4cd62fa74427f0c06198969d99c397e73', 'v010', '7713232633629086346', '140023', '{"norm_md5": "ec09c0d0c55fa552045ad4d5da6a16bd", "versions": "19200:1322 19201:1322", "overloads": 2, "full_sha256": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0, 0, '1409:1409:', 'v010_operator1', 'Ana Lopes', '2026-11-28 14:45:55.233292+00', 'v010_operator1', 'Ana Lopes', '2026-11-28 14:45:56.171086+00', 'compared, "entry by entry"', '2026-11-28 14:45:56.589511+00', '2026-11-28 14:45:56.730813+00', NULL),
	(2, 'applying', 'ee687ad2f505b1e361f03f1c4d8c5bf9965994408802b84cf65325a62676c859', 'v010', '7713232633629086346', '140023', '{"norm_md5": "ec09c0d0c55fa552045ad4d5da6a16bd", "versions": "19200:1322 19201:1322", "overloads": 2, "full_sha256": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 54, 0, '1427:1427:', 'v010_operator2', 'Ben Adu', '2026-11-28 14:45:58.687862+00', 'v010_operator2', 'Ben Adu', '2026-11-28 14:45:59.055133+00', 'counted by hand', '2026-11-28 14:45:59.45475+00', NULL, NULL),
	(3, 'planned', '83536838c51b64fd3e5fd0a73d205b38aede01c5a2ceb387419e1f438d9feb21', 'v010', '7713232633629086346', '140023', '{"norm_md5": "ec09c0d0c55fa552045ad4d5da6a16bd", "versions": "19200:1322 19201:1322", "overloads": 2, "full_sha256": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 92, 0, '1439:1439:', 'v010_operator1', 'Ana Lopes', '2026-11-28 14:46:00.213653+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL);


--
-- Data for Name: birth_backfill_worker; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_backfill_worker VALUES
	(2, 18595, 'v010_operator2', 'applying', NULL, '2026-11-28 14:45:59.475969+00'),
	(2, 18597, 'v010_operator2', 'applying', NULL, '2026-11-28 14:45:59.542236+00');


--
-- Data for Name: birth_collection_place; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_collection_place VALUES
	('change_log', 'public', 'change_log'),
	('country', 'public', 'country'),
	('customer', 'public', 'customer'),
	('memo', 'public', 'memo'),
	('order', 'public', 'order'),
	('order_line', 'public', 'order_line'),
	('product', 'public', 'product'),
	('supplier', 'public', 'supplier');


--
-- Data for Name: birth_evidence_claim; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_evidence_claim VALUES
	('metadata_compatibility', 'a report of last year', '5 compatible / 2 broken of 7'),
	('trigger_gap', 'the same report', '2');


--
-- Data for Name: birth_gateway_binding; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_gateway_binding VALUES
	('p_collection_name', 'collection', NULL),
	('p_entity_code', 'code', NULL),
	('p_born_at', 'born_at', NULL),
	('p_dot_origin', 'origin', NULL),
	('p_dry_run', 'dry_run', NULL);


--
-- Data for Name: birth_gateway_function; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_gateway_function VALUES
	(true, 'birth', 'fn_birth_register', 'birth.fn_birth_register(text,text,timestamp with time zone,text,boolean)');


--
-- Data for Name: birth_identity; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_identity VALUES
	('customer', 'column', '{number}', 1),
	('product', 'column', '{sku}', 1),
	('order', 'column', '{number}', 1),
	('order_line', 'synthetic', '{order,line}', 1),
	('supplier', 'column', '{code}', 3),
	('country', 'column', '{iso}', 2);


--
-- Data for Name: birth_identity_history; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_identity_history VALUES
	('customer', 1, 'classified', 'column', '{number}', 'v010_operator1', 'Ana Lopes', '2026-11-28 14:45:50.454276+00', 'printed on every invoice', '{"rows": 30, "nulls": 0, "counted": {"rows": 30, "longest": 6, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 30, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 82.0}}', '9c3df590d50405fc43e5cd3193bde8f982506cec619151c1aad30e6bc8b59123'),
	('product', 1, 'classified', 'column', '{sku}', 'v010_operator1', 'Ana Lopes', '2026-11-28 14:45:50.977809+00', 'its key', '{"rows": 24, "nulls": 0, "counted": {"rows": 24, "longest": 7, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 24, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 87.0}}', '8ab78c4c3fe8db57deadb8b089df2f9a6604034b5ccde6f1246841f0b79f524c'),
	('order', 1, 'classified', 'column', '{number}', 'v010_operator2', 'Ben Adu', '2026-11-28 14:45:51.558136+00', 'its key', '{"rows": 20, "nulls": 0, "counted": {"rows": 20, "longest": 10, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 20, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 87.0}}', '10ad5e71c54994db025ceac230206b971a1a96e2af876cb0f0821cfdffff79ce'),
	('order_line', 1, 'classified', 'synthetic', '{order,line}', 'v010_operator2', 'Ben Adu', '2026-11-28 14:45:51.985546+00', 'a line of an order', '{"rows": 45, "nulls": 0, "counted": {"rows": 45, "longest": 27, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 45, "exactness": "exact", "suggestion": {"rank": 1, "tier": "B", "score": 116.5}}', '2d1e15a7113e6e6b452896b8b12a7dbdc813162e9bc921eb5cd8ec252c299513'),
	('supplier', 1, 'classified', 'synthetic', '{id}', 'v010_operator1', 'Ana Lopes', '2026-11-28 14:45:52.381828+00', 'it has a number', '{"rows": 12, "nulls": 0, "counted": {"rows": 12, "longest": 11, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 12, "exactness": "exact", "suggestion": {"rank": 2, "tier": "A", "score": 63.0}}', 'dc17bc7bd96756f658d2802ee63fc26ba21a7531fde2ec45a9b47e7577206322'),
	('supplier', 2, 'undone', NULL, NULL, 'v010_operator1', 'Ana Lopes', '2026-11-28 14:45:52.807665+00', NULL, NULL, NULL),
	('supplier', 3, 'classified', 'column', '{code}', 'v010_operator1', 'Ana Lopes', '2026-11-28 14:45:53.197222+00', 'its number is internal', '{"rows": 12, "nulls": 0, "counted": {"rows": 12, "longest": 4, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 12, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 82.0}}', 'efb7932d87810be7ee5f7f9a35c549750b6df236d6890d0b3d328500c88a1b76'),
	('country', 1, 'classified', 'column', '{name}', 'v010_retired1', 'Fay O''Hara', '2026-11-28 14:45:53.559621+00', 'its name is unique', '{"rows": 16, "nulls": 0, "counted": {"rows": 16, "longest": 10, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 16, "exactness": "exact"}', 'd47269baee5d3bd9526cbf7ac80b16364c8f4e61b92e19434936bdf577d39019'),
	('country', 2, 'classified', 'column', '{iso}', 'v010_operator2', 'Ben Adu', '2026-11-28 14:45:54.12764+00', 'names change', '{"rows": 16, "nulls": 0, "counted": {"rows": 16, "longest": 2, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 16, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 81.0}}', '534192514a7620d1c4a1b23366f125f123fd2665ba50580d806ee00e561a9c8f');


--
-- Data for Name: birth_ledger_event; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_ledger_event VALUES
	(0, 1795877147105596, 'postgres', 'genesis', '{"schema": "birth", "install": "5ce71cc0-a768-4302-968c-57688d6a7e03", "database": "v010", "system_identifier": "7713232633629086346"}', '\x0000000000000000000000000000000000000000000000000000000000000000', '\x5b4ce0dec8dab6159140ca1f1da5758db4a5802445bcd5652032c5e6187788d4'),
	(1, 1795877147191145, 'postgres', 'enrolled', '{"places": {"memo": "public.memo", "order": "public.order", "country": "public.country", "product": "public.product", "customer": "public.customer", "supplier": "public.supplier", "change_log": "public.change_log", "order_line": "public.order_line"}, "collections": [{"table": "public.change_log", "collection": "change_log", "requirement": "EXEMPT"}, {"table": "public.country", "collection": "country", "requirement": "REQUIRED"}, {"table": "public.customer", "collection": "customer", "requirement": "REQUIRED"}, {"table": "public.memo", "collection": "memo", "requirement": "REQUIRED"}, {"table": "public.order", "collection": "order", "requirement": "REQUIRED"}, {"table": "public.order_line", "collection": "order_line", "requirement": "REQUIRED"}, {"table": "public.product", "collection": "product", "requirement": "REQUIRED"}, {"table": "public.supplier", "collection": "supplier", "requirement": "REQUIRED"}]}', '\x5b4ce0dec8dab6159140ca1f1da5758db4a5802445bcd5652032c5e6187788d4', '\xf6b461a3bab5432904d803ee2cc8f26101679fc2e49e5f55db8ba71c0b8a60ca'),
	(2, 1795877147548010, 'postgres', 'person_added', '{"login": "v010_operator1", "person": "Ana Lopes"}', '\xf6b461a3bab5432904d803ee2cc8f26101679fc2e49e5f55db8ba71c0b8a60ca', '\x0693dbdd6d82400fe34e361e851ea62560920130ca6718028ddc2b1b0c8451d8'),
	(3, 1795877147550765, 'postgres', 'groups_granted', '{"login": "v010_operator1", "groups": ["birth_operator", "birth_reader"]}', '\x0693dbdd6d82400fe34e361e851ea62560920130ca6718028ddc2b1b0c8451d8', '\x402badd658e924d74a9101e8c7a31db6de93d81ebb7ac6901f11d584fcb84fa2'),
	(4, 1795877147860200, 'postgres', 'person_added', '{"login": "v010_operator2", "person": "Ben Adu"}', '\x402badd658e924d74a9101e8c7a31db6de93d81ebb7ac6901f11d584fcb84fa2', '\x25a4ed0892f1e2d182d51c0f026ee6d7e1aaa21d1cf8d5c370d7b219d6d5608c'),
	(5, 1795877147860963, 'postgres', 'groups_granted', '{"login": "v010_operator2", "groups": ["birth_operator"]}', '\x25a4ed0892f1e2d182d51c0f026ee6d7e1aaa21d1cf8d5c370d7b219d6d5608c', '\x5d138544201f378675246b17134e10bbac74c4f013d9d8e80052ac206e91b246'),
	(6, 1795877148119402, 'postgres', 'person_added', '{"login": "v010_gatekeeper1", "person": "Cleo Marsh"}', '\x5d138544201f378675246b17134e10bbac74c4f013d9d8e80052ac206e91b246', '\xfa4aad0a3f24a22496d9fd033057fa184c269cf644c0be466255997d7991ad9d'),
	(7, 1795877148120134, 'postgres', 'groups_granted', '{"login": "v010_gatekeeper1", "groups": ["birth_gatekeeper"]}', '\xfa4aad0a3f24a22496d9fd033057fa184c269cf644c0be466255997d7991ad9d', '\xa0160d1fc7fa1a09c1790642d892ba0147ba3a078a90a5544fc3b4adec3b5fcc'),
	(8, 1795877148362154, 'postgres', 'person_added', '{"login": "v010_reviewer1", "person": "Dora Weiß"}', '\xa0160d1fc7fa1a09c1790642d892ba0147ba3a078a90a5544fc3b4adec3b5fcc', '\x1a24fad27a367b3d45a554ddb0edcfc46362ba7531fc87c4f78f75bfcb1ae0b0'),
	(9, 1795877148362897, 'postgres', 'groups_granted', '{"login": "v010_reviewer1", "groups": ["birth_reviewer"]}', '\x1a24fad27a367b3d45a554ddb0edcfc46362ba7531fc87c4f78f75bfcb1ae0b0', '\xed2fc400e544af68ac50a79fea3fca59845431a4aef80ae033ac279a8754cdc8'),
	(10, 1795877148750246, 'postgres', 'person_added', '{"login": "v010_viewer1", "person": "Emil Sand"}', '\xed2fc400e544af68ac50a79fea3fca59845431a4aef80ae033ac279a8754cdc8', '\xaecef2400455f5dbb8671203fa9799f53a446c38a8fa85ffb9cb3a8a59ae04d9'),
	(11, 1795877148751078, 'postgres', 'groups_granted', '{"login": "v010_viewer1", "groups": ["birth_reader"]}', '\xaecef2400455f5dbb8671203fa9799f53a446c38a8fa85ffb9cb3a8a59ae04d9', '\x7091f6babad3902ee11e7d052c297e0c6c3b021ec6734414a364b0479d381ae8'),
	(12, 1795877149030542, 'postgres', 'person_added', '{"login": "v010_retired1", "person": "Fay O''Hara"}', '\x7091f6babad3902ee11e7d052c297e0c6c3b021ec6734414a364b0479d381ae8', '\x9623b5671cf99b2d57fd71069c9d98d084f96c3d253f7814f0a2b6671e3e803d'),
	(13, 1795877149035564, 'postgres', 'groups_granted', '{"login": "v010_retired1", "groups": ["birth_operator"]}', '\x9623b5671cf99b2d57fd71069c9d98d084f96c3d253f7814f0a2b6671e3e803d', '\x0fcc7ac5bb142430ac9d2ab00d3989dc259335ad58938e881152dedc0bcadbc1'),
	(14, 1795877150456353, 'v010_operator1', 'identity_classified', '{"reason": "printed on every invoice", "columns": ["number"], "version": 1, "evidence": {"rows": 30, "nulls": 0, "counted": {"rows": 30, "longest": 6, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 30, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 82.0}}, "strategy": "column", "collection": "customer"}', '\x0fcc7ac5bb142430ac9d2ab00d3989dc259335ad58938e881152dedc0bcadbc1', '\x9aeb44a94f3aaa48547f65fa50414e7daa6c9d8d928e17e74574226ae4b55c81'),
	(15, 1795877150978284, 'v010_operator1', 'identity_classified', '{"reason": "its key", "columns": ["sku"], "version": 1, "evidence": {"rows": 24, "nulls": 0, "counted": {"rows": 24, "longest": 7, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 24, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 87.0}}, "strategy": "column", "collection": "product"}', '\x9aeb44a94f3aaa48547f65fa50414e7daa6c9d8d928e17e74574226ae4b55c81', '\x4f193fb8adeed30bb09108fa7743ff991dd79bd436adb0be51231294e3068cff'),
	(16, 1795877151560159, 'v010_operator2', 'identity_classified', '{"reason": "its key", "columns": ["number"], "version": 1, "evidence": {"rows": 20, "nulls": 0, "counted": {"rows": 20, "longest": 10, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 20, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 87.0}}, "strategy": "column", "collection": "order"}', '\x4f193fb8adeed30bb09108fa7743ff991dd79bd436adb0be51231294e3068cff', '\xad9065d72ff6dd08905e6e05172f6415c43fe3b81869bc3c58d144f0f80b0476'),
	(17, 1795877151986001, 'v010_operator2', 'identity_classified', '{"reason": "a line of an order", "columns": ["order", "line"], "version": 1, "evidence": {"rows": 45, "nulls": 0, "counted": {"rows": 45, "longest": 27, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 45, "exactness": "exact", "suggestion": {"rank": 1, "tier": "B", "score": 116.5}}, "strategy": "synthetic", "collection": "order_line"}', '\xad9065d72ff6dd08905e6e05172f6415c43fe3b81869bc3c58d144f0f80b0476', '\xabe12e419179ffdc5ad4cb28696ba5d96c42c394090b6fabb423a7d53136e0a7'),
	(18, 1795877152382329, 'v010_operator1', 'identity_classified', '{"reason": "it has a number", "columns": ["id"], "version": 1, "evidence": {"rows": 12, "nulls": 0, "counted": {"rows": 12, "longest": 11, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 12, "exactness": "exact", "suggestion": {"rank": 2, "tier": "A", "score": 63.0}}, "strategy": "synthetic", "collection": "supplier"}', '\xabe12e419179ffdc5ad4cb28696ba5d96c42c394090b6fabb423a7d53136e0a7', '\x7ed2746ce381017cfc9123215cea7cc7634ae1a527960490d9c8e806f4bcb828'),
	(19, 1795877152808215, 'v010_operator1', 'identity_undone', '{"reason": null, "undone": 1, "columns": null, "version": 2, "strategy": null, "collection": "supplier"}', '\x7ed2746ce381017cfc9123215cea7cc7634ae1a527960490d9c8e806f4bcb828', '\x8c01b33051491a33a415fb91b6bf2a40aa6777f24383f53e25d0bc7ced816e23'),
	(20, 1795877153197688, 'v010_operator1', 'identity_classified', '{"reason": "its number is internal", "columns": ["code"], "version": 3, "evidence": {"rows": 12, "nulls": 0, "counted": {"rows": 12, "longest": 4, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 12, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 82.0}}, "strategy": "column", "collection": "supplier"}', '\x8c01b33051491a33a415fb91b6bf2a40aa6777f24383f53e25d0bc7ced816e23', '\x087bc9fd7f50b9f1d520ae0ac97dd37915832e96c3541ac4fcb67b11f5d7fbc2'),
	(21, 1795877153560063, 'v010_retired1', 'identity_classified', '{"reason": "its name is unique", "columns": ["name"], "version": 1, "evidence": {"rows": 16, "nulls": 0, "counted": {"rows": 16, "longest": 10, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 16, "exactness": "exact"}, "strategy": "column", "collection": "country"}', '\x087bc9fd7f50b9f1d520ae0ac97dd37915832e96c3541ac4fcb67b11f5d7fbc2', '\x9d35c21de83eb7273d41ecf8ecf40e6ff739401238dc8def90004a602ca5b376'),
	(22, 1795877154128094, 'v010_operator2', 'identity_classified', '{"reason": "names change", "columns": ["iso"], "version": 2, "evidence": {"rows": 16, "nulls": 0, "counted": {"rows": 16, "longest": 2, "duplicates": 0, "without_code": 0, "registered_for_others": 0}, "empties": 0, "distinct": 16, "exactness": "exact", "suggestion": {"rank": 1, "tier": "A", "score": 81.0}}, "strategy": "column", "collection": "country"}', '\x9d35c21de83eb7273d41ecf8ecf40e6ff739401238dc8def90004a602ca5b376', '\x55548e07e4fb16c6a833ad8dd152b1ea5520fb4cba8f00808878738e9426668f'),
	(23, 1795877154410662, 'postgres', 'groups_revoked', '{"login": "v010_retired1", "groups": ["birth_operator"]}', '\x55548e07e4fb16c6a833ad8dd152b1ea5520fb4cba8f00808878738e9426668f', '\x2090edc59c26a3916e3d4e419f163d6874a54e28f8b7e7f038f5538098c79b6a'),
	(24, 1795877154411913, 'postgres', 'person_retired', '{"login": "v010_retired1", "before": "Fay O''Hara", "person": "Fay O''Hara", "retired": true, "login_before": "v010_retired1"}', '\x2090edc59c26a3916e3d4e419f163d6874a54e28f8b7e7f038f5538098c79b6a', '\x4c69d1b7157d5c613c79b6c939bb3ad7fa5c7a36cbfa763f5e9916eb8353688e'),
	(25, 1795877154813805, 'v010_gatekeeper1', 'policy_decided', '{"reason": "nothing identifies a memo", "collection": "memo", "requirement": "EXEMPT"}', '\x4c69d1b7157d5c613c79b6c939bb3ad7fa5c7a36cbfa763f5e9916eb8353688e', '\x7b6d6b5706284a00b5336b191ec28c402faa5a3b77797a6a54c73d5814063014'),
	(26, 1795877155255819, 'v010_operator1', 'planned', '{"run": 1, "digest": "4cf1101b80ce8160a57a34e48b9be1d4cd62fa74427f0c06198969d99c397e73", "entries": [{"digest": "9e98016ee7469b6dc1e850094e35a4a8af2b1d96a2425d33b5621d1d6433468c", "missing": 30, "identity": "number", "ledger_id": 1, "collection": "customer"}, {"digest": "22ee16b72aedabe5a990c1d7ba9a5144c78d407647276ef5c11b15cf4f6cac14", "missing": 24, "identity": "sku", "ledger_id": 2, "collection": "product"}], "gateway": {"norm_md5": "ec09c0d0c55fa552045ad4d5da6a16bd", "versions": "19200:1322 19201:1322", "overloads": 2, "full_sha256": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}, "alert_rows": 0, "registry_rows": 0}', '\x7b6d6b5706284a00b5336b191ec28c402faa5a3b77797a6a54c73d5814063014', '\x472ecf9fccfd23fe90cc5d64a087227f6e4174f2d9117970b434f1581e2876ca'),
	(27, 1795877155839661, 'v010_gatekeeper1', 'permit_opened', '{"budget": 54, "permit": 1, "person": "Cleo Marsh", "reason": "the first backfill", "gateway": "ec09c0d0c55fa552045ad4d5da6a16bd", "lifetime": "366 days", "collections": ["customer", "product"], "gateway_full": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}', '\x472ecf9fccfd23fe90cc5d64a087227f6e4174f2d9117970b434f1581e2876ca', '\xa37eaf8bb80d4e8c93c865f329411836ef8e2ad9fc49702ea89b32dadf95c330'),
	(28, 1795877156171622, 'v010_operator1', 'reconciled', '{"run": 1, "note": "compared, \"entry by entry\"", "person": "Ana Lopes", "digests": {"product": "22ee16b72aedabe5a990c1d7ba9a5144c78d407647276ef5c11b15cf4f6cac14", "customer": "9e98016ee7469b6dc1e850094e35a4a8af2b1d96a2425d33b5621d1d6433468c"}}', '\xa37eaf8bb80d4e8c93c865f329411836ef8e2ad9fc49702ea89b32dadf95c330', '\xd092b2dfd50967f1eaa88e1c0c8fdffcc87f5e940ff810bc70c8bbf371890b0e'),
	(29, 1795877156590318, 'v010_operator2', 'started', '{"run": 1, "person": "Ben Adu", "permits": [1]}', '\xd092b2dfd50967f1eaa88e1c0c8fdffcc87f5e940ff810bc70c8bbf371890b0e', '\xf22ad06213318d26b3d5fcee6730e90440b9f7ad0dab32f138eb72ed93c32da5'),
	(30, 1795877156642875, 'v010_operator2', 'batch', '{"to": 20, "run": 1, "from": 1, "epoch": 1, "permit": 1, "person": "Ben Adu", "existing": 0, "vanished": 0, "ledger_id": 1, "registered": 20, "quarantined": 0}', '\xf22ad06213318d26b3d5fcee6730e90440b9f7ad0dab32f138eb72ed93c32da5', '\x9ba435c42567ef0e3a2c23346663e328baf698409423bb9efff5a3c4c0a8f8b9'),
	(31, 1795877156689076, 'v010_operator2', 'batch', '{"to": 30, "run": 1, "from": 21, "epoch": 2, "permit": 1, "person": "Ben Adu", "existing": 0, "vanished": 0, "ledger_id": 1, "registered": 10, "quarantined": 0}', '\x9ba435c42567ef0e3a2c23346663e328baf698409423bb9efff5a3c4c0a8f8b9', '\xb681be064f11101a60de2469d57b44cacaef107b43c98ecef485a04c708a280f'),
	(32, 1795877156702551, 'v010_operator2', 'batch', '{"to": 20, "run": 1, "from": 1, "epoch": 1, "permit": 1, "person": "Ben Adu", "existing": 0, "vanished": 0, "ledger_id": 2, "registered": 20, "quarantined": 0}', '\xb681be064f11101a60de2469d57b44cacaef107b43c98ecef485a04c708a280f', '\xe373af3ab56baa2133c00a93249c428e3967aff87239f729863b639b7e7ac5f3'),
	(33, 1795877156713759, 'v010_operator2', 'batch', '{"to": 24, "run": 1, "from": 21, "epoch": 2, "permit": 1, "person": "Ben Adu", "existing": 0, "vanished": 0, "ledger_id": 2, "registered": 4, "quarantined": 0}', '\xe373af3ab56baa2133c00a93249c428e3967aff87239f729863b639b7e7ac5f3', '\x8ecc329ff1f0ad3736908b43cd8ef3cdca1bb47247d77494895be00f183d95f9'),
	(34, 1795877156731849, 'v010_operator2', 'applied', '{"run": 1, "person": "Ben Adu", "accounting": [{"planned": 30, "existing": 0, "vanished": 0, "ledger_id": 1, "registered": 30, "quarantined": 0, "collection_name": "customer"}, {"planned": 24, "existing": 0, "vanished": 0, "ledger_id": 2, "registered": 24, "quarantined": 0, "collection_name": "product"}]}', '\x8ecc329ff1f0ad3736908b43cd8ef3cdca1bb47247d77494895be00f183d95f9', '\x2b550ecf7bddd65ff60659453b4ae5cd1909b85e9f7c414294973d8ca3460f4e'),
	(35, 1795877157415406, 'v010_reviewer1', 'certified', '{"run": 1, "note": "compared ledger, diff and source", "person": "Dora Weiß", "looked_at": {"seq": 34, "hash": "2b550ecf7bddd65ff60659453b4ae5cd1909b85e9f7c414294973d8ca3460f4e"}, "evidence_digest": "7e38b734b53c53040b09c504795d3b0e61bf3905cc5ee4bb16fbedec11d92e5b"}', '\x2b550ecf7bddd65ff60659453b4ae5cd1909b85e9f7c414294973d8ca3460f4e', '\x1292cd6480b653db68b96ba86d0aada7ce265e2340cf5870c125d85920bfcfe9'),
	(36, 1795877157678045, 'v010_gatekeeper1', 'permit_opened', '{"budget": 10, "permit": 2, "person": "Cleo Marsh", "reason": "opened by mistake", "gateway": "ec09c0d0c55fa552045ad4d5da6a16bd", "lifetime": "366 days", "collections": null, "gateway_full": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}', '\x1292cd6480b653db68b96ba86d0aada7ce265e2340cf5870c125d85920bfcfe9', '\x144447a099250c3f73e09d50c68fea80bf6f0737b3ae4931746657edfd5c91b1'),
	(37, 1795877157944944, 'v010_gatekeeper1', 'permit_closed', '{"permit": 2, "reason": "nobody asked for it"}', '\x144447a099250c3f73e09d50c68fea80bf6f0737b3ae4931746657edfd5c91b1', '\x4f52d7dd3c80a636a81e0f075b5b40309fc7189e9c11ebda0e3ee39a03545478'),
	(38, 1795877158266289, 'v010_gatekeeper1', 'permit_opened', '{"budget": 500, "permit": 3, "person": "Cleo Marsh", "reason": "the second backfill", "gateway": "ec09c0d0c55fa552045ad4d5da6a16bd", "lifetime": "366 days", "collections": null, "gateway_full": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}', '\x4f52d7dd3c80a636a81e0f075b5b40309fc7189e9c11ebda0e3ee39a03545478', '\xf037d0117a0fcde63656600d84730aa9d7831cb1b4c712d9ffb5a42950031a83'),
	(39, 1795877158718386, 'v010_operator2', 'planned', '{"run": 2, "digest": "ee687ad2f505b1e361f03f1c4d8c5bf9965994408802b84cf65325a62676c859", "entries": [{"digest": "bb065eff84b14906ee631a85a437f6758a03b00ba6a84f1dba035ea3d735ab06", "missing": 20, "identity": "number", "ledger_id": 3, "collection": "order"}, {"digest": "360fa15619295a3cc65bf8a2a389b7110d1d7d6b4dd7d43970d162085a083ccc", "missing": 45, "identity": "order_line:{order}/{line}", "ledger_id": 4, "collection": "order_line"}], "gateway": {"norm_md5": "ec09c0d0c55fa552045ad4d5da6a16bd", "versions": "19200:1322 19201:1322", "overloads": 2, "full_sha256": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}, "alert_rows": 0, "registry_rows": 54}', '\xf037d0117a0fcde63656600d84730aa9d7831cb1b4c712d9ffb5a42950031a83', '\x03334df9f9cb2c03f127278754602dff13dc50d03d19fe1a14a93c637a37fcbc'),
	(40, 1795877159055665, 'v010_operator2', 'reconciled', '{"run": 2, "note": "counted by hand", "person": "Ben Adu", "digests": {"order": "bb065eff84b14906ee631a85a437f6758a03b00ba6a84f1dba035ea3d735ab06", "order_line": "360fa15619295a3cc65bf8a2a389b7110d1d7d6b4dd7d43970d162085a083ccc"}}', '\x03334df9f9cb2c03f127278754602dff13dc50d03d19fe1a14a93c637a37fcbc', '\x5a2a9477267d8bb420a70502f7f427b857d30faa2e47190a824f0f15ab4c626b'),
	(41, 1795877159455613, 'v010_operator2', 'started', '{"run": 2, "person": "Ben Adu", "permits": [3]}', '\x5a2a9477267d8bb420a70502f7f427b857d30faa2e47190a824f0f15ab4c626b', '\xea57e8fee9cb3798edb12bc71e4f2843b5289bea06c3e169bfd96d4d4b230cda'),
	(42, 1795877159506512, 'v010_operator2', 'batch', '{"to": 20, "run": 2, "from": 1, "epoch": 1, "permit": 3, "person": "Ben Adu", "existing": 0, "vanished": 2, "ledger_id": 3, "registered": 18, "quarantined": 0}', '\xea57e8fee9cb3798edb12bc71e4f2843b5289bea06c3e169bfd96d4d4b230cda', '\x742ecce4b31c45a048cb2712a1a0e21b36b0bb09f93f605df5f82dd2f2acadad'),
	(43, 1795877159583104, 'v010_operator2', 'batch', '{"to": 20, "run": 2, "from": 1, "epoch": 1, "permit": 3, "person": "Ben Adu", "existing": 0, "vanished": 0, "ledger_id": 4, "registered": 20, "quarantined": 0}', '\x742ecce4b31c45a048cb2712a1a0e21b36b0bb09f93f605df5f82dd2f2acadad', '\x3104acc83e37c3af309d686f4f5d7473a0536ce6abc6b505a3acb74be3efbf82'),
	(44, 1795877160253053, 'v010_operator1', 'planned', '{"run": 3, "digest": "83536838c51b64fd3e5fd0a73d205b38aede01c5a2ceb387419e1f438d9feb21", "entries": [{"digest": "8cc0f43482f6daa9a776913dc7ed9906810782515cdebbc625396b373191d826", "missing": 16, "identity": "iso", "ledger_id": 5, "collection": "country"}, {"digest": "3fa7d58b4d4f1ced33c4131372cfd270f77e0851ceb5b237557ecc45ca6d11bd", "missing": 12, "identity": "code", "ledger_id": 6, "collection": "supplier"}], "gateway": {"norm_md5": "ec09c0d0c55fa552045ad4d5da6a16bd", "versions": "19200:1322 19201:1322", "overloads": 2, "full_sha256": "2a0088e61164e42276559ef62edf186244d1e27862e44cf6cb434e7ddabf3763"}, "alert_rows": 0, "registry_rows": 92}', '\x3104acc83e37c3af309d686f4f5d7473a0536ce6abc6b505a3acb74be3efbf82', '\xf5af0a06c0da3d6e0d42a1a33240b076fc5f0553fe426a38a1531a081465c932');


--
-- Data for Name: birth_ledger_head; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_ledger_head VALUES
	(true, 44, '\xf5af0a06c0da3d6e0d42a1a33240b076fc5f0553fe426a38a1531a081465c932');


--
-- Data for Name: birth_migration; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_migration VALUES
	('install/0001_roles.sql', '276c91150bd8fef4404995add432a9b2d0c6cbaabcad6400b38b85608e8760dc', '2026-11-28 14:45:47.182581+00', 'postgres'),
	('install/0001_schema.sql', '51eae384c4ce46c5173b05b500db3545bff3c837b71a900f3adb93cf300bbc41', '2026-11-28 14:45:47.182787+00', 'postgres'),
	('reference/collection_registry', 'b1933195f3e4a9bcc60df86839f53780b76fe856609fef99dc87495839f93a5d', '2026-11-28 14:45:47.182881+00', 'postgres'),
	('reference/birth_policy', '6dd8bf34c70ea2dee1517608126d909a7d7655499d66a01e8b1762f236227a79', '2026-11-28 14:45:47.182957+00', 'postgres'),
	('reference/birth_registry', '2a85c8a86327caa99dd904856beac2ebb331ade7a9603460b930a4fbc181e282', '2026-11-28 14:45:47.183035+00', 'postgres'),
	('reference/trigger_guard_alerts', '76889197d9a55bf16e0e07cb103d507c8f7b1bf8b6ae5049525a92cbc39a88ea', '2026-11-28 14:45:47.183106+00', 'postgres'),
	('reference/fn_birth_register', '3311764f86e519cb5ffad9fcd34c56cbbace9a4ad51ded69b4b3067dfb397627', '2026-11-28 14:45:47.183176+00', 'postgres'),
	('reference/fn_birth_gateway', '3237df84af7214961b32f70ae6ff6e5951682669055ebca907e574206ef21f60', '2026-11-28 14:45:47.183247+00', 'postgres'),
	('reference/fn_trigger_guard', 'afefca1d13a5d62a9ebbbff63af091810ee4a4a996679d3a9fbe59a613ca4a89', '2026-11-28 14:45:47.186811+00', 'postgres'),
	('install/0002_people.sql', '9a00b2f7291c9734ad89a5fa3721664f8c16257f8643fad1906dd9d00c44cdaa', '2026-11-28 14:45:47.186978+00', 'postgres'),
	('install/0003_chain.sql', '4380b38130fb6aaa04f882bd7ed236653856ccc92649862041d1e52d131b5bbf', '2026-11-28 14:45:47.187097+00', 'postgres'),
	('install/0004_identity.sql', '80a6445ddca880c4a809337db64564f7d33be086d96fedc38ee90f6b281a5369', '2026-11-28 14:45:47.187189+00', 'postgres'),
	('install/0004_reading.sql', '44ec9365f744e0b85d7fa74c18bf28d0f6f032ed1bfd864032cfa3afe4ffc57e', '2026-11-28 14:45:47.187283+00', 'postgres'),
	('install/0005_collection.sql', 'f62dbb134b29d7f6429759fcd95882b0b8ab611891e0e1494d38b999be710b72', '2026-11-28 14:45:47.18739+00', 'postgres'),
	('install/0006_permit.sql', 'df5fa8a90dc2fc3ef6c1cdc93efd26a5132ef750186b7066e921c3cfddc4a7e2', '2026-11-28 14:45:47.187492+00', 'postgres'),
	('install/0007_fingerprint.sql', '5e6693e5178be49fb4d9262f0cc4f469401ef4cbab397c0fa6614eea3386d973', '2026-11-28 14:45:47.187585+00', 'postgres'),
	('install/0007_windows.sql', '7a20a747ffb97219f501a7fb1d6af7adb566b346f207be2f872a5a772b0776ca', '2026-11-28 14:45:47.187677+00', 'postgres'),
	('install/0008_classify.sql', '219f293bdc50e030c1801f7c6e8f60f222ddc26bfd7115e72561c1c10f8419ab', '2026-11-28 14:45:47.187775+00', 'postgres'),
	('install/0009_backfill.sql', 'a443691266968e93920ef065faa40347d1290b875e636358bdd62e6bc95b05e2', '2026-11-28 14:45:47.187863+00', 'postgres'),
	('install/0010_plan.sql', '6c81864f5a2e1a9d559deeca867e052018c905c53d774b755ddd9256406d07c5', '2026-11-28 14:45:47.187943+00', 'postgres'),
	('install/0011_facts.sql', 'd04535eed0eb87869b4611d63e82a7014e865e378f6dccdaa373ed0adfaefe75', '2026-11-28 14:45:47.188019+00', 'postgres'),
	('install/0012_run.sql', '887664dc31b51db4863de5ee5d1dee51649c4578b8a13055036c1c21cf964ed8', '2026-11-28 14:45:47.188091+00', 'postgres'),
	('install/0013_claim.sql', 'edb9eca44232e1c1015ec27d1bef107de57e1d46473c989400349936023826e7', '2026-11-28 14:45:47.188163+00', 'postgres'),
	('install/0014_readiness.sql', '7e2437ae850f86d0779ac8fcef6f6652cc4f93b0ddc365044336a32b34ed08e8', '2026-11-28 14:45:47.188231+00', 'postgres'),
	('install/0015_rights.sql', '5a9f27fe7342a680c3e471e2190d7e4d0ff7a3170c2251755be069a054d520b0', '2026-11-28 14:45:47.188299+00', 'postgres'),
	('install/0016_batch.sql', '103a385d167b4beb3a6989bd937d6e3941de08697fa0042d102e863e45ba96b7', '2026-11-28 14:45:47.188389+00', 'postgres'),
	('install/0017_register.sql', '7bdcc17912852a8d30fcd227b403ab76c3f9d57148a662c5a802d57b5d0121c3', '2026-11-28 14:45:47.188481+00', 'postgres'),
	('install/0018_load.sql', '0fbbb1d5103ea8530da8338a19144ffe1d38ff8865288eb3c44fa88c73f48356', '2026-11-28 14:45:47.188559+00', 'postgres'),
	('install/0019_diff.sql', 'e541afb925dc71881ef67ced396021971c0b0611c944ab2793cf5d60c76dac7c', '2026-11-28 14:45:47.188633+00', 'postgres'),
	('install/0020_certify.sql', 'cf54f245507e11d9d86cdfe025831456fe07397ee19a658eb53306b12a36758d', '2026-11-28 14:45:47.188707+00', 'postgres'),
	('install/0021_audit.sql', 'd7c1d07dabfb15f5929cc2661560f3ef6a0fb4871f765aa8236b6d86ec353ea7', '2026-11-28 14:45:47.188779+00', 'postgres'),
	('install/0022_suggestion.sql', 'db8740870da257f8582ffa104e316799d58cba349323768c5bedc8df336db0e8', '2026-11-28 14:45:47.188854+00', 'postgres'),
	('install/0023_contract.sql', 'facec24d98d21d768b4ced3622251f44d27eee723028c401042d8f82b5bb66a6', '2026-11-28 14:45:47.188932+00', 'postgres'),
	('install/0030_binding.sql', '93e5653aa5699c6dff211e28c16603a96bc95a86fedb44a6c58aa05ff16eb650', '2026-11-28 14:45:47.189011+00', 'postgres'),
	('install/0031_remedy.sql', '66f9b92db4ce4208d0394c3d803a33690f52241e794ae3d39240b5e69637d643', '2026-11-28 14:45:47.189085+00', 'postgres'),
	('install/0040_person.sql', '4eb8cfc01914bc3e808ff694899748e899b0d2bd0737d7497161d949d908f10d', '2026-11-28 14:45:47.189158+00', 'postgres');


--
-- Data for Name: birth_person_login; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_person_login VALUES
	('v010_operator1', 'Ana Lopes', NULL),
	('v010_operator2', 'Ben Adu', NULL),
	('v010_gatekeeper1', 'Cleo Marsh', NULL),
	('v010_reviewer1', 'Dora Weiß', NULL),
	('v010_viewer1', 'Emil Sand', NULL),
	('v010_retired1', 'Fay O''Hara', '2026-11-28 14:45:54.411401+00');


--
-- Data for Name: birth_policy; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_policy VALUES
	('change_log', 'EXEMPT'),
	('country', 'REQUIRED'),
	('customer', 'REQUIRED'),
	('order', 'REQUIRED'),
	('order_line', 'REQUIRED'),
	('product', 'REQUIRED'),
	('supplier', 'REQUIRED'),
	('memo', 'EXEMPT');


--
-- Data for Name: birth_registry; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_registry VALUES
	('C-0001', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636448+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0002', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636603+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0003', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636651+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0004', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636686+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0005', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636719+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0006', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636756+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0007', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636771+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0008', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636784+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0009', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636797+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0010', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636811+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0011', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636823+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0012', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636836+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0013', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636849+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0014', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636861+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0015', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636874+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0016', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636887+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0017', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636899+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0018', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636912+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0019', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636924+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0020', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.636937+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0021', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.682323+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0022', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.682426+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0023', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.682472+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0024', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.682506+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0025', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.682538+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0026', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.682574+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0027', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.682604+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0028', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.68262+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0029', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.682634+00', 'observed', NULL, NULL, NULL, false, NULL),
	('C-0030', 'customer', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.682647+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-001', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.6973+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-002', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697354+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-003', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.69738+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-004', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697396+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-005', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.69741+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-006', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697423+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-007', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697437+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-008', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697451+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-009', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697465+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-010', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697479+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-011', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697492+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-012', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697506+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-013', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.69752+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-014', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697533+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-015', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697547+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-016', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697561+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-017', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697575+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-018', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697589+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-019', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697603+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-020', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.697617+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-021', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.709539+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-022', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.709581+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-023', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.7096+00', 'observed', NULL, NULL, NULL, false, NULL),
	('SKU-024', 'product', NULL, NULL, 'birth-backfill:run-1', '2026-11-28 14:45:56.709615+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2025:002', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.49949+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2025:004', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499586+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2025:006', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.49963+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2025:008', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499666+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2025:010', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.4997+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2025:012', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499738+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2025:014', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499755+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2025:016', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.49977+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2025:018', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499784+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2026:001', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499799+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2026:003', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499813+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2026:005', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499827+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2026:007', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499841+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2026:009', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499855+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2026:011', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499869+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2026:013', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499883+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2026:015', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499897+00', 'observed', NULL, NULL, NULL, false, NULL),
	('O/2026:017', 'order', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.499911+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A002/1', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.572726+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A002/2', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.572818+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A002/3', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.572861+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A004/1', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.572896+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A004/2', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.572929+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A004/3', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.572966+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A006/1', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.572983+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A006/2', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.572998+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A006/3', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573218+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A008/1', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573237+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A008/2', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573251+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A008/3', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573266+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A010/1', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.57328+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A010/2', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573294+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A010/3', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573309+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A012/1', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573323+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A012/2', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.57335+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A012/3', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573365+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A014/1', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573379+00', 'observed', NULL, NULL, NULL, false, NULL),
	('order_line:O%2F2025%3A014/2', 'order_line', NULL, NULL, 'birth-backfill:run-2', '2026-11-28 14:45:59.573393+00', 'observed', NULL, NULL, NULL, false, NULL);


--
-- Data for Name: birth_setting; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.birth_setting VALUES
	('collection_schemas', '{public,birth}'),
	('register_writes', '{}');


--
-- Data for Name: collection_registry; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--

INSERT INTO birth.collection_registry VALUES
	('change_log', 'COL-c7ac0612f3', 'observed', 'published', '2026-11-28 14:45:47.053971+00'),
	('country', 'COL-0211ca00bd', 'observed', 'published', '2026-11-28 14:45:47.053971+00'),
	('customer', 'COL-01cf2ca864', 'observed', 'published', '2026-11-28 14:45:47.053971+00'),
	('memo', 'COL-9b619e0cec', 'observed', 'published', '2026-11-28 14:45:47.053971+00'),
	('order', 'COL-80f0b31350', 'observed', 'published', '2026-11-28 14:45:47.053971+00'),
	('order_line', 'COL-b84b581e0d', 'observed', 'published', '2026-11-28 14:45:47.053971+00'),
	('product', 'COL-ea5d08b4a8', 'observed', 'published', '2026-11-28 14:45:47.053971+00'),
	('supplier', 'COL-9426ba06de', 'observed', 'published', '2026-11-28 14:45:47.053971+00');


--
-- Data for Name: trigger_guard_alerts; Type: TABLE DATA; Schema: birth; Owner: birth_owner
--



--
-- Data for Name: change_log; Type: TABLE DATA; Schema: public; Owner: v010_company
--

INSERT INTO public.change_log VALUES
	('2026-01-01 09:00:00+00', 'change 1'),
	('2026-01-01 10:00:00+00', 'change 2'),
	('2026-01-01 11:00:00+00', 'change 3'),
	('2026-01-01 12:00:00+00', 'change 4'),
	('2026-01-01 13:00:00+00', 'change 5');


--
-- Data for Name: country; Type: TABLE DATA; Schema: public; Owner: v010_company
--

INSERT INTO public.country VALUES
	('AT', 'Land of AT'),
	('BE', 'Land of BE'),
	('CH', 'Land of CH'),
	('CZ', 'Land of CZ'),
	('DE', 'Land of DE'),
	('DK', 'Land of DK'),
	('ES', 'Land of ES'),
	('FI', 'Land of FI'),
	('FR', 'Land of FR'),
	('GB', 'Land of GB'),
	('IE', 'Land of IE'),
	('IT', 'Land of IT'),
	('NL', 'Land of NL'),
	('NO', 'Land of NO'),
	('PL', 'Land of PL'),
	('SE', 'Land of SE');


--
-- Data for Name: customer; Type: TABLE DATA; Schema: public; Owner: v010_company
--

INSERT INTO public.customer OVERRIDING SYSTEM VALUE VALUES
	(1, 'C-0001', 'O''Neil & Søn 1', 'active'),
	(2, 'C-0002', 'O''Neil & Søn 2', 'active'),
	(3, 'C-0003', 'O''Neil & Søn 3', 'active'),
	(4, 'C-0004', 'O''Neil & Søn 4', 'active'),
	(5, 'C-0005', 'O''Neil & Søn 5', 'active'),
	(6, 'C-0006', 'O''Neil & Søn 6', 'active'),
	(7, 'C-0007', 'O''Neil & Søn 7', 'active'),
	(8, 'C-0008', 'O''Neil & Søn 8', 'active'),
	(9, 'C-0009', 'O''Neil & Søn 9', 'active'),
	(10, 'C-0010', 'O''Neil & Søn 10', 'active'),
	(11, 'C-0011', 'O''Neil & Søn 11', 'active'),
	(12, 'C-0012', 'O''Neil & Søn 12', 'active'),
	(13, 'C-0013', 'O''Neil & Søn 13', 'active'),
	(14, 'C-0014', 'O''Neil & Søn 14', 'active'),
	(15, 'C-0015', 'O''Neil & Søn 15', 'active'),
	(16, 'C-0016', 'O''Neil & Søn 16', 'active'),
	(17, 'C-0017', 'O''Neil & Søn 17', 'active'),
	(18, 'C-0018', 'O''Neil & Søn 18', 'active'),
	(19, 'C-0019', 'O''Neil & Søn 19', 'active'),
	(20, 'C-0020', 'O''Neil & Søn 20', 'active'),
	(21, 'C-0021', 'O''Neil & Søn 21', 'active'),
	(22, 'C-0022', 'O''Neil & Søn 22', 'active'),
	(23, 'C-0023', 'O''Neil & Søn 23', 'active'),
	(24, 'C-0024', 'O''Neil & Søn 24', 'active'),
	(25, 'C-0025', 'O''Neil & Søn 25', 'active'),
	(26, 'C-0026', 'O''Neil & Søn 26', 'active'),
	(27, 'C-0027', 'O''Neil & Søn 27', 'active'),
	(28, 'C-0028', 'O''Neil & Søn 28', 'active'),
	(29, 'C-0029', 'O''Neil & Søn 29', 'active'),
	(30, 'C-0030', 'O''Neil & Søn 30', 'active');


--
-- Data for Name: memo; Type: TABLE DATA; Schema: public; Owner: v010_company
--

INSERT INTO public.memo VALUES
	('2026-01-02 08:00:00+00', 'memo 1'),
	('2026-01-03 08:00:00+00', 'memo 2'),
	('2026-01-04 08:00:00+00', 'memo 3'),
	('2026-01-05 08:00:00+00', 'memo 4'),
	('2026-01-06 08:00:00+00', 'memo 5');


--
-- Data for Name: order; Type: TABLE DATA; Schema: public; Owner: v010_company
--

INSERT INTO public."order" VALUES
	('O/2026:001', 2, '2025-12-21', 'sent'),
	('O/2025:002', 3, '2025-12-22', 'sent'),
	('O/2026:003', 4, '2025-12-23', 'open'),
	('O/2025:004', 5, '2025-12-24', 'sent'),
	('O/2026:005', 6, '2025-12-25', 'sent'),
	('O/2025:006', 7, '2025-12-26', 'open'),
	('O/2026:007', 8, '2025-12-27', 'sent'),
	('O/2025:008', 9, '2025-12-28', 'sent'),
	('O/2026:009', 10, '2025-12-29', 'open'),
	('O/2025:010', 11, '2025-12-30', 'sent'),
	('O/2026:011', 12, '2025-12-31', 'sent'),
	('O/2025:012', 13, '2026-01-01', 'open'),
	('O/2026:013', 14, '2026-01-02', 'sent'),
	('O/2025:014', 15, '2026-01-03', 'sent'),
	('O/2026:015', 16, '2026-01-04', 'open'),
	('O/2025:016', 17, '2026-01-05', 'sent'),
	('O/2026:017', 18, '2026-01-06', 'sent'),
	('O/2025:018', 19, '2026-01-07', 'open'),
	('O/2025:018-B', 3, '2026-01-20', 'open');


--
-- Data for Name: order_line; Type: TABLE DATA; Schema: public; Owner: v010_company
--

INSERT INTO public.order_line VALUES
	('O/2025:002', 1, 'SKU-002', NULL),
	('O/2025:002', 2, 'SKU-003', NULL),
	('O/2025:002', 3, 'SKU-004', NULL),
	('O/2025:004', 1, 'SKU-005', NULL),
	('O/2025:004', 2, 'SKU-006', NULL),
	('O/2025:004', 3, 'SKU-007', NULL),
	('O/2025:006', 1, 'SKU-008', NULL),
	('O/2025:006', 2, 'SKU-009', NULL),
	('O/2025:006', 3, 'SKU-010', NULL),
	('O/2025:008', 1, 'SKU-011', NULL),
	('O/2025:008', 2, 'SKU-012', NULL),
	('O/2025:008', 3, 'SKU-013', NULL),
	('O/2025:010', 1, 'SKU-014', NULL),
	('O/2025:010', 2, 'SKU-015', NULL),
	('O/2025:010', 3, 'SKU-016', NULL),
	('O/2025:012', 1, 'SKU-017', NULL),
	('O/2025:012', 2, 'SKU-018', NULL),
	('O/2025:012', 3, 'SKU-019', NULL),
	('O/2025:014', 1, 'SKU-020', NULL),
	('O/2025:014', 2, 'SKU-021', NULL),
	('O/2025:014', 3, 'SKU-022', NULL),
	('O/2026:001', 1, 'SKU-023', NULL),
	('O/2026:001', 2, 'SKU-024', NULL),
	('O/2026:001', 3, 'SKU-001', NULL),
	('O/2026:003', 1, 'SKU-002', NULL),
	('O/2026:003', 2, 'SKU-003', NULL),
	('O/2026:003', 3, 'SKU-004', NULL),
	('O/2026:005', 1, 'SKU-005', NULL),
	('O/2026:005', 2, 'SKU-006', NULL),
	('O/2026:005', 3, 'SKU-007', NULL),
	('O/2026:007', 1, 'SKU-008', NULL),
	('O/2026:007', 2, 'SKU-009', NULL),
	('O/2026:007', 3, 'SKU-010', NULL),
	('O/2026:009', 1, 'SKU-011', NULL),
	('O/2026:009', 2, 'SKU-012', NULL),
	('O/2026:009', 3, 'SKU-013', NULL),
	('O/2026:011', 1, 'SKU-014', NULL),
	('O/2026:011', 2, 'SKU-015', NULL),
	('O/2026:011', 3, 'SKU-016', NULL),
	('O/2026:013', 1, 'SKU-017', NULL),
	('O/2026:013', 2, 'SKU-018', NULL),
	('O/2026:013', 3, 'SKU-019', NULL),
	('O/2026:015', 1, 'SKU-020', NULL),
	('O/2026:015', 2, 'SKU-021', NULL),
	('O/2026:015', 3, 'SKU-022', NULL);


--
-- Data for Name: product; Type: TABLE DATA; Schema: public; Owner: v010_company
--

INSERT INTO public.product VALUES
	('SKU-001', 'Widget "1" \ Δ', 1.25),
	('SKU-002', 'Widget "2" \ Δ', 2.50),
	('SKU-003', 'Widget "3" \ Δ', 3.75),
	('SKU-004', 'Widget "4" \ Δ', 5.00),
	('SKU-005', 'Widget "5" \ Δ', 6.25),
	('SKU-006', 'Widget "6" \ Δ', 7.50),
	('SKU-007', 'Widget "7" \ Δ', 8.75),
	('SKU-008', 'Widget "8" \ Δ', 10.00),
	('SKU-009', 'Widget "9" \ Δ', 11.25),
	('SKU-010', 'Widget "10" \ Δ', 12.50),
	('SKU-011', 'Widget "11" \ Δ', 13.75),
	('SKU-012', 'Widget "12" \ Δ', 15.00),
	('SKU-013', 'Widget "13" \ Δ', 16.25),
	('SKU-014', 'Widget "14" \ Δ', 17.50),
	('SKU-015', 'Widget "15" \ Δ', 18.75),
	('SKU-016', 'Widget "16" \ Δ', 20.00),
	('SKU-017', 'Widget "17" \ Δ', 21.25),
	('SKU-018', 'Widget "18" \ Δ', 22.50),
	('SKU-019', 'Widget "19" \ Δ', 23.75),
	('SKU-020', 'Widget "20" \ Δ', 25.00),
	('SKU-021', 'Widget "21" \ Δ', 26.25),
	('SKU-022', 'Widget "22" \ Δ', 27.50),
	('SKU-023', 'Widget "23" \ Δ', 28.75),
	('SKU-024', 'Widget "24" \ Δ', 30.00);


--
-- Data for Name: supplier; Type: TABLE DATA; Schema: public; Owner: v010_company
--

INSERT INTO public.supplier VALUES
	(1, 'SUPA', 'Supplier 1', 'active'),
	(2, 'SUPB', 'Supplier 2', 'active'),
	(3, 'SUPC', 'Supplier 3', 'active'),
	(4, 'SUPD', 'Supplier 4', 'active'),
	(5, 'SUPE', 'Supplier 5', 'active'),
	(6, 'SUPF', 'Supplier 6', 'active'),
	(7, 'SUPG', 'Supplier 7', 'active'),
	(8, 'SUPH', 'Supplier 8', 'active'),
	(9, 'SUPI', 'Supplier 9', 'active'),
	(10, 'SUPJ', 'Supplier 10', 'active'),
	(11, 'SUPK', 'Supplier 11', 'active'),
	(12, 'SUPL', 'Supplier 12', 'active');


--
-- Name: birth_admission_permit_permit_id_seq; Type: SEQUENCE SET; Schema: birth; Owner: birth_owner
--

SELECT pg_catalog.setval('birth.birth_admission_permit_permit_id_seq', 3, true);


--
-- Name: birth_backfill_ledger_ledger_id_seq; Type: SEQUENCE SET; Schema: birth; Owner: birth_owner
--

SELECT pg_catalog.setval('birth.birth_backfill_ledger_ledger_id_seq', 6, true);


--
-- Name: birth_backfill_run_run_id_seq; Type: SEQUENCE SET; Schema: birth; Owner: birth_owner
--

SELECT pg_catalog.setval('birth.birth_backfill_run_run_id_seq', 3, true);


--
-- Name: trigger_guard_alerts_alert_id_seq; Type: SEQUENCE SET; Schema: birth; Owner: birth_owner
--

SELECT pg_catalog.setval('birth.trigger_guard_alerts_alert_id_seq', 1, false);


--
-- Name: customer_id_seq; Type: SEQUENCE SET; Schema: public; Owner: v010_company
--

SELECT pg_catalog.setval('public.customer_id_seq', 30, true);


--
-- Name: birth_admission_budget birth_admission_budget_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_admission_budget
    ADD CONSTRAINT birth_admission_budget_pkey PRIMARY KEY (permit_id);


--
-- Name: birth_admission_permit birth_admission_permit_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_admission_permit
    ADD CONSTRAINT birth_admission_permit_pkey PRIMARY KEY (permit_id);


--
-- Name: birth_backfill_batch birth_backfill_batch_ledger_id_seq_from_key; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_batch
    ADD CONSTRAINT birth_backfill_batch_ledger_id_seq_from_key UNIQUE (ledger_id, seq_from);


--
-- Name: birth_backfill_batch birth_backfill_batch_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_batch
    ADD CONSTRAINT birth_backfill_batch_pkey PRIMARY KEY (ledger_id, epoch);


--
-- Name: birth_backfill_certificate birth_backfill_certificate_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_certificate
    ADD CONSTRAINT birth_backfill_certificate_pkey PRIMARY KEY (run_id);


--
-- Name: birth_backfill_control birth_backfill_control_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_control
    ADD CONSTRAINT birth_backfill_control_pkey PRIMARY KEY (run_id);


--
-- Name: birth_backfill_item birth_backfill_item_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_item
    ADD CONSTRAINT birth_backfill_item_pkey PRIMARY KEY (ledger_id, seq);


--
-- Name: birth_backfill_ledger birth_backfill_ledger_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_ledger
    ADD CONSTRAINT birth_backfill_ledger_pkey PRIMARY KEY (ledger_id);


--
-- Name: birth_backfill_ledger birth_backfill_ledger_run_id_collection_name_key; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_ledger
    ADD CONSTRAINT birth_backfill_ledger_run_id_collection_name_key UNIQUE (run_id, collection_name);


--
-- Name: birth_backfill_look birth_backfill_look_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_look
    ADD CONSTRAINT birth_backfill_look_pkey PRIMARY KEY (run_id);


--
-- Name: birth_backfill_quarantine birth_backfill_quarantine_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_quarantine
    ADD CONSTRAINT birth_backfill_quarantine_pkey PRIMARY KEY (ledger_id, seq);


--
-- Name: birth_backfill_run birth_backfill_run_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_run
    ADD CONSTRAINT birth_backfill_run_pkey PRIMARY KEY (run_id);


--
-- Name: birth_backfill_worker birth_backfill_worker_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_worker
    ADD CONSTRAINT birth_backfill_worker_pkey PRIMARY KEY (run_id, backend_pid);


--
-- Name: birth_collection_place birth_collection_place_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_collection_place
    ADD CONSTRAINT birth_collection_place_pkey PRIMARY KEY (collection_name);


--
-- Name: birth_collection_place birth_collection_place_table_schema_table_name_key; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_collection_place
    ADD CONSTRAINT birth_collection_place_table_schema_table_name_key UNIQUE (table_schema, table_name);


--
-- Name: birth_evidence_claim birth_evidence_claim_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_evidence_claim
    ADD CONSTRAINT birth_evidence_claim_pkey PRIMARY KEY (claim);


--
-- Name: birth_gateway_binding birth_gateway_binding_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_gateway_binding
    ADD CONSTRAINT birth_gateway_binding_pkey PRIMARY KEY (parameter);


--
-- Name: birth_gateway_function birth_gateway_function_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_gateway_function
    ADD CONSTRAINT birth_gateway_function_pkey PRIMARY KEY (only_row);


--
-- Name: birth_identity_history birth_identity_history_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_identity_history
    ADD CONSTRAINT birth_identity_history_pkey PRIMARY KEY (collection_name, version);


--
-- Name: birth_identity birth_identity_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_identity
    ADD CONSTRAINT birth_identity_pkey PRIMARY KEY (collection_name);


--
-- Name: birth_ledger_event birth_ledger_event_hash_key; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_ledger_event
    ADD CONSTRAINT birth_ledger_event_hash_key UNIQUE (hash);


--
-- Name: birth_ledger_event birth_ledger_event_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_ledger_event
    ADD CONSTRAINT birth_ledger_event_pkey PRIMARY KEY (seq);


--
-- Name: birth_ledger_event birth_ledger_event_prev_key; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_ledger_event
    ADD CONSTRAINT birth_ledger_event_prev_key UNIQUE (prev);


--
-- Name: birth_ledger_head birth_ledger_head_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_ledger_head
    ADD CONSTRAINT birth_ledger_head_pkey PRIMARY KEY (only_row);


--
-- Name: birth_migration birth_migration_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_migration
    ADD CONSTRAINT birth_migration_pkey PRIMARY KEY (name);


--
-- Name: birth_person_login birth_person_login_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_person_login
    ADD CONSTRAINT birth_person_login_pkey PRIMARY KEY (login);


--
-- Name: birth_policy birth_policy_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_policy
    ADD CONSTRAINT birth_policy_pkey PRIMARY KEY (collection_name);


--
-- Name: birth_registry birth_registry_entity_code_key; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_registry
    ADD CONSTRAINT birth_registry_entity_code_key UNIQUE (entity_code);


--
-- Name: birth_setting birth_setting_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_setting
    ADD CONSTRAINT birth_setting_pkey PRIMARY KEY (name);


--
-- Name: collection_registry collection_registry_code_key; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.collection_registry
    ADD CONSTRAINT collection_registry_code_key UNIQUE (code);


--
-- Name: collection_registry collection_registry_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.collection_registry
    ADD CONSTRAINT collection_registry_pkey PRIMARY KEY (collection_name);


--
-- Name: trigger_guard_alerts trigger_guard_alerts_pkey; Type: CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.trigger_guard_alerts
    ADD CONSTRAINT trigger_guard_alerts_pkey PRIMARY KEY (alert_id);


--
-- Name: country country_name_key; Type: CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.country
    ADD CONSTRAINT country_name_key UNIQUE (name);


--
-- Name: country country_pkey; Type: CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.country
    ADD CONSTRAINT country_pkey PRIMARY KEY (iso);


--
-- Name: customer customer_number_key; Type: CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_number_key UNIQUE (number);


--
-- Name: customer customer_pkey; Type: CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (id);


--
-- Name: order_line order_line_pkey; Type: CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT order_line_pkey PRIMARY KEY ("order", line);


--
-- Name: order order_pkey; Type: CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public."order"
    ADD CONSTRAINT order_pkey PRIMARY KEY (number);


--
-- Name: product product_pkey; Type: CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (sku);


--
-- Name: supplier supplier_code_key; Type: CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.supplier
    ADD CONSTRAINT supplier_code_key UNIQUE (code);


--
-- Name: supplier supplier_pkey; Type: CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.supplier
    ADD CONSTRAINT supplier_pkey PRIMARY KEY (id);


--
-- Name: birth_gateway_binding_value_idx; Type: INDEX; Schema: birth; Owner: birth_owner
--

CREATE UNIQUE INDEX birth_gateway_binding_value_idx ON birth.birth_gateway_binding USING btree (value) WHERE (value <> 'constant'::text);


--
-- Name: birth_person_login birth_person_noted; Type: TRIGGER; Schema: birth; Owner: birth_owner
--

CREATE TRIGGER birth_person_noted AFTER INSERT OR DELETE OR UPDATE ON birth.birth_person_login FOR EACH ROW EXECUTE FUNCTION birth.birth_person_noted();


--
-- Name: country trg_birth_gateway; Type: TRIGGER; Schema: public; Owner: v010_company
--

CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.country FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('country');


--
-- Name: customer trg_birth_gateway; Type: TRIGGER; Schema: public; Owner: v010_company
--

CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.customer FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('customer');


--
-- Name: memo trg_birth_gateway; Type: TRIGGER; Schema: public; Owner: v010_company
--

CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.memo FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('memo');


--
-- Name: order trg_birth_gateway; Type: TRIGGER; Schema: public; Owner: v010_company
--

CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public."order" FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('order');


--
-- Name: order_line trg_birth_gateway; Type: TRIGGER; Schema: public; Owner: v010_company
--

CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.order_line FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('order_line');


--
-- Name: product trg_birth_gateway; Type: TRIGGER; Schema: public; Owner: v010_company
--

CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.product FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('product');


--
-- Name: supplier trg_birth_gateway; Type: TRIGGER; Schema: public; Owner: v010_company
--

CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.supplier FOR EACH ROW EXECUTE FUNCTION birth.fn_birth_gateway('supplier');


--
-- Name: birth_admission_budget birth_admission_budget_permit_id_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_admission_budget
    ADD CONSTRAINT birth_admission_budget_permit_id_fkey FOREIGN KEY (permit_id) REFERENCES birth.birth_admission_permit(permit_id);


--
-- Name: birth_backfill_batch birth_backfill_batch_ledger_id_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_batch
    ADD CONSTRAINT birth_backfill_batch_ledger_id_fkey FOREIGN KEY (ledger_id) REFERENCES birth.birth_backfill_ledger(ledger_id);


--
-- Name: birth_backfill_batch birth_backfill_batch_permit_id_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_batch
    ADD CONSTRAINT birth_backfill_batch_permit_id_fkey FOREIGN KEY (permit_id) REFERENCES birth.birth_admission_permit(permit_id);


--
-- Name: birth_backfill_certificate birth_backfill_certificate_run_id_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_certificate
    ADD CONSTRAINT birth_backfill_certificate_run_id_fkey FOREIGN KEY (run_id) REFERENCES birth.birth_backfill_run(run_id);


--
-- Name: birth_backfill_control birth_backfill_control_run_id_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_control
    ADD CONSTRAINT birth_backfill_control_run_id_fkey FOREIGN KEY (run_id) REFERENCES birth.birth_backfill_run(run_id);


--
-- Name: birth_backfill_ledger birth_backfill_ledger_run_id_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_ledger
    ADD CONSTRAINT birth_backfill_ledger_run_id_fkey FOREIGN KEY (run_id) REFERENCES birth.birth_backfill_run(run_id);


--
-- Name: birth_backfill_look birth_backfill_look_run_id_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_look
    ADD CONSTRAINT birth_backfill_look_run_id_fkey FOREIGN KEY (run_id) REFERENCES birth.birth_backfill_run(run_id);


--
-- Name: birth_backfill_quarantine birth_backfill_quarantine_ledger_id_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_quarantine
    ADD CONSTRAINT birth_backfill_quarantine_ledger_id_fkey FOREIGN KEY (ledger_id) REFERENCES birth.birth_backfill_ledger(ledger_id);


--
-- Name: birth_backfill_run birth_backfill_run_superseded_by_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_run
    ADD CONSTRAINT birth_backfill_run_superseded_by_fkey FOREIGN KEY (superseded_by) REFERENCES birth.birth_backfill_run(run_id);


--
-- Name: birth_backfill_worker birth_backfill_worker_run_id_fkey; Type: FK CONSTRAINT; Schema: birth; Owner: birth_owner
--

ALTER TABLE ONLY birth.birth_backfill_worker
    ADD CONSTRAINT birth_backfill_worker_run_id_fkey FOREIGN KEY (run_id) REFERENCES birth.birth_backfill_run(run_id);


--
-- Name: order order_customer_fkey; Type: FK CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public."order"
    ADD CONSTRAINT order_customer_fkey FOREIGN KEY (customer) REFERENCES public.customer(id);


--
-- Name: order_line order_line_order_fkey; Type: FK CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT order_line_order_fkey FOREIGN KEY ("order") REFERENCES public."order"(number);


--
-- Name: order_line order_line_product_fkey; Type: FK CONSTRAINT; Schema: public; Owner: v010_company
--

ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT order_line_product_fkey FOREIGN KEY (product) REFERENCES public.product(sku);


--
-- Name: SCHEMA birth; Type: ACL; Schema: -; Owner: birth_owner
--

GRANT USAGE ON SCHEMA birth TO birth_reader;


--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: v010_company
--

GRANT USAGE ON SCHEMA public TO birth_owner;
GRANT USAGE ON SCHEMA public TO birth_reader;


--
-- Name: FUNCTION birth_accounting(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_accounting(p_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_accounting(p_run bigint) TO birth_reader;


--
-- Name: FUNCTION birth_actor(p_group text, p_action text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_actor(p_group text, p_action text) FROM PUBLIC;


--
-- Name: FUNCTION birth_audit(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_audit() FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_audit() TO birth_reader;


--
-- Name: FUNCTION birth_audit_lends(p_function pg_proc); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_audit_lends(p_function pg_proc) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_audit_lends(p_function pg_proc) TO birth_reader;


--
-- Name: FUNCTION birth_audit_parameters(p_roles oid[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_audit_parameters(p_roles oid[]) FROM PUBLIC;


--
-- Name: FUNCTION birth_audit_roles(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_audit_roles() FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_audit_roles() TO birth_reader;


--
-- Name: FUNCTION birth_audit_trust(p_embedded boolean); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_audit_trust(p_embedded boolean) FROM PUBLIC;


--
-- Name: FUNCTION birth_backfill_apply_batch(p_ledger_id bigint, p_epoch bigint, p_rows integer, p_next integer, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint, OUT next jsonb); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_apply_batch(p_ledger_id bigint, p_epoch bigint, p_rows integer, p_next integer, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint, OUT next jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_apply_batch(p_ledger_id bigint, p_epoch bigint, p_rows integer, p_next integer, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint, OUT next jsonb) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_begin(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_begin(p_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_begin(p_run bigint) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_certify(p_run bigint, p_digest text, p_note text, OUT chain_seq bigint, OUT chain_hash text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_certify(p_run bigint, p_digest text, p_note text, OUT chain_seq bigint, OUT chain_hash text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_certify(p_run bigint, p_digest text, p_note text, OUT chain_seq bigint, OUT chain_hash text) TO birth_reviewer;


--
-- Name: FUNCTION birth_backfill_claim(p_run bigint, p_rows integer, OUT verdict text, OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint, OUT batch_size integer); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_claim(p_run bigint, p_rows integer, OUT verdict text, OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint, OUT batch_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_claim(p_run bigint, p_rows integer, OUT verdict text, OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint, OUT batch_size integer) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_facts(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_facts(p_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_facts(p_run bigint) TO birth_reader;


--
-- Name: FUNCTION birth_backfill_finish(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_finish(p_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_finish(p_run bigint) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_heartbeat(p_ledger_id bigint, p_epoch bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_heartbeat(p_ledger_id bigint, p_epoch bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_heartbeat(p_ledger_id bigint, p_epoch bigint) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_held(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_held(p_run bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_backfill_insist(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_insist(p_run bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_backfill_is_watched(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_is_watched(p_run bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_backfill_look(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_look(p_run bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_backfill_obstacles(p_facts jsonb); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_obstacles(p_facts jsonb) FROM PUBLIC;


--
-- Name: FUNCTION birth_backfill_page(p_run bigint, p_after_ledger bigint, p_after_seq bigint, p_rows integer, p_like text, p_unlike boolean); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_page(p_run bigint, p_after_ledger bigint, p_after_seq bigint, p_rows integer, p_like text, p_unlike boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_page(p_run bigint, p_after_ledger bigint, p_after_seq bigint, p_rows integer, p_like text, p_unlike boolean) TO birth_reader;


--
-- Name: FUNCTION birth_backfill_plan(p_collections text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_plan(p_collections text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_plan(p_collections text[]) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_plan_entry(p_run bigint, p_collection text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_plan_entry(p_run bigint, p_collection text) FROM PUBLIC;


--
-- Name: FUNCTION birth_backfill_reconcile(p_run bigint, p_note text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_reconcile(p_run bigint, p_note text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_reconcile(p_run bigint, p_note text) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_recount(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_recount(p_run bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_backfill_report(p_run bigint, p_state text, p_reason text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_report(p_run bigint, p_state text, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_report(p_run bigint, p_state text, p_reason text) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_split(p_ledger_id bigint, p_epoch bigint, p_rows integer); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_split(p_ledger_id bigint, p_epoch bigint, p_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_split(p_ledger_id bigint, p_epoch bigint, p_rows integer) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_steer(p_run bigint, p_command text, p_batch_size integer, p_reason text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_steer(p_run bigint, p_command text, p_batch_size integer, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_backfill_steer(p_run bigint, p_command text, p_batch_size integer, p_reason text) TO birth_operator;


--
-- Name: FUNCTION birth_backfill_supersede(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_supersede(p_run bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_backfill_undisturbed(p_collections text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_backfill_undisturbed(p_collections text[]) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_alone(p_ledger_id bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_alone(p_ledger_id bigint) FROM PUBLIC;


--
-- Name: TABLE birth_backfill_ledger; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_ledger TO birth_reader;


--
-- Name: FUNCTION birth_batch_attempt(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_attempt(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint) FROM PUBLIC;


--
-- Name: TABLE birth_backfill_batch; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_batch TO birth_reader;


--
-- Name: FUNCTION birth_batch_claimed(p_ledger_id bigint, p_epoch bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_claimed(p_ledger_id bigint, p_epoch bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_count(p_collection text, p_origin text, p_codes text[], p_taken text[], OUT registered bigint, OUT existing bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_count(p_collection text, p_origin text, p_codes text[], p_taken text[], OUT registered bigint, OUT existing bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_open(p_ledger_id bigint, p_epoch bigint, p_from bigint, p_to bigint, p_person text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_open(p_ledger_id bigint, p_epoch bigint, p_from bigint, p_to bigint, p_person text) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_permit(p_entry birth.birth_backfill_ledger); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_permit(p_entry birth.birth_backfill_ledger) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_pins(p_entry birth.birth_backfill_ledger); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_pins(p_entry birth.birth_backfill_ledger) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_quarantine(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, p_codes text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_quarantine(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, p_codes text[]) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_read(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT codes text[], OUT source_keys text[], OUT births timestamp with time zone[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_read(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT codes text[], OUT source_keys text[], OUT births timestamp with time zone[]) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_register(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_register(p_entry birth.birth_backfill_ledger, p_from bigint, p_to bigint, OUT registered bigint, OUT existing bigint, OUT vanished bigint, OUT quarantined bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_run(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_run(p_run bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_spend(p_permit bigint, p_rows bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_spend(p_permit bigint, p_rows bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_take_over(p_run bigint, p_person text, OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_take_over(p_run bigint, p_person text, OUT ledger_id bigint, OUT epoch bigint, OUT seq_from bigint, OUT seq_to bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_writes(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_writes() FROM PUBLIC;


--
-- Name: FUNCTION birth_batch_written(p_before jsonb, p_collection text, p_registered bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_batch_written(p_before jsonb, p_collection text, p_registered bigint) FROM PUBLIC;


--
-- Name: FUNCTION birth_born_at(p_relid oid); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_born_at(p_relid oid) FROM PUBLIC;


--
-- Name: FUNCTION birth_certifiable(p_run bigint, p_evidence jsonb); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_certifiable(p_run bigint, p_evidence jsonb) FROM PUBLIC;


--
-- Name: FUNCTION birth_collection_statements(p_collection text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_collection_statements(p_collection text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_collection_statements(p_collection text) TO birth_reader;


--
-- Name: FUNCTION birth_collection_table(p_collection text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_collection_table(p_collection text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_collection_table(p_collection text) TO birth_reader;


--
-- Name: FUNCTION birth_collections(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_collections() FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_collections() TO birth_reader;


--
-- Name: FUNCTION birth_entry_statements(p_ledger_id bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_entry_statements(p_ledger_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_entry_statements(p_ledger_id bigint) TO birth_reader;


--
-- Name: FUNCTION birth_evidence_digest(p_evidence jsonb); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_evidence_digest(p_evidence jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_evidence_digest(p_evidence jsonb) TO birth_reader;


--
-- Name: FUNCTION birth_explaining(p_query text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_explaining(p_query text) FROM PUBLIC;


--
-- Name: FUNCTION birth_frozen_script_copes(p_collection text, p_relid oid); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_frozen_script_copes(p_collection text, p_relid oid) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_frozen_script_copes(p_collection text, p_relid oid) TO birth_reader;


--
-- Name: FUNCTION birth_full_xid(p_xid xid); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_full_xid(p_xid xid) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_full_xid(p_xid xid) TO birth_reader;


--
-- Name: FUNCTION birth_gateway_bind(p_signature text, p_binding jsonb); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_gateway_bind(p_signature text, p_binding jsonb) FROM PUBLIC;


--
-- Name: FUNCTION birth_gateway_fingerprint(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_gateway_fingerprint() FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_gateway_fingerprint() TO birth_reader;


--
-- Name: FUNCTION birth_gateway_functions(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_gateway_functions() FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_gateway_functions() TO birth_reader;


--
-- Name: FUNCTION birth_has_heirs(p_relid oid); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_has_heirs(p_relid oid) FROM PUBLIC;


--
-- Name: FUNCTION birth_identity_classify(p_collection text, p_strategy text, p_columns text[], p_seen_version integer, p_reason text, p_evidence jsonb); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_classify(p_collection text, p_strategy text, p_columns text[], p_seen_version integer, p_reason text, p_evidence jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_identity_classify(p_collection text, p_strategy text, p_columns text[], p_seen_version integer, p_reason text, p_evidence jsonb) TO birth_operator;


--
-- Name: FUNCTION birth_identity_count(p_relid oid, p_collection text, p_strategy text, p_columns text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_count(p_relid oid, p_collection text, p_strategy text, p_columns text[]) FROM PUBLIC;


--
-- Name: FUNCTION birth_identity_counted(p_rows bigint, p_codes bigint, p_distinct bigint, p_foreign bigint, p_longest integer); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_counted(p_rows bigint, p_codes bigint, p_distinct bigint, p_foreign bigint, p_longest integer) FROM PUBLIC;


--
-- Name: FUNCTION birth_identity_expression(p_relid oid, p_collection text, p_strategy text, p_columns text[], p_alias text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_expression(p_relid oid, p_collection text, p_strategy text, p_columns text[], p_alias text) FROM PUBLIC;


--
-- Name: FUNCTION birth_identity_holds(p_counted jsonb); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_holds(p_counted jsonb) FROM PUBLIC;


--
-- Name: FUNCTION birth_identity_import(p_collection text, p_strategy text, p_columns text[], p_reason text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_import(p_collection text, p_strategy text, p_columns text[], p_reason text) FROM PUBLIC;


--
-- Name: FUNCTION birth_identity_is_declared(p_relid oid, p_columns text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_is_declared(p_relid oid, p_columns text[]) FROM PUBLIC;


--
-- Name: FUNCTION birth_identity_next(p_collection text, p_version integer, p_seen_version integer); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_next(p_collection text, p_version integer, p_seen_version integer) FROM PUBLIC;


--
-- Name: FUNCTION birth_identity_text(p_relid oid, p_column text, p_alias text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_text(p_relid oid, p_column text, p_alias text) FROM PUBLIC;


--
-- Name: FUNCTION birth_identity_unclassify(p_collection text, p_seen_version integer, p_reason text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_unclassify(p_collection text, p_seen_version integer, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_identity_unclassify(p_collection text, p_seen_version integer, p_reason text) TO birth_operator;


--
-- Name: FUNCTION birth_identity_undo(p_collection text, p_seen_version integer, p_reason text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_identity_undo(p_collection text, p_seen_version integer, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_identity_undo(p_collection text, p_seen_version integer, p_reason text) TO birth_operator;


--
-- Name: FUNCTION birth_is_poison(p_state text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_is_poison(p_state text) FROM PUBLIC;


--
-- Name: FUNCTION birth_iso_text(p_stamp text, p_format text, p_known text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_iso_text(p_stamp text, p_format text, p_known text) FROM PUBLIC;


--
-- Name: FUNCTION birth_item_digest(p_ledger bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_item_digest(p_ledger bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_item_digest(p_ledger bigint) TO birth_reader;


--
-- Name: FUNCTION birth_lease(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_lease() FROM PUBLIC;


--
-- Name: FUNCTION birth_ledger_append(p_kind text, p_payload jsonb); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_ledger_append(p_kind text, p_payload jsonb) FROM PUBLIC;


--
-- Name: FUNCTION birth_ledger_field(p_value text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_ledger_field(p_value text) FROM PUBLIC;


--
-- Name: FUNCTION birth_load(p_run bigint, OUT replicas bigint, OUT replica_lag numeric, OUT replayed_bytes numeric, OUT lock_waits bigint, OUT wal_bytes numeric); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_load(p_run bigint, OUT replicas bigint, OUT replica_lag numeric, OUT replayed_bytes numeric, OUT lock_waits bigint, OUT wal_bytes numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_load(p_run bigint, OUT replicas bigint, OUT replica_lag numeric, OUT replayed_bytes numeric, OUT lock_waits bigint, OUT wal_bytes numeric) TO birth_operator;


--
-- Name: FUNCTION birth_locator(p_relid oid, p_columns text[], OUT locator text[], OUT indexed boolean); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_locator(p_relid oid, p_columns text[], OUT locator text[], OUT indexed boolean) FROM PUBLIC;


--
-- Name: FUNCTION birth_locator_parts(p_relid oid, p_locator text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_locator_parts(p_relid oid, p_locator text[]) FROM PUBLIC;


--
-- Name: FUNCTION birth_participants(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_participants(p_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_participants(p_run bigint) TO birth_reader;


--
-- Name: FUNCTION birth_permit_close(p_permit bigint, p_reason text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_permit_close(p_permit bigint, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_permit_close(p_permit bigint, p_reason text) TO birth_gatekeeper;


--
-- Name: FUNCTION birth_permit_for(p_collection text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_permit_for(p_collection text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_permit_for(p_collection text) TO birth_reader;


--
-- Name: FUNCTION birth_permit_open(p_budget bigint, p_lifetime interval, p_reason text, p_collections text[], p_expect_gateway text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_permit_open(p_budget bigint, p_lifetime interval, p_reason text, p_collections text[], p_expect_gateway text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_permit_open(p_budget bigint, p_lifetime interval, p_reason text, p_collections text[], p_expect_gateway text) TO birth_gatekeeper;


--
-- Name: FUNCTION birth_person_noted(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_person_noted() FROM PUBLIC;


--
-- Name: FUNCTION birth_plan_affordable(p_collection text, p_query text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_plan_affordable(p_collection text, p_query text) FROM PUBLIC;


--
-- Name: FUNCTION birth_plan_by_join(p_missing text, p_counted text, p_taken text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_plan_by_join(p_missing text, p_counted text, p_taken text) FROM PUBLIC;


--
-- Name: FUNCTION birth_plan_in_windows(p_relid oid, p_collection text, p_expression text, p_locator text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_plan_in_windows(p_relid oid, p_collection text, p_expression text, p_locator text[]) FROM PUBLIC;


--
-- Name: FUNCTION birth_plan_reads(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean, OUT missing text, OUT counted text, OUT taken text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_plan_reads(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean, OUT missing text, OUT counted text, OUT taken text) FROM PUBLIC;


--
-- Name: FUNCTION birth_plan_text(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_plan_text(p_relid oid, p_collection text, p_expression text, p_locator text[], p_declared boolean) FROM PUBLIC;


--
-- Name: FUNCTION birth_policy_set(p_collection text, p_requirement text, p_reason text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_policy_set(p_collection text, p_requirement text, p_reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_policy_set(p_collection text, p_requirement text, p_reason text) TO birth_gatekeeper;


--
-- Name: FUNCTION birth_read_statement(p_entry birth.birth_backfill_ledger); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_read_statement(p_entry birth.birth_backfill_ledger) FROM PUBLIC;


--
-- Name: FUNCTION birth_readiness(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_readiness() FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_readiness() TO birth_reader;


--
-- Name: FUNCTION birth_reading(p_query text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_reading(p_query text) FROM PUBLIC;


--
-- Name: FUNCTION birth_recount_statement(p_entry birth.birth_backfill_ledger); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_recount_statement(p_entry birth.birth_backfill_ledger) FROM PUBLIC;


--
-- Name: FUNCTION birth_refuse(p_state text, p_code text, p_message text, p_evidence jsonb, p_hint text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_refuse(p_state text, p_code text, p_message text, p_evidence jsonb, p_hint text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_refuse(p_state text, p_code text, p_message text, p_evidence jsonb, p_hint text) TO birth_reader;


--
-- Name: FUNCTION birth_register_call(p_collection text, p_origin text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_register_call(p_collection text, p_origin text) FROM PUBLIC;


--
-- Name: FUNCTION birth_register_function(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_register_function() FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_register_function() TO birth_reader;


--
-- Name: FUNCTION birth_register_statement(p_entry birth.birth_backfill_ledger); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_register_statement(p_entry birth.birth_backfill_ledger) FROM PUBLIC;


--
-- Name: FUNCTION birth_registry_probe(p_codes text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_registry_probe(p_codes text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_registry_probe(p_codes text[]) TO birth_reader;


--
-- Name: FUNCTION birth_remedies(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_remedies() FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_remedies() TO birth_reader;


--
-- Name: FUNCTION birth_resolvable(p_relid oid, p_strategy text, p_missing_columns text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_resolvable(p_relid oid, p_strategy text, p_missing_columns text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_resolvable(p_relid oid, p_strategy text, p_missing_columns text[]) TO birth_reader;


--
-- Name: FUNCTION birth_run_evidence(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_run_evidence(p_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_run_evidence(p_run bigint) TO birth_reader;


--
-- Name: FUNCTION birth_since_plan(p_run bigint); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_since_plan(p_run bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_since_plan(p_run bigint) TO birth_reader;


--
-- Name: FUNCTION birth_trigger_fingerprint(p_relid oid); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_trigger_fingerprint(p_relid oid) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_trigger_fingerprint(p_relid oid) TO birth_reader;


--
-- Name: FUNCTION birth_window(p_codes text[], p_keys text[]); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_window(p_codes text[], p_keys text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_window(p_codes text[], p_keys text[]) TO birth_reader;


--
-- Name: FUNCTION birth_windowed(p_relid oid); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_windowed(p_relid oid) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_windowed(p_relid oid) TO birth_reader;


--
-- Name: FUNCTION birth_windows(p_query text); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.birth_windows(p_query text) FROM PUBLIC;
GRANT ALL ON FUNCTION birth.birth_windows(p_query text) TO birth_reader;


--
-- Name: FUNCTION fn_birth_gateway(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.fn_birth_gateway() FROM PUBLIC;


--
-- Name: FUNCTION fn_birth_register(p_collection_name text, p_entity_code text, p_born_at timestamp with time zone, p_dot_origin text, p_dry_run boolean); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.fn_birth_register(p_collection_name text, p_entity_code text, p_born_at timestamp with time zone, p_dot_origin text, p_dry_run boolean) FROM PUBLIC;


--
-- Name: FUNCTION fn_trigger_guard(); Type: ACL; Schema: birth; Owner: birth_owner
--

REVOKE ALL ON FUNCTION birth.fn_trigger_guard() FROM PUBLIC;


--
-- Name: FUNCTION pg_hba_file_rules(OUT line_number integer, OUT type text, OUT database text[], OUT user_name text[], OUT address text, OUT netmask text, OUT auth_method text, OUT options text[], OUT error text); Type: ACL; Schema: pg_catalog; Owner: postgres
--

GRANT ALL ON FUNCTION pg_catalog.pg_hba_file_rules() TO birth_owner;


--
-- Name: TABLE birth_admission_budget; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_admission_budget TO birth_reader;


--
-- Name: TABLE birth_admission_permit; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_admission_permit TO birth_reader;


--
-- Name: TABLE birth_backfill_certificate; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_certificate TO birth_reader;


--
-- Name: TABLE birth_backfill_control; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_control TO birth_reader;


--
-- Name: TABLE birth_backfill_fence; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_fence TO birth_reader;


--
-- Name: TABLE birth_backfill_item; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_item TO birth_reader;


--
-- Name: TABLE birth_backfill_look; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_look TO birth_reader;


--
-- Name: TABLE birth_backfill_quarantine; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_quarantine TO birth_reader;


--
-- Name: TABLE birth_backfill_run; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_run TO birth_reader;


--
-- Name: TABLE birth_backfill_worker; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_backfill_worker TO birth_reader;


--
-- Name: TABLE birth_collection_place; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_collection_place TO birth_reader;


--
-- Name: TABLE birth_evidence_claim; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_evidence_claim TO birth_reader;


--
-- Name: TABLE birth_gateway_binding; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_gateway_binding TO birth_reader;


--
-- Name: TABLE birth_gateway_function; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_gateway_function TO birth_reader;


--
-- Name: TABLE birth_identity; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_identity TO birth_reader;


--
-- Name: TABLE birth_identity_history; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_identity_history TO birth_reader;


--
-- Name: TABLE birth_ledger_event; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_ledger_event TO birth_reader;


--
-- Name: TABLE birth_ledger_head; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_ledger_head TO birth_reader;


--
-- Name: TABLE birth_migration; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_migration TO birth_reader;


--
-- Name: TABLE birth_person_login; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_person_login TO birth_reader;


--
-- Name: TABLE birth_policy; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_policy TO birth_reader;


--
-- Name: TABLE birth_registry; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_registry TO birth_reader;


--
-- Name: TABLE birth_setting; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.birth_setting TO birth_reader;


--
-- Name: TABLE collection_registry; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.collection_registry TO birth_reader;


--
-- Name: TABLE trigger_guard_alerts; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.trigger_guard_alerts TO birth_reader;


--
-- Name: TABLE v_birth_stage2_qt001_readiness_dashboard; Type: ACL; Schema: birth; Owner: birth_owner
--

GRANT SELECT ON TABLE birth.v_birth_stage2_qt001_readiness_dashboard TO birth_reader;


--
-- Name: TABLE pg_hba_file_rules; Type: ACL; Schema: pg_catalog; Owner: postgres
--

GRANT SELECT ON TABLE pg_catalog.pg_hba_file_rules TO birth_owner;


--
-- Name: TABLE change_log; Type: ACL; Schema: public; Owner: v010_company
--

GRANT SELECT ON TABLE public.change_log TO birth_owner;
GRANT SELECT ON TABLE public.change_log TO birth_reader;


--
-- Name: TABLE country; Type: ACL; Schema: public; Owner: v010_company
--

GRANT SELECT ON TABLE public.country TO birth_owner;
GRANT SELECT ON TABLE public.country TO birth_reader;


--
-- Name: TABLE customer; Type: ACL; Schema: public; Owner: v010_company
--

GRANT SELECT ON TABLE public.customer TO birth_owner;
GRANT SELECT ON TABLE public.customer TO birth_reader;


--
-- Name: TABLE memo; Type: ACL; Schema: public; Owner: v010_company
--

GRANT SELECT ON TABLE public.memo TO birth_owner;
GRANT SELECT ON TABLE public.memo TO birth_reader;


--
-- Name: TABLE "order"; Type: ACL; Schema: public; Owner: v010_company
--

GRANT SELECT ON TABLE public."order" TO birth_owner;
GRANT SELECT ON TABLE public."order" TO birth_reader;


--
-- Name: TABLE order_line; Type: ACL; Schema: public; Owner: v010_company
--

GRANT SELECT ON TABLE public.order_line TO birth_owner;
GRANT SELECT ON TABLE public.order_line TO birth_reader;


--
-- Name: TABLE product; Type: ACL; Schema: public; Owner: v010_company
--

GRANT SELECT ON TABLE public.product TO birth_owner;
GRANT SELECT ON TABLE public.product TO birth_reader;


--
-- Name: TABLE supplier; Type: ACL; Schema: public; Owner: v010_company
--

GRANT SELECT ON TABLE public.supplier TO birth_owner;
GRANT SELECT ON TABLE public.supplier TO birth_reader;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: birth_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;


--
-- Name: evt_trigger_guard_ddl; Type: EVENT TRIGGER; Schema: -; Owner: postgres
--

CREATE EVENT TRIGGER evt_trigger_guard_ddl ON ddl_command_end
         WHEN TAG IN ('CREATE TRIGGER', 'ALTER TRIGGER', 'ALTER TABLE')
   EXECUTE FUNCTION birth.fn_trigger_guard();



--
-- Name: evt_trigger_guard_drop; Type: EVENT TRIGGER; Schema: -; Owner: postgres
--

CREATE EVENT TRIGGER evt_trigger_guard_drop ON sql_drop
   EXECUTE FUNCTION birth.fn_trigger_guard();



--
-- PostgreSQL database dump complete
--


