-- Evidence that others bring: an object that every reader can take apart later. Bounded in its size, in how deep it
-- is nested, and in the digits of its numbers: what goes beyond that stops its reader.
CREATE OR REPLACE FUNCTION {S}.birth_is_plain_evidence(p_evidence jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_level jsonb := jsonb_build_array(p_evidence);
BEGIN
    IF jsonb_typeof(p_evidence) IS DISTINCT FROM 'object' OR octet_length(p_evidence::text) > 50000 THEN
        RETURN false;
    END IF;
    -- A level at a time: what holds nothing any more within ten levels is not deep.
    FOR v_depth IN 1 .. 10 LOOP
        SELECT jsonb_agg(inner_value.value) INTO v_level
        FROM jsonb_array_elements(v_level) AS outer_value
        CROSS JOIN LATERAL (
            SELECT e.value FROM jsonb_each(CASE jsonb_typeof(outer_value.value)
                WHEN 'object' THEN outer_value.value ELSE '{{}}' END) AS e
            UNION ALL
            SELECT e.value FROM jsonb_array_elements(CASE jsonb_typeof(outer_value.value)
                WHEN 'array' THEN outer_value.value ELSE '[]' END) AS e
        ) AS inner_value;
        IF EXISTS (SELECT FROM jsonb_array_elements(v_level) AS e
                WHERE jsonb_typeof(e.value) = 'number' AND length(e.value::text) > 40) THEN
            RETURN false;
        ELSIF v_level IS NULL THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$body$;
COMMENT ON FUNCTION {S}.birth_is_plain_evidence(jsonb) IS
    'True if evidence is an object of bounded size, depth and length of numbers, so that every reader can parse it. '
    'For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_is_plain_evidence(jsonb) TO birth_reader;
