-- The rules of pg_hba.conf as they stand in the file, or NULL where birth_owner may not read them.
CREATE OR REPLACE FUNCTION {S}._birth_hba_rules() RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.line_number), '[]') FROM pg_hba_file_rules AS r);
EXCEPTION WHEN insufficient_privilege THEN
    RETURN NULL;
END
$body$;
COMMENT ON FUNCTION {S}._birth_hba_rules() IS 'The rules of pg_hba.conf; NULL if they cannot be read. Private.';

-- What is wrong with each rule, by its method and by who reaches it. `trust`: it lets in every client that says a name.
-- `cleartext`: it asks for the password itself, or for a hash that is as good, over a network without TLS. `reach`:
-- it takes connections from other machines without TLS, or from everywhere.
CREATE OR REPLACE FUNCTION {S}._birth_hba_findings(p_rules jsonb)
RETURNS TABLE (id text, verdict text, line integer, evidence jsonb)
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH rule AS MATERIALIZED (
        SELECT r.line_number, r.type, r.auth_method AS method, r.error, r.database, r.user_name, r.address,
            r.type IN ('hostssl', 'hostgssenc') AS is_encrypted,
            r.type <> 'local' AND NOT coalesce(r.address IN ('localhost', 'samehost')
                OR r.address ~ '^(127\.|::1$)' AND coalesce(r.netmask, '255.255.255.255') !~ '^(0|::$)',
                false) AS is_remote,
            r.address IN ('all', '0.0.0.0', '::')
                AND coalesce(r.netmask, '0.0.0.0') IN ('0.0.0.0', '::') AS is_anywhere,
            jsonb_strip_nulls(jsonb_build_object('line', r.line_number, 'type', r.type, 'user', r.user_name,
                'address', r.address, 'method', r.auth_method)) AS evidence
        FROM jsonb_to_recordset(p_rules) AS r(line_number integer, type text, database text[], user_name text[],
            address text, netmask text, auth_method text, options text[], error text)
    )
    SELECT f.id, f.verdict, r.line_number, r.evidence || jsonb_build_object('means', f.means)
    FROM rule AS r
    CROSS JOIN LATERAL (
        SELECT 'trust' AS id, 'failed' AS verdict, 'a login needs no password' AS means WHERE r.method = 'trust'
        UNION ALL
        SELECT 'trust', CASE WHEN r.is_remote THEN 'failed' ELSE 'warning' END,
            'the client''s own machine says who it is' WHERE r.method = 'ident' AND r.type <> 'local'
        UNION ALL
        SELECT 'cleartext', CASE WHEN r.is_encrypted THEN 'warning' ELSE 'failed' END,
            CASE WHEN r.is_encrypted THEN 'the server is sent the password itself'
                ELSE 'the password crosses the network in clear' END
        WHERE r.is_remote AND (r.method = 'password' OR r.method IN ('ldap', 'radius', 'pam', 'bsd')
            AND NOT r.is_encrypted)
        UNION ALL
        SELECT 'cleartext', 'warning', 'md5 answers can be guessed by a listener'
        WHERE r.method = 'md5' AND r.is_remote AND NOT r.is_encrypted
        UNION ALL
        SELECT 'reach', 'warning', 'other machines may connect without TLS'
        WHERE r.is_remote AND NOT r.is_encrypted AND r.method <> 'reject'
        UNION ALL
        SELECT 'reach', 'warning', 'every machine may try every login'
        WHERE r.is_anywhere AND 'all' = ANY (r.user_name) AND r.method NOT IN ('reject', 'cert')
    ) AS f
    WHERE r.error IS NULL
    UNION ALL
    SELECT 'reach', 'warning', r.line_number,
        jsonb_build_object('line', r.line_number, 'means', 'the rule is invalid: a reload keeps the older rules',
            'error', r.error)
    FROM rule AS r WHERE r.error IS NOT NULL
$body$;
COMMENT ON FUNCTION {S}._birth_hba_findings(jsonb) IS
    'Findings about rules of pg_hba.conf, by method and by who reaches them. Private.';
