-- needs: trust/audit_hba
-- What the server is set to, as far as it matters here, read apart from its judgement.
CREATE OR REPLACE FUNCTION {S}._birth_server_facts() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT jsonb_object_agg(s.name, s.reset_val) || jsonb_build_object(
        'embedded', EXISTS (SELECT FROM {S}.birth_setting WHERE name = 'embedded'),
        'hba', {S}._birth_hba_rules(),
        'notification_queue', round(pg_notification_queue_usage()::numeric, 3),
        'prepared', (
            SELECT jsonb_agg(jsonb_build_object('transaction', x.gid, 'owner', x.owner, 'since', x.prepared))
            FROM pg_prepared_xacts AS x WHERE x.database = current_database()))
    FROM pg_settings AS s
    WHERE s.name IN ('ssl', 'listen_addresses', 'password_encryption', 'fsync', 'full_page_writes',
        'synchronous_commit', 'data_checksums', 'max_prepared_transactions', 'log_statement',
        'log_min_duration_statement', 'log_min_duration_sample', 'log_transaction_sample_rate')
$body$;
COMMENT ON FUNCTION {S}._birth_server_facts() IS
    'The server''s settings and pg_hba rules that matter here. Private.';

-- The judgement of such facts. The embedded server is the demo's: it gives up durability for speed.
CREATE OR REPLACE FUNCTION {S}._birth_server_verdicts(p_facts jsonb)
RETURNS TABLE (id text, title text, verdict text, evidence jsonb, hint text)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH fact AS MATERIALIZED (
        SELECT (p_facts ->> 'embedded')::boolean AS is_embedded,
            -- Only on this machine: what pg_hba.conf says of others reaches no client.
            p_facts ->> 'listen_addresses' ~ '^\s*((localhost|127\.[0-9.]+|::1)?\s*,?\s*)*$' AS is_alone
    ), rule AS MATERIALIZED (
        SELECT f.* FROM {S}._birth_hba_findings(coalesce(nullif(p_facts -> 'hba', 'null'), '[]')) AS f, fact
        WHERE NOT fact.is_alone
    )
    SELECT 'cleartext', 'no password crosses the network in clear',
        CASE WHEN bool_or(r.verdict = 'failed') THEN 'failed' WHEN count(*) > 0 THEN 'warning' ELSE 'passed' END,
        coalesce(jsonb_agg(r.evidence ORDER BY r.line), '[]'),
        'Set scram-sha-256 in these lines of pg_hba.conf, or hostssl. Then: SELECT pg_reload_conf();'
    FROM rule AS r WHERE r.id = 'cleartext'
    UNION ALL
    SELECT 'reach', 'other machines connect by TLS, from known networks',
        CASE WHEN count(*) > 0 THEN 'warning' ELSE 'passed' END,
        coalesce(jsonb_agg(r.evidence ORDER BY r.line), '[]'),
        'Set hostssl and the networks of your clients in these lines of pg_hba.conf. Then: SELECT pg_reload_conf();'
    FROM rule AS r WHERE r.id = 'reach'
    UNION ALL
    SELECT 'tls', 'the server offers TLS to other machines',
        CASE WHEN p_facts ->> 'ssl' = 'off' AND NOT fact.is_alone THEN 'warning' ELSE 'passed' END,
        jsonb_build_object('ssl', p_facts -> 'ssl', 'listen_addresses', p_facts -> 'listen_addresses'),
        'Install a certificate, then: ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf();'
    FROM fact
    UNION ALL
    SELECT 'password_encryption', 'new passwords are stored as scram-sha-256',
        CASE WHEN p_facts ->> 'password_encryption' = 'scram-sha-256' THEN 'passed' ELSE 'warning' END,
        jsonb_build_object('password_encryption', p_facts -> 'password_encryption'),
        'ALTER SYSTEM SET password_encryption = ''scram-sha-256''; SELECT pg_reload_conf(); then set passwords again.'
    UNION ALL
    SELECT 'password_logs', 'the server''s log holds no passwords',
        CASE WHEN p_facts ->> 'log_statement' <> 'none'
            OR (p_facts ->> 'log_min_duration_statement')::integer >= 0
            OR (p_facts ->> 'log_min_duration_sample')::integer >= 0
            OR (p_facts ->> 'log_transaction_sample_rate')::double precision > 0 THEN 'warning' ELSE 'passed' END,
        jsonb_build_object('log_statement', p_facts -> 'log_statement',
            'log_min_duration_statement', p_facts -> 'log_min_duration_statement',
            'log_min_duration_sample', p_facts -> 'log_min_duration_sample',
            'log_transaction_sample_rate', p_facts -> 'log_transaction_sample_rate'),
        'Set passwords by \password in psql: it sends verifiers. Else statements are logged with their passwords.'
    UNION ALL
    SELECT 'durability', 'committed rows survive a crash',
        CASE WHEN fact.is_embedded THEN 'passed'
            WHEN 'off' IN (p_facts ->> 'fsync', p_facts ->> 'full_page_writes', p_facts ->> 'synchronous_commit',
                p_facts ->> 'data_checksums') THEN 'warning'
            ELSE 'passed' END,
        jsonb_strip_nulls(jsonb_build_object('fsync', p_facts -> 'fsync',
            'full_page_writes', p_facts -> 'full_page_writes', 'synchronous_commit', p_facts -> 'synchronous_commit',
            'data_checksums', p_facts -> 'data_checksums', 'embedded', nullif(fact.is_embedded, false))),
        'ALTER SYSTEM SET fsync, full_page_writes, synchronous_commit = on; SELECT pg_reload_conf(); '
        'pg_checksums --enable while the server is down.'
    FROM fact
    UNION ALL
    SELECT 'prepared', 'no prepared transaction keeps locks',
        CASE WHEN (p_facts ->> 'max_prepared_transactions')::integer > 0
            OR jsonb_array_length(nullif(p_facts -> 'prepared', 'null')) > 0 THEN 'warning' ELSE 'passed' END,
        -- Transactions of ours notify, so that none can be prepared: with a full queue nothing is recorded.
        jsonb_strip_nulls(jsonb_build_object('max_prepared_transactions', p_facts -> 'max_prepared_transactions',
            'prepared', p_facts -> 'prepared', 'notification_queue', CASE
                WHEN (p_facts ->> 'max_prepared_transactions')::integer > 0
                    AND (p_facts ->> 'notification_queue')::numeric > 0.1 THEN p_facts -> 'notification_queue' END)),
        'COMMIT PREPARED or ROLLBACK PREPARED each. If nothing here needs them: max_prepared_transactions = 0. '
        'A notification_queue that fills stops all writes: end the oldest open transaction of a session that LISTENs.'
$body$;
COMMENT ON FUNCTION {S}._birth_server_verdicts(jsonb) IS
    'Verdicts on the server''s settings and pg_hba rules, from such facts alone. Private.';

-- What the server is set to, with verdicts. It is about who listens and what a crash leaves, not about ways around the
-- gates: no apply waits for it. SECURITY DEFINER, since ordinary logins do not see pg_hba.
CREATE OR REPLACE FUNCTION {S}.birth_server_audit()
RETURNS TABLE (id text, title text, verdict text, evidence jsonb, hint text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    SELECT v.* FROM {S}._birth_server_verdicts({S}._birth_server_facts()) AS v
$body$;
COMMENT ON FUNCTION {S}.birth_server_audit() IS
    'The server''s settings that matter to links, passwords and durability, with verdicts. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_server_audit() TO birth_reader;
