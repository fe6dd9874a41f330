-- needs: kernel/refusal
-- The one function that runs what others wrote where rows are written, as birth_caller.
{JOIN_CALLER}

DROP FUNCTION IF EXISTS {S}._birth_as_caller(text, text[], text[], timestamptz[], text[]);

-- Run a statement that answers with a number, as birth_caller; without one, register a row by the stand-in. Its body
-- only birth_owner could replace.
CREATE OR REPLACE FUNCTION {S}._birth_as_caller(
    p_statement text, p_codes text[], p_keys text[], p_births timestamptz[], p_known text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = 'off' AS $body$
DECLARE
    v_answer bigint;
BEGIN
    {IS_CALLER}
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

ALTER FUNCTION {S}._birth_as_caller(text, text[], text[], timestamptz[], text[]) OWNER TO birth_caller;
REVOKE ALL ON FUNCTION {S}._birth_as_caller(text, text[], text[], timestamptz[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {S}._birth_as_caller(text, text[], text[], timestamptz[], text[]) TO birth_owner;

{LEAVE_CALLER}
