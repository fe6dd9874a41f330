-- Whether a column holds secrets, by its name, its table's and its type: passwords, tokens, hashes, keys, sessions and
-- one-time codes. A code is readable by all who read the registry, so such a column is never suggested, and
-- recorded as an identity only by an operator who says that they know. Numbers and dates are never secrets.
CREATE OR REPLACE FUNCTION {S}.birth_is_secret(p_table text, p_column text, p_type text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT p_type !~ '^(smallint|integer|bigint|numeric|real|double|boolean|date|time|interval)' AND (
        p_type ~* '(password|passwd|secret|token|credential)'
        OR word.name ~ ('(^|_)(password|passwd|pwd|passphrase|passcode|secret|token|otp|totp|hotp|credential|jwt|bearer'
            '|salt|nonce|cookie|hash|pin)s?(_|$)')
        OR word.name ~ '(^|_)(api|private|access|encryption|signing|auth|session|ssh)_?keys?(_|$)'
        OR word.name ~ ('(^|_)(recovery|backup|one_?time|verification|reset|activation|confirmation|login|magic)'
            '_(code|link)s?(_|$)')
        OR word.name ~ '(^|_)(sid|sess_?id|session_?id)$' AND p_type !~ '^uuid'
        OR word.home ~ '^((user|web|http|php|login)_)?sessions?$'
           AND word.name ~ '^(id|key|sid)$' AND p_type !~ '^uuid')
    FROM (SELECT lower(regexp_replace(p_column, '([a-z0-9])([A-Z])', '\1_\2', 'g')) AS name,
        lower(regexp_replace(p_table, '([a-z0-9])([A-Z])', '\1_\2', 'g')) AS home) AS word
$body$;
COMMENT ON FUNCTION {S}.birth_is_secret(text, text, text) IS
    'True if a column probably holds secrets, by its name, its table''s name and its type. For birth_reader.';

-- Those of an identity's columns that hold secrets.
CREATE OR REPLACE FUNCTION {S}.birth_secret_columns(p_relid oid, p_columns text[]) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{{}}')
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE a.attrelid = p_relid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname::text = ANY (p_columns)
      AND {S}.birth_is_secret(c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod))
$body$;
COMMENT ON FUNCTION {S}.birth_secret_columns(oid, text[]) IS
    'Those of an identity''s columns that probably hold secrets. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_is_secret(text, text, text), {S}.birth_secret_columns(oid, text[])
    TO birth_reader;
