-- Exempt a collection from the law of birth, or bring it back: a policy decision.
CREATE OR REPLACE FUNCTION {S}.birth_policy_set(p_collection text, p_requirement text, p_reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text;
BEGIN
    v_person := {S}._birth_actor('birth_gatekeeper', 'decide the policy of a collection');
    IF {S}._birth_is_blank(p_reason) THEN
        PERFORM {S}.birth_refuse('BR002', 'reason_missing',
            'a policy decision needs a reason',
            jsonb_build_object('collection', p_collection),
            'Give --reason.');
    ELSIF p_requirement IS NULL OR p_requirement NOT IN ('REQUIRED', 'EXEMPT') THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_requirement',
            'a policy is REQUIRED or EXEMPT',
            jsonb_build_object('collection', p_collection, 'requirement', p_requirement),
            'Choose one of the two.');
    END IF;
    IF NOT {S}._birth_policy_write(p_collection, p_requirement) THEN
        PERFORM {S}.birth_refuse('BR002', 'unknown_collection', format('%s has no policy', p_collection),
            jsonb_build_object('collection', p_collection), 'See `birth-console matrix --all`.');
    END IF;
    PERFORM {S}.birth_ledger_append('policy_decided', jsonb_build_object('collection', p_collection,
        'requirement', p_requirement, 'person', v_person, 'reason', p_reason));
END
$body$;
COMMENT ON FUNCTION {S}.birth_policy_set(text, text, text) IS
    'Sets the policy of a collection: REQUIRED, or EXEMPT from registration. For birth_gatekeeper. Raises BR002 '
    'reason_missing, bad_requirement, unknown_collection, and what _birth_actor raises.';

GRANT EXECUTE ON FUNCTION {S}.birth_policy_set(text, text, text) TO birth_gatekeeper;
