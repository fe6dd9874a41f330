-- Settings and streams that go past triggers or gates: what a role, database or role in a database starts with, who may
-- set or store parameters, subscriptions that write here, publications that carry the registry away.
CREATE OR REPLACE FUNCTION {S}._birth_setting_powers(p_acting oid[], p_masters oid[], p_tables oid[])
RETURNS TABLE (id text, verdict text, words text, statements text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
DECLARE
    v_version integer := current_setting('server_version_num')::integer;
    -- A parameter, the value that is harmless, and what another one does.
    v_risky jsonb := '{{
        "session_replication_role": "triggers do not fire",
        "event_triggers": "event triggers do not fire",
        "allow_system_table_mods": "system tables can be altered",
        "session_preload_libraries": "code is loaded into each session",
        "local_preload_libraries": "code is loaded into each session",
        "dynamic_library_path": "code is loaded from elsewhere",
        "ignore_checksum_failure": "damaged rows count as sound",
        "zero_damaged_pages": "damaged rows vanish",
        "track_counts": "the server does not count rows",
        "role": "the session acts as another role",
        "session_authorization": "the session acts as another login"}}'::jsonb;
    v_harmless text[] := ARRAY['session_replication_role=origin', 'session_replication_role=local', 'event_triggers=on',
        'event_triggers=true', 'allow_system_table_mods=off', 'track_counts=on', 'ignore_checksum_failure=off',
        'zero_damaged_pages=off', 'session_preload_libraries=', 'local_preload_libraries=', 'role=none',
        'dynamic_library_path=$libdir'];
BEGIN
    RETURN QUERY
    SELECT 'role_settings', CASE WHEN coalesce(r.rolsuper, false) AND s.name <> 'event_triggers' THEN 'warning'
            ELSE 'failed' END,
        concat(w.subject, ' starts with ', s.setting, ': ', v_risky ->> s.name),
        ARRAY[format('ALTER %s RESET %s;', w.subject, s.name)]
    FROM pg_db_role_setting AS d
    LEFT JOIN pg_roles AS r ON r.oid = d.setrole
    CROSS JOIN LATERAL (SELECT concat_ws(' IN ',
        CASE WHEN d.setrole <> 0 THEN 'ROLE ' || d.setrole::regrole
             WHEN d.setdatabase = 0 THEN 'ROLE ALL' END,
        CASE WHEN d.setdatabase <> 0 THEN format('DATABASE %I', current_database()) END) AS subject) AS w
    CROSS JOIN LATERAL unnest(d.setconfig) AS c(setting)
    CROSS JOIN LATERAL (SELECT c.setting, split_part(c.setting, '=', 1) AS name) AS s
    WHERE d.setdatabase IN (0, (SELECT b.oid FROM pg_database AS b WHERE b.datname = current_database()))
      AND v_risky ? s.name AND s.setting <> ALL (v_harmless);
    RETURN QUERY
    SELECT 'role_settings', 'failed', concat('this session has ', s.name, '=', current_setting(s.name)),
        ARRAY[format('ALTER SYSTEM RESET %s; SELECT pg_reload_conf();', s.name)]
    FROM unnest(ARRAY['event_triggers', 'allow_system_table_mods', 'ignore_checksum_failure', 'zero_damaged_pages'])
        AS s(name)
    WHERE current_setting(s.name, true) IS NOT NULL
      AND (s.name || '=' || current_setting(s.name)) <> ALL (v_harmless);
    IF v_version >= 150000 THEN
        RETURN QUERY
        SELECT 'parameters', CASE
                WHEN a.grantee = 0 OR a.grantee = ANY (p_acting)
                    OR a.privilege_type = 'ALTER SYSTEM' AND p.parname ~ ('^(archive_(cleanup_)?command|archive_library'
                        '|restore_command|recovery_end_command|ssl_passphrase_command|(hba|ident|config)_file'
                        '|(shared|session|local)_preload_libraries|dynamic_library_path|allow_system_table_mods'
                        '|session_replication_role|event_triggers|fsync|full_page_writes|krb_server_keyfile'
                        '|row_security|log_directory|log_filename|unix_socket_.*|password_encryption|ssl.*)$')
                THEN 'failed' ELSE 'warning' END,
            concat(CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END,
                CASE a.privilege_type WHEN 'SET' THEN ' on ' ELSE ' may store ' END, p.parname),
            ARRAY[format('REVOKE %s ON PARAMETER %I FROM %s;', a.privilege_type, p.parname,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)]
        FROM pg_parameter_acl AS p CROSS JOIN LATERAL aclexplode(p.paracl) AS a
        WHERE a.grantee <> ALL (p_masters)
          AND NOT coalesce((SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = a.grantee), false)
          AND (a.privilege_type = 'ALTER SYSTEM' OR v_risky ? p.parname OR p.parname IN ('lo_compat_privileges',
              'wal_consistency_checking', 'restrict_nonsystem_relation_kind', 'log_statement'));
    END IF;
    RETURN QUERY
    SELECT 'replication', CASE WHEN {S}._birth_is_ours(s.srrelid) THEN 'failed' ELSE 'warning' END,
        concat('a subscription writes ', s.srrelid::regclass, ': no trigger fires'),
        ARRAY[format('ALTER SUBSCRIPTION %I DISABLE;', u.subname)]
    FROM pg_subscription_rel AS s JOIN pg_subscription AS u ON u.oid = s.srsubid AND u.subenabled
    WHERE {S}._birth_is_ours(s.srrelid) OR s.srrelid IN (SELECT c.relid FROM {S}.birth_collections() AS c
        WHERE c.requirement = 'REQUIRED');
    RETURN QUERY
    SELECT 'replication', 'warning', concat('publication ', p.pubname, ' carries ', p.schemaname, '.', p.tablename),
        CASE WHEN b.puballtables THEN ARRAY[format('DROP PUBLICATION %I;', p.pubname)]
            -- A partition goes with its table, where that is what was published.
            ELSE (SELECT array_agg(format('ALTER PUBLICATION %I DROP TABLE %s;', p.pubname, r.prrelid::regclass))
                FROM pg_publication_rel AS r
                WHERE r.prpubid = b.oid AND (r.prrelid = c.oid OR r.prrelid IN (SELECT pg_partition_ancestors(c.oid))))
            END
    FROM pg_publication_tables AS p
    JOIN pg_publication AS b ON b.pubname = p.pubname
    JOIN pg_namespace AS n ON n.nspname = p.schemaname
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = p.tablename
    WHERE c.oid = {S}.birth_bound_table('registry')
       OR {S}.birth_bound_table('registry') IN (SELECT pg_partition_ancestors(c.oid))
       OR c.oid = ANY (p_tables) AND NOT b.puballtables;
END
$body$;
COMMENT ON FUNCTION {S}._birth_setting_powers(oid[], oid[], oid[]) IS
    'Settings of roles and databases, granted parameters, subscriptions and publications that go past the gates. '
    'Private.';

-- Whether a table is the registry, or one that birth_owner has, or a part of such a one: a partition, or a child.
CREATE OR REPLACE FUNCTION {S}._birth_is_ours(p_table oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH RECURSIVE whole(oid) AS (
        SELECT p_table
        UNION
        SELECT i.inhparent FROM whole JOIN pg_inherits AS i ON i.inhrelid = whole.oid)
    SELECT EXISTS (SELECT FROM whole JOIN pg_class AS c ON c.oid = whole.oid
        WHERE c.oid = {S}.birth_bound_table('registry') OR c.relowner = to_regrole('birth_owner'))
$body$;
COMMENT ON FUNCTION {S}._birth_is_ours(oid) IS
    'True for the registry, each table of birth_owner, and their partitions and children. Private.';
