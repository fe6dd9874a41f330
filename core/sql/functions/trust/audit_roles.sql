-- needs: trust/audit_reach
-- What roles can do by being what they are: superusers, those who can make themselves one, predefined roles, people who
-- can act as others. `verdict` is failed, warning or named (told, and no fault). `masters`: this role could have
-- anything, as a superuser can, so that nothing else is said of it. `p_acting` are the roles of birth_audit_roles().
-- Of outsiders, those who can log in are told: no other acts.
CREATE OR REPLACE FUNCTION {S}._birth_role_powers(p_acting oid[])
RETURNS TABLE (id text, verdict text, words text, statements text[], role oid, masters boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH version AS (
        SELECT current_setting('server_version_num')::integer AS number
    ), birth_group AS MATERIALIZED (
        SELECT r.oid, r.rolname FROM pg_roles AS r
        WHERE r.rolname IN ('birth_reader', 'birth_operator', 'birth_gatekeeper', 'birth_reviewer')
    ), who AS MATERIALIZED (
        SELECT r.oid, r.rolname, r.oid::regrole::text AS name, r.rolsuper, r.rolcanlogin, r.rolcreaterole,
            r.rolreplication, l.person, l.person IS NOT NULL OR r.oid = ANY (p_acting) AS acts
        FROM pg_roles AS r
        LEFT JOIN {S}.birth_person_login AS l ON l.login = r.rolname AND l.retired_at IS NULL
        WHERE r.rolname !~ '^pg_' AND r.rolname NOT IN ('birth_owner', 'birth_caller')
    ), reach AS MATERIALIZED (
        SELECT w.*, x.role AS target, x.role::regrole::text AS target_name, x.uses
        FROM {S}._birth_reach() AS x
        JOIN who AS w ON w.oid = x.member
        WHERE NOT w.rolsuper AND (w.rolcanlogin OR w.acts)
    ), predefined(target, title, outsider) AS (
        SELECT to_regrole(p.name)::oid, p.title, p.outsider
        FROM (VALUES
            ('pg_write_all_data', 'may write every table', 'failed'),
            ('pg_execute_server_program', 'may run programs on the server', 'failed'),
            ('pg_write_server_files', 'may write the server''s files', 'failed'),
            ('pg_read_server_files', 'may read the server''s files', 'warning'),
            ('pg_read_all_data', 'may read every table', NULL),
            ('pg_maintain', 'may lock every table', 'warning'),
            ('pg_signal_backend', 'may end other logins'' sessions', 'warning'),
            ('pg_create_subscription', 'may let another server write here', 'warning'),
            ('pg_checkpoint', 'may force checkpoints', NULL)) AS p(name, title, outsider)
        WHERE to_regrole(p.name) IS NOT NULL
    )
    SELECT 'superusers', CASE WHEN w.person IS NULL THEN 'named' ELSE 'failed' END,
        CASE WHEN w.person IS NULL THEN w.name ELSE concat(w.name, ' is a superuser, and the person ', w.person) END,
        CASE WHEN w.person IS NOT NULL THEN ARRAY[format('ALTER ROLE %s NOSUPERUSER;', w.name)] END, w.oid, true
    FROM who AS w WHERE w.rolsuper
    UNION ALL
    SELECT 'superusers', CASE WHEN r.acts THEN 'failed' ELSE 'warning' END,
        concat(r.name, CASE WHEN r.uses THEN ' can become ' ELSE ' can grant itself ' END, r.target_name),
        {S}._birth_reach_ends(r.oid, r.target), r.oid, true
    FROM reach AS r JOIN pg_roles AS t ON t.oid = r.target AND t.rolsuper
    UNION ALL
    -- Before PostgreSQL 16 a role that makes roles may take any role but a superuser's, and any login's password.
    SELECT 'administrators', CASE WHEN w.acts THEN 'failed' ELSE 'warning' END,
        concat(w.name, ' may create roles: before PostgreSQL 16, it can become any role of the console'),
        CASE WHEN w.acts THEN ARRAY[format('ALTER ROLE %s NOCREATEROLE;', w.name)] END, w.oid, true
    FROM who AS w, version AS v
    WHERE w.rolcreaterole AND NOT w.rolsuper AND w.rolcanlogin AND v.number < 160000
    UNION ALL
    SELECT 'administrators', CASE WHEN r.acts THEN 'failed' ELSE 'warning' END,
        concat(r.name, ' can become ', r.target_name,
            ', which may create roles: before PostgreSQL 16, any role of the console'),
        {S}._birth_reach_ends(r.oid, r.target), r.oid, true
    FROM reach AS r JOIN pg_roles AS t ON t.oid = r.target AND t.rolcreaterole AND NOT t.rolsuper, version AS v
    WHERE r.uses AND v.number < 160000
    UNION ALL
    SELECT 'administrators', CASE WHEN r.acts THEN 'failed' ELSE 'warning' END,
        concat(r.name, ' administers ', r.target_name, ': it can make itself a member'),
        -- On a managed server, the installing administrator made these roles, and needs them so.
        CASE WHEN r.acts OR NOT r.rolcreaterole THEN {S}._birth_reach_ends(r.oid, r.target) END, r.oid,
        r.target = to_regrole('birth_owner')
    FROM reach AS r
    WHERE NOT r.uses AND (r.target IN (SELECT g.oid FROM birth_group AS g)
        OR r.target IN (to_regrole('birth_owner'), to_regrole('birth_caller')))
    UNION ALL
    -- Who is in a group and administers it lets others in.
    SELECT 'administrators', CASE WHEN w.acts THEN 'failed' ELSE 'warning' END,
        concat(w.name, ' may let others into ', g.rolname), ARRAY[format('REVOKE ADMIN OPTION FOR %I FROM %s%s;',
            g.rolname, w.name, CASE WHEN m.grantor <> 10 AND v.number >= 160000
                THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END)], w.oid, false
    FROM pg_auth_members AS m
    JOIN birth_group AS g ON g.oid = m.roleid
    JOIN who AS w ON w.oid = m.member, version AS v
    WHERE m.admin_option AND NOT w.rolsuper AND EXISTS (SELECT FROM reach AS r
        WHERE r.oid = w.oid AND r.target = g.oid AND r.uses)
    UNION ALL
    SELECT 'owner_unreachable', 'failed',
        CASE WHEN r.uses THEN r.rolname ELSE concat(r.rolname, ' can grant itself birth_owner') END,
        {S}._birth_reach_ends(r.oid, r.target), r.oid, r.uses
    FROM reach AS r WHERE r.target = to_regrole('birth_owner') AND (r.uses OR r.acts)
    UNION ALL
    SELECT 'caller', 'failed', concat(r.rolname, ' can become it'), {S}._birth_reach_ends(r.oid, r.target), r.oid,
        false
    FROM reach AS r WHERE r.target = to_regrole('birth_caller') AND r.uses
    UNION ALL
    SELECT 'predefined_roles', CASE
            WHEN NOT r.uses OR p.target IN (to_regrole('pg_read_all_data'), to_regrole('pg_checkpoint'),
                to_regrole('pg_maintain'), to_regrole('pg_signal_backend')) THEN 'warning'
            WHEN r.acts THEN 'failed'
            ELSE p.outsider END,
        concat(r.name, CASE WHEN r.uses THEN ' ' ELSE ' could grant itself a role that ' END, p.title,
            ' (', r.target_name, ')'),
        {S}._birth_reach_ends(r.oid, r.target), r.oid, false
    FROM reach AS r JOIN predefined AS p ON p.target = r.target
    WHERE r.acts OR p.outsider IS NOT NULL
    UNION ALL
    SELECT 'people_apart', 'failed', concat(r.name, CASE WHEN r.uses THEN ' can act as ' ELSE ' can make itself ' END,
            r.target_name, ', who is ', t.person),
        {S}._birth_reach_ends(r.oid, r.target), r.oid, false
    FROM reach AS r JOIN who AS t ON t.oid = r.target
    WHERE t.person IS NOT NULL AND t.person IS DISTINCT FROM r.person AND (r.uses OR r.person IS NOT NULL)
    UNION ALL
    SELECT 'administrators', 'warning', concat(r.name, ' administers the login ', r.target_name),
        CASE WHEN NOT r.rolcreaterole THEN {S}._birth_reach_ends(r.oid, r.target) END, r.oid, false
    FROM reach AS r JOIN who AS t ON t.oid = r.target
    WHERE t.person IS NOT NULL AND NOT r.uses AND r.person IS NULL
    UNION ALL
    SELECT 'people_apart', 'failed', concat('every member of ', g.rolname, ' is in ', x.role::regrole),
        {S}._birth_reach_ends(g.oid, x.role), g.oid, false
    FROM {S}._birth_reach() AS x
    JOIN birth_group AS g ON g.oid = x.member
    JOIN birth_group AS t ON t.oid = x.role AND t.rolname <> 'birth_reader'
    UNION ALL
    SELECT 'people_mapped', 'warning', concat(r.name, ' is in ', r.target_name, ', and mapped to no person'),
        {S}._birth_reach_ends(r.oid, r.target), r.oid, false
    FROM reach AS r
    WHERE r.uses AND r.rolcanlogin AND r.person IS NULL
      AND r.target IN (SELECT g.oid FROM birth_group AS g WHERE g.rolname <> 'birth_reader')
    UNION ALL
    SELECT 'role_attributes', 'failed', concat('the group ', g.rolname, ' may log in'),
        ARRAY[format('ALTER ROLE %I NOLOGIN;', g.rolname)], g.oid, false
    FROM birth_group AS g JOIN pg_roles AS a ON a.oid = g.oid AND a.rolcanlogin
    UNION ALL
    SELECT 'replication', 'warning', concat(w.name, ' may copy the whole server (REPLICATION)'),
        ARRAY[format('ALTER ROLE %s NOREPLICATION;', w.name)], w.oid, false
    FROM who AS w WHERE w.rolreplication AND w.rolcanlogin AND NOT w.rolsuper AND NOT w.acts
$body$;
COMMENT ON FUNCTION {S}._birth_role_powers(oid[]) IS
    'What roles can do to the console by attributes and memberships, with a verdict and the SQL that ends it. Private.';
