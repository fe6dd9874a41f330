-- Refuse, in the form the console understands: SQLSTATE class BR, `code: message`, evidence as JSON, a hint.
CREATE OR REPLACE FUNCTION {S}.birth_refuse(
    p_state text, p_code text, p_message text, p_evidence jsonb, p_hint text) RETURNS void
LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION USING ERRCODE = p_state, MESSAGE = p_code || ': ' || p_message,
        DETAIL = coalesce(p_evidence, '{{}}'::jsonb)::text, HINT = coalesce(p_hint, '');
END
$body$;
COMMENT ON FUNCTION {S}.birth_refuse(text, text, text, jsonb, text) IS
    'Raises a refusal in the form that the console reads: SQLSTATE of class BR, `code: message`, evidence as JSON, '
    'a hint. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_refuse(text, text, text, jsonb, text) TO birth_reader;
