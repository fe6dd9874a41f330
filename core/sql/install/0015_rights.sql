-- Who may do what. Nobody has DML: every write goes through one of the functions below.
-- The schema may hold what is not ours to grant.
DO $body$
DECLARE
    v_table oid;
BEGIN
    FOR v_table IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND relowner = 'birth_owner'::regrole
        AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s})
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO birth_reader', v_table::regclass);
    END LOOP;
END
$body$;
GRANT EXECUTE ON FUNCTION {S}.birth_readiness(), {S}.birth_collections(), {S}.birth_collection_table(text),
    {S}.birth_resolvable(oid, text, text[]), {S}.birth_frozen_script_copes(text, oid), {S}.birth_gateway_fingerprint(), {S}.birth_gateway_functions(), {S}.birth_register_function(),
    {S}.birth_trigger_fingerprint(oid), {S}.birth_backfill_facts(bigint), {S}.birth_permit_for(text),
    {S}.birth_item_digest(bigint), {S}.birth_refuse(text, text, text, jsonb, text) TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_identity_classify(text, text, text[], integer, text, jsonb),
    {S}.birth_identity_unclassify(text, integer, text), {S}.birth_backfill_plan(text[]) TO birth_operator;
GRANT EXECUTE ON FUNCTION {S}.birth_permit_open(bigint, interval, text, text[], text), {S}.birth_permit_close(bigint, text),
    {S}.birth_policy_set(text, text, text) TO birth_gatekeeper;
