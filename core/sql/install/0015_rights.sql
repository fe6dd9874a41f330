-- Who may do what. Nobody has DML: every write goes through one of the functions below.
GRANT SELECT ON ALL TABLES IN SCHEMA {S} TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_readiness(), {S}.birth_collections(), {S}.birth_collection_table(text),
    {S}.birth_resolvable(oid, text, text[]), {S}.birth_frozen_script_copes(text, oid), {S}.birth_gateway_fingerprint(),
    {S}.birth_trigger_fingerprint(oid), {S}.birth_backfill_facts(bigint), {S}.birth_permit_for(text),
    {S}.birth_item_digest(bigint), {S}.birth_refuse(text, text, text, jsonb, text) TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_identity_classify(text, text, text[], integer, text, jsonb),
    {S}.birth_identity_unclassify(text, integer, text), {S}.birth_backfill_plan(text[]) TO birth_operator;
GRANT EXECUTE ON FUNCTION {S}.birth_permit_open(bigint, interval, text, text[], text), {S}.birth_permit_close(bigint, text),
    {S}.birth_policy_set(text, text, text) TO birth_gatekeeper;
