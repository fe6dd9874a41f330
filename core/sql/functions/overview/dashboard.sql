-- needs: overview/readiness
-- A company that has a view of this name keeps it: the console itself reads the function.
DO $body$
DECLARE
    v_owner oid := (SELECT relowner FROM pg_class
        WHERE oid = to_regclass(format('%I.v_birth_stage2_qt001_readiness_dashboard', {s})));
BEGIN
    IF v_owner IS NULL OR v_owner = 'birth_owner'::regrole THEN
        CREATE OR REPLACE VIEW {S}.v_birth_stage2_qt001_readiness_dashboard AS
            SELECT metric, value FROM {S}.birth_readiness();
        ALTER VIEW {S}.v_birth_stage2_qt001_readiness_dashboard OWNER TO birth_owner;
        GRANT SELECT ON {S}.v_birth_stage2_qt001_readiness_dashboard TO birth_reader;
        COMMENT ON VIEW {S}.v_birth_stage2_qt001_readiness_dashboard IS
            'The readiness dashboard: eight metrics, computed at each query by birth_readiness().';
    ELSE
        INSERT INTO {S}.birth_setting
        VALUES ('left_alone', ARRAY['v_birth_stage2_qt001_readiness_dashboard'])
        ON CONFLICT DO NOTHING;
    END IF;
END
$body$;
