-- What stops something never waits for those whom it stops. Who holds the head of the chain, or a permit, in a
-- transaction that was left open holds up all others: that session is ended, as long as it is one of a person of this
-- console.

-- Sessions of this database that hold a lock on a table of ours, mere readers apart, and do not themselves wait for
-- another of them. `transaction` tells one transaction of a session from its next one.
CREATE OR REPLACE FUNCTION {S}._birth_lock_holders(p_table text)
RETURNS TABLE (pid integer, login text, transaction text, is_known boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH holder AS MATERIALIZED (
        SELECT DISTINCT l.pid, l.virtualtransaction FROM pg_locks AS l
        WHERE l.locktype = 'relation' AND l.granted AND l.mode <> 'AccessShareLock' AND l.pid <> pg_backend_pid()
          AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
          AND l.relation = format('%I.%I', {s}, p_table)::regclass
    )
    SELECT h.pid, a.usename::text, h.virtualtransaction,
        EXISTS (SELECT FROM {S}.birth_person_login AS p WHERE p.login = a.usename)
    FROM holder AS h JOIN pg_stat_activity AS a ON a.pid = h.pid AND a.datname = current_database()
    WHERE NOT EXISTS (SELECT FROM unnest(pg_blocking_pids(h.pid)) AS b JOIN holder AS o ON o.pid = b)
$body$;
COMMENT ON FUNCTION {S}._birth_lock_holders(text) IS
    'Sessions that hold a lock on a table of this schema and do not wait for another of them. Private.';

-- End sessions of people of this console, and say so: to the caller as notices, and in the chain. Who may not end them
-- leaves them; the caller waits for a lock then, and is told who holds it.
CREATE OR REPLACE FUNCTION {S}._birth_sessions_end(p_sessions integer[], p_why text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_session record;
    v_done boolean;
    v_ended jsonb := '[]'::jsonb;
BEGIN
    FOR v_session IN SELECT a.pid, a.usename::text AS login FROM pg_stat_activity AS a
        WHERE a.pid = ANY (p_sessions) AND a.pid <> pg_backend_pid() AND a.datname = current_database()
          AND EXISTS (SELECT FROM {S}.birth_person_login AS p WHERE p.login = a.usename)
    LOOP
        BEGIN
            v_done := pg_terminate_backend(v_session.pid, 5000);
        EXCEPTION WHEN insufficient_privilege THEN
            v_done := false;
        END;
        IF v_done THEN
            RAISE NOTICE 'ended session % of %', v_session.pid, v_session.login;
            v_ended := v_ended || to_jsonb(v_session);
        END IF;
    END LOOP;
    IF v_ended <> '[]' THEN
        PERFORM {S}.birth_ledger_append('sessions_ended', jsonb_build_object('sessions', v_ended, 'why', p_why));
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_sessions_end(integer[], text) IS
    'Ends sessions of people of this console where the server allows it, and records that. Private.';

-- Clear the head of the chain: a session that holds it commits within moments; after two seconds it is ended.
CREATE OR REPLACE FUNCTION {S}._birth_brake(p_why text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_first text[] := ARRAY(SELECT h.transaction FROM {S}._birth_lock_holders('birth_ledger_head') AS h);
    v_until timestamptz := clock_timestamp() + interval '2 seconds';
    v_left integer[];
BEGIN
    LOOP
        PERFORM pg_stat_clear_snapshot();
        v_left := ARRAY(SELECT h.pid FROM {S}._birth_lock_holders('birth_ledger_head') AS h
            WHERE h.transaction = ANY (v_first) AND h.is_known);
        EXIT WHEN v_left = '{{}}' OR clock_timestamp() > v_until;
        PERFORM pg_sleep(0.05);
    END LOOP;
    PERFORM {S}._birth_sessions_end(v_left, p_why);
END
$body$;
COMMENT ON FUNCTION {S}._birth_brake(text) IS
    'Ends sessions that hold the head of the chain for more than two seconds. Private.';

-- The same for a login that is retired: every session of it that holds a lock on anything of ours, at once.
CREATE OR REPLACE FUNCTION {S}._birth_brake_login(p_login text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    PERFORM {S}._birth_sessions_end(ARRAY(
        SELECT DISTINCT l.pid
        FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid JOIN pg_class AS c ON c.oid = l.relation
        WHERE a.usename = p_login AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock'
          AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
          AND c.relnamespace = (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s})),
        format('%s is retired', p_login));
    PERFORM {S}._birth_brake(format('%s is retired', p_login));
END
$body$;
COMMENT ON FUNCTION {S}._birth_brake_login(text) IS
    'Ends sessions of a login that hold locks on tables of this schema, and sessions that hold the head of the chain. '
    'Private.';
