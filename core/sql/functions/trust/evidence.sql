-- What a reviewer stands for: facts of a run that do not change by themselves once it is applied.
CREATE OR REPLACE FUNCTION {S}.birth_run_evidence(p_run bigint) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET "TimeZone" = 'UTC' AS $body$
    SELECT jsonb_build_object(
        'run', r.run_id,
        'digest', r.digest,
        'gateway', r.gateway,
        'gateway_live', {S}.birth_gateway_fingerprint(),
        'alerts_changed', (
            SELECT coalesce(jsonb_agg(jsonb_build_array(a.alert, a.change) ORDER BY a.alert, a.change), '[]')
            FROM {S}.birth_alerts_changed(p_run) AS a),
        'triggers_changed', (
            SELECT coalesce(jsonb_agg(l.collection_name ORDER BY l.ledger_id), '[]')
            FROM {S}.birth_backfill_ledger AS l
            WHERE l.run_id = p_run AND l.triggers IS DISTINCT FROM {S}.birth_triggers_live(l.triggers, l.relid)),
        'accounting', (
            SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.ledger_id), '[]')
            FROM {S}.birth_accounting(p_run) AS a),
        'written', {S}.birth_bound_count('registry', p_origin => 'birth-backfill:run-' || p_run),
        'quarantined', (
            SELECT coalesce(jsonb_agg(jsonb_build_array(q.ledger_id, q.seq, q.entity_code, q.sqlstate)
                ORDER BY q.ledger_id, q.seq), '[]')
            FROM {S}.birth_backfill_quarantine AS q JOIN {S}.birth_backfill_ledger AS l USING (ledger_id)
            WHERE l.run_id = p_run),
        'history', r.history,
        'lost', (
            SELECT coalesce(jsonb_agg(to_jsonb(s) - 'history' ORDER BY s.loss_id), '[]')
            FROM {S}.birth_backfill_loss AS s WHERE s.run_id = p_run),
        'participants', (SELECT jsonb_agg(to_jsonb(p)) FROM {S}.birth_participants(p_run) AS p))
    FROM {S}.birth_backfill_run AS r WHERE r.run_id = p_run
$body$;
COMMENT ON FUNCTION {S}.birth_run_evidence(bigint) IS
    'The evidence of a run that a certificate covers. For birth_reader.';

-- What a certificate names of its evidence, and what a reviewer must name to certify.
CREATE OR REPLACE FUNCTION {S}.birth_evidence_digest(p_evidence jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT encode(sha256(convert_to(p_evidence::text, 'UTF8')), 'hex')
$body$;
COMMENT ON FUNCTION {S}.birth_evidence_digest(jsonb) IS
    'The sha256 of evidence. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_run_evidence(bigint),
    {S}.birth_evidence_digest(jsonb) TO birth_reader;
