-- needs: kernel/refusal
-- The one function that runs what others wrote, as birth_caller. The administrator makes it and gives it away; its
-- maker needs a moment's leave to create in the schema, and so does its new owner.
DO $body$
DECLARE
    v_granular boolean := current_setting('server_version_num')::integer >= 160000;
BEGIN
    -- Who is no superuser may only give to a role that it can become. That ends below.
    IF NOT pg_has_role(current_user, 'birth_caller', CASE WHEN v_granular THEN 'SET' ELSE 'MEMBER' END)
       OR NOT pg_has_role(current_user, 'birth_caller', 'USAGE') THEN
        EXECUTE format('GRANT birth_caller TO %I%s', current_user,
            CASE WHEN v_granular THEN ' WITH INHERIT TRUE, SET TRUE' END);
        PERFORM set_config('birth.joined_caller', 'on', true);
    END IF;
END
$body$;

DROP FUNCTION IF EXISTS {S}._birth_as_caller(text, text[], text[], timestamptz[], text[]);

-- Run a statement that answers with a number, as birth_caller; without one, register a row by the stand-in. Its owner
-- is who runs foreign code: it could make this function run as its caller, or look for names elsewhere. So it
-- asks first who it is, in words that no search_path bends; its body only birth_owner could replace.
CREATE OR REPLACE FUNCTION {S}._birth_as_caller(
    p_statement text, p_codes text[], p_keys text[], p_births timestamptz[], p_known text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = 'off' AS $body$
DECLARE
    v_answer bigint;
BEGIN
    IF current_user OPERATOR(pg_catalog.<>) 'birth_caller'::pg_catalog.name THEN
        RAISE EXCEPTION USING ERRCODE = 'BR005',
            MESSAGE = 'caller_changed: this ran with more rights than birth_caller has';
    END IF;
    IF p_statement IS NULL THEN
        PERFORM {S}.fn_birth_register(p_collection_name => p_keys[1], p_entity_code => p_codes[1],
            p_dry_run => false);
        RETURN 1;
    END IF;
    EXECUTE p_statement INTO v_answer USING p_codes, p_keys, p_births, p_known;
    -- What would be checked at commit is checked here: as birth_caller, and where a row that fails can still be set
    -- aside. Not for the gateway: what else waits for the commit there is its caller's.
    IF p_known IS NOT NULL THEN
        SET CONSTRAINTS ALL IMMEDIATE;
    END IF;
    RETURN v_answer;
END
$body$;
COMMENT ON FUNCTION {S}._birth_as_caller(text, text[], text[], timestamptz[], text[]) IS
    'Runs a statement that answers with a number as birth_caller, the role that code of others runs as; without '
    'one, registers a row by the stand-in. For birth_owner.';

REVOKE ALL ON FUNCTION {S}._birth_as_caller(text, text[], text[], timestamptz[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {S}._birth_as_caller(text, text[], text[], timestamptz[], text[]) TO birth_owner;
GRANT CREATE ON SCHEMA {S} TO birth_caller;
ALTER FUNCTION {S}._birth_as_caller(text, text[], text[], timestamptz[], text[]) OWNER TO birth_caller;
REVOKE CREATE ON SCHEMA {S} FROM birth_caller;

DO $body$
BEGIN
    IF current_setting('birth.joined_caller', true) = 'on' THEN
        EXECUTE format('REVOKE birth_caller FROM %I', current_user);
        PERFORM set_config('birth.joined_caller', 'off', true);
    END IF;
END
$body$;
