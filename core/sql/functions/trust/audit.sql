-- needs: trust/audit_powers
-- Every role that a login that can act here has or can become: members of a group, logins that are mapped to a person,
-- and what they reach, or could by a grant to themselves. Superusers are beyond any audit, and so is who administers a
-- group without being in it (PostgreSQL 16 makes that of the creator of a role).
CREATE OR REPLACE FUNCTION {S}.birth_audit_roles() RETURNS oid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    WITH reach AS MATERIALIZED (
        SELECT member, role, uses FROM {S}._birth_reach()
    ), actor AS MATERIALIZED (
        SELECT r.oid FROM pg_roles AS r
        WHERE NOT r.rolsuper AND r.rolname <> 'birth_owner'
          AND (r.rolname IN (SELECT login FROM {S}.birth_person_login)
              OR r.rolname IN ('birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer')
              OR EXISTS (SELECT FROM reach AS x JOIN pg_roles AS g ON g.oid = x.role
                  WHERE x.member = r.oid AND x.uses
                    AND g.rolname IN ('birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer')))
    )
    SELECT coalesce(array_agg(a.oid), ARRAY[]::oid[]) FROM (
        SELECT actor.oid FROM actor
        UNION
        SELECT reach.role FROM reach JOIN actor ON actor.oid = reach.member) AS a
$body$;
COMMENT ON FUNCTION {S}.birth_audit_roles() IS
    'Every role that the people of this console have or can become. For birth_reader.';

-- Whether calling a function gives its caller more than its caller has: one that runs as its owner does, and ours are
-- for no login. A trigger function, too: on a table of its own a login would register any code with it.
CREATE OR REPLACE FUNCTION {S}.birth_audit_lends(p_function pg_proc) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT (p_function.prosecdef
            OR p_function.prorettype <> 'trigger'::regtype AND p_function.proowner = 'birth_owner'::regrole)
        AND p_function.prorettype <> 'event_trigger'::regtype
$body$;
COMMENT ON FUNCTION {S}.birth_audit_lends(pg_proc) IS
    'True if calling a function lends the caller privileges that the caller does not have. For birth_reader.';

-- The audit of trust: what a login with psql could use to get around the gates. `verdict` is passed,
-- failed, warning or unknown. SECURITY DEFINER, since ordinary logins do not see pg_hba.
CREATE OR REPLACE FUNCTION {S}.birth_audit()
RETURNS TABLE (id text, title text, verdict text, evidence jsonb, hint text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = 'off' AS $body$
DECLARE
    v_owner oid := 'birth_owner'::regrole;
    v_embedded boolean := EXISTS (SELECT FROM {S}.birth_setting WHERE name = 'embedded');
    -- Other roles that administer birth_owner could make themselves its members, as a superuser could; that is no hole
    -- until they do. Before PostgreSQL 16 there is no membership without its use.
    v_become text := CASE
        WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET'
        ELSE 'MEMBER' END;
    v_files oid[] := ARRAY[
        'pg_execute_server_program'::regrole,
        'pg_write_server_files'::regrole,
        'pg_read_server_files'::regrole]::oid[];
    v_instead text := {S}.birth_distributed_attested();
    v_roles oid[] := {S}.birth_audit_roles();
    v_tables oid[] := {S}._birth_audit_tables();
    v_functions oid[] := {S}._birth_audit_functions();
    -- What of these is the company's. That PUBLIC may call it was its decision, and may be how its logins insert.
    v_theirs oid[] := ARRAY(
        SELECT f.function FROM {S}.birth_gateway_functions() AS f JOIN pg_proc AS p ON p.oid = f.function
        WHERE p.proowner <> v_owner
          AND p.pronamespace <> (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname = {s}));
BEGIN
    RETURN QUERY
    WITH power AS MATERIALIZED (
        SELECT p.id, jsonb_agg(DISTINCT p.words) FILTER (WHERE p.verdict = 'failed') AS failed,
            jsonb_agg(DISTINCT p.words) FILTER (WHERE p.verdict = 'warning') AS warned,
            jsonb_agg(DISTINCT p.words) FILTER (WHERE p.verdict = 'named') AS named
        FROM (
            SELECT w.id, w.verdict, w.words FROM {S}._birth_powers(v_roles, v_tables, v_functions) AS w
            UNION ALL
            SELECT 'triggers', 'warning', format('%s %s; attested: %s', c.collection_name, c.trigger_state, v_instead)
            FROM {S}.birth_collections() AS c
            WHERE v_instead IS NOT NULL AND c.requirement = 'REQUIRED' AND c.trigger_state = 'never fires: distributed'
        ) AS p GROUP BY p.id
    )
    SELECT c.id, c.title,
        CASE WHEN c.found IS NOT NULL OR p.failed IS NOT NULL THEN 'failed'
            WHEN p.warned IS NOT NULL THEN 'warning' ELSE 'passed' END,
        -- The worst first.
        coalesce(c.found, '[]'::jsonb)
            || coalesce((SELECT jsonb_agg(w.words ORDER BY w.words COLLATE "C") FROM jsonb_array_elements_text(p.failed)
                AS w(words) WHERE c.found IS NULL OR NOT c.found ? w.words), '[]')
            || coalesce(p.warned, '[]') || coalesce(p.named, '[]'), c.hint
    FROM (VALUES
        -- A trigger function, too: on a table of one's own it would register whatever one likes.
        ('public_execute', 'PUBLIC may execute no function of the console',
            (SELECT jsonb_agg(p.oid::regprocedure::text)
                FROM pg_proc AS p
                WHERE p.oid = ANY (v_functions) AND p.oid <> ALL (v_theirs)
                  AND has_function_privilege('public', p.oid, 'EXECUTE') AND {S}.birth_audit_lends(p)),
            'REVOKE EXECUTE ON FUNCTION … FROM PUBLIC. The company''s own: only if no other login calls it.'),
        ('register_execute', 'no login of the console may call the gateway''s functions',
            (SELECT jsonb_agg(DISTINCT r::regrole::text || ' on ' || p.oid::regprocedure)
                FROM unnest(v_roles) AS r, pg_proc AS p
                WHERE p.oid = ANY (v_functions)
                  AND (p.proname !~ '^_?birth_'
                      OR p.proname IN ('birth_ledger_append', 'birth_identity_import', 'birth_gateway_bind')
                      OR p.oid IN (SELECT function FROM {S}.birth_gateway_functions()))
                  AND r <> v_owner AND {S}.birth_audit_lends(p)
                  AND NOT (p.oid = ANY (v_theirs) AND has_function_privilege('public', p.oid, 'EXECUTE'))
                  AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = r)
                  AND has_function_privilege(r, p.oid, 'EXECUTE')),
            'REVOKE EXECUTE ON FUNCTION … FROM that role.'),
        ('search_path', 'every SECURITY DEFINER function pins its search_path',
            (SELECT jsonb_agg(p.oid::regprocedure::text)
                FROM pg_proc AS p
                WHERE p.oid = ANY (v_functions) AND p.prosecdef
                  -- A company's function that no login of the console calls finds what this console tells it to.
                  AND (p.oid <> ALL (v_theirs) OR EXISTS (SELECT FROM unnest(v_roles) AS r
                      WHERE has_function_privilege(r, p.oid, 'EXECUTE')))
                  AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting
                      WHERE setting = 'search_path=pg_catalog, pg_temp'
                         -- The company's functions may name schemas of its own: no login here creates anything in them.
                         OR p.proowner <> v_owner AND p.proname !~ '^_?birth_'
                            AND setting LIKE 'search\_path=%' AND position('$user' IN setting) = 0)),
            'ALTER FUNCTION … SET search_path = pg_catalog, pg_temp.'),
        ('owner', 'birth_owner owns the console''s objects, and no login owns the company''s',
            (SELECT jsonb_agg(o.name) FROM (
                SELECT concat(p.proowner::regrole, ' owns ', p.oid::regprocedure) AS name
                FROM pg_proc AS p
                WHERE p.oid = ANY (v_functions) AND p.proowner <> v_owner
                  AND (p.proname ~ '^_?birth_'
                          AND NOT (p.proowner = to_regrole('birth_caller') AND p.proname IN
                              {CALLERS}
                          )
                      OR p.proowner = ANY (v_roles))
                UNION ALL
                SELECT concat(t.relowner::regrole, ' owns ', t.oid::regclass)
                FROM pg_class AS t
                WHERE t.oid = ANY (v_tables) AND t.relowner <> v_owner
                  AND (t.relname ~ '^(v_)?birth_' AND t.relname NOT IN ('birth_registry', 'birth_policy')
                          AND t.relname <> ALL (SELECT unnest(value) FROM {S}.birth_setting
                              WHERE name = 'left_alone')
                          AND NOT EXISTS (SELECT
                              FROM pg_depend AS d JOIN pg_class AS o ON o.oid = d.refobjid
                              WHERE t.relkind = 'S' AND d.objid = t.oid AND d.deptype IN ('a', 'i')
                                AND o.relname IN ('birth_registry', 'birth_policy'))
                      OR t.relowner = ANY (v_roles))
                UNION ALL
                SELECT concat(t.relowner::regrole, ' owns ', t.oid::regclass)
                FROM {S}.birth_collections() AS c JOIN pg_class AS t ON t.oid = c.relid
                WHERE t.relowner <> v_owner AND t.relowner = ANY (v_roles)) AS o),
            'ALTER … OWNER TO birth_owner, or to a role that no login of the console is a member of.'),
        ('owner_unreachable', 'no role can become birth_owner or log in as birth_owner',
            (SELECT jsonb_agg(DISTINCT r.rolname) FROM pg_roles AS r WHERE NOT r.rolsuper AND r.oid <> v_owner
                AND (pg_has_role(r.oid, v_owner, v_become) OR pg_has_role(r.oid, v_owner, 'USAGE')
                    OR r.oid = ANY (v_roles) AND pg_has_role(r.oid, v_owner, 'MEMBER'))
                OR r.oid = v_owner AND (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolbypassrls)),
            'REVOKE birth_owner FROM …; ALTER ROLE birth_owner NOLOGIN.'),
        ('caller', 'birth_caller owns what runs the company''s code, and has no rights beyond what that needs',
            {S}._birth_audit_caller(v_functions),
            'REVOKE the privilege or membership: the company''s code runs as birth_caller.'),
        ('role_attributes', 'no login may create roles, replicate, bypass row-level security or access server files',
            (SELECT jsonb_agg(DISTINCT r.rolname) FROM pg_roles AS r WHERE r.oid = ANY (v_roles)
                AND (r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication OR r.rolcreatedb
                    OR r.oid = ANY (v_files))),
            'ALTER ROLE … NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS; REVOKE roles with such a privilege.'),
        ('dml', 'only their owner may write the tables of this schema',
            (SELECT jsonb_agg(DISTINCT found.who || ' on ' || found.relname) FROM (
                SELECT r::regrole::text AS who, t.relname FROM unnest(v_roles) AS r, pg_class AS t
                WHERE r <> v_owner AND t.oid = ANY (v_tables) AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = r)
                  AND CASE WHEN t.relkind = 'S' THEN has_sequence_privilege(r, t.oid, 'UPDATE, USAGE')
                      ELSE has_table_privilege(r, t.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER, REFERENCES')
                          OR has_any_column_privilege(r, t.oid, 'INSERT, UPDATE, REFERENCES') END
                -- Logins that are none of ours, too: what is ours is not for them to write either.
                UNION ALL SELECT CASE g.grantee WHEN 0 THEN 'public' ELSE g.grantee::regrole::text END, t.relname
                FROM pg_class AS t CROSS JOIN LATERAL (
                    SELECT a.grantee, a.privilege_type FROM aclexplode(t.relacl) AS a
                    UNION ALL SELECT a.grantee, a.privilege_type FROM pg_attribute AS c, aclexplode(c.attacl) AS a
                    WHERE c.attrelid = t.oid AND c.attacl IS NOT NULL) AS g
                WHERE t.oid = ANY (v_tables) AND t.relowner = v_owner AND g.grantee <> v_owner
                  AND g.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES')
                  AND NOT coalesce((SELECT rolsuper FROM pg_roles WHERE oid = g.grantee), false)
                  -- The stand-in for the registry is written by the register function, which runs as birth_caller.
                  AND NOT (t.relname = 'birth_registry' AND g.grantee = to_regrole('birth_caller')
                      AND (g.privilege_type = 'INSERT'
                          OR g.privilege_type = 'DELETE' AND {S}._birth_withdraw_allowed()))) AS found),
            'REVOKE the privilege: every write goes through a function.'),
        ('parameters', 'no login may switch off triggers or track_counts', NULL,
            'REVOKE SET ON PARAMETER … FROM …'),
        ('triggers', 'the birth triggers are enabled, and fire',
            (SELECT jsonb_agg(c.collection_name || CASE c.trigger_state
                    WHEN 'disabled' THEN '' ELSE ' ' || c.trigger_state END)
                FROM {S}.birth_collections() AS c
                WHERE c.requirement = 'REQUIRED' AND c.trigger_state NOT IN ('enabled', 'missing', 'no_table')
                  AND NOT (v_instead IS NOT NULL AND c.trigger_state = 'never fires: distributed')),
            'ALTER TABLE … ENABLE TRIGGER …. No trigger fires for rows of a distributed table: exempt it, or state '
            'what registers them: `birth-console init --attest-distributed T`.'),
        ('schema_objects', 'the installed schema is what its version installs',
            (SELECT jsonb_agg(to_jsonb(d)) FROM {S}._birth_schema_differences() AS d),
            'Find out who changed it: '
            '`birth-console doctor` names each object, `birth-console upgrade` restores what it can.'),
        ('session_user', 'the session acts as its login',
            CASE WHEN current_setting('role') NOT IN ('none', session_user)
                THEN jsonb_build_array(session_user, current_setting('role')) END,
            'RESET ROLE.'),
        ('replication_role', 'triggers are not bypassed in this session',
            CASE WHEN current_setting('session_replication_role') <> 'origin'
                THEN jsonb_build_array(current_setting('session_replication_role')) END,
            'RESET session_replication_role.'),
        ('superusers', 'no person of the console is a superuser, or can become one', NULL,
            'ALTER ROLE … NOSUPERUSER, or REVOKE the membership. A superuser can bypass every gate.'),
        ('administrators', 'only superusers could give themselves privileges of the console', NULL,
            'REVOKE what is not needed. These logins count as administrators: they can give themselves any role here.'),
        ('predefined_roles', 'no login writes data or the server''s files by a predefined role', NULL,
            'REVOKE the predefined role: it bypasses the privileges of every table.'),
        ('people_apart', 'no login can act as another person, or get another group''s privileges', NULL,
            'REVOKE the membership: people have their groups by `birth-console people add`.'),
        ('people_mapped', 'every login with a group that writes is mapped to a person', NULL,
            'Map the login: `birth-console people add LOGIN --person NAME --group G`. Or REVOKE the group.'),
        ('grant_option', 'no role may grant privileges on the console''s objects', NULL,
            'REVOKE GRANT OPTION FOR … CASCADE.'),
        ('default_privileges', 'later objects of birth_owner are open to no role', NULL,
            'ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner REVOKE ….'),
        ('lent_functions', 'no function lends a superuser''s or birth_owner''s privileges', NULL,
            'Grant EXECUTE to those who need it, REVOKE it from PUBLIC. SET search_path in each such function.'),
        ('catalogs', 'only superusers write system catalogs and read password verifiers', NULL,
            'REVOKE the privilege on pg_catalog.'),
        ('role_settings', 'no role, database or session starts with triggers switched off', NULL,
            'ALTER ROLE or DATABASE … RESET the setting.'),
        ('replication', 'no other server writes the registry or reads it', NULL,
            'Disable the subscription, drop the publication, or ALTER ROLE … NOREPLICATION, unless this is meant.'),
        ('locks', 'no role may lock the console''s tables', NULL, 'REVOKE MAINTAIN ON … FROM ….')
    ) AS c(id, title, found, hint)
    LEFT JOIN power AS p ON p.id = c.id;
    RETURN QUERY SELECT * FROM {S}._birth_audit_create(v_roles);
    RETURN QUERY SELECT * FROM {S}._birth_audit_trigger_guard();
    RETURN QUERY SELECT * FROM {S}._birth_audit_trust(v_embedded);
END
$body$;
COMMENT ON FUNCTION {S}.birth_audit() IS
    'The audit of trust: what a login with psql could use to get around the gates. passed, failed, warning or '
    'unknown. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_audit(), {S}.birth_audit_roles(), {S}.birth_audit_lends(pg_proc)
    TO birth_reader;
