-- Certify an applied run. A person who took part in it cannot, under any login; there is no override. `p_digest` is
-- that of the evidence the reviewer looked at: what changed since is not certified.
CREATE OR REPLACE FUNCTION {S}.birth_backfill_certify(
    p_run bigint, p_digest text, p_note text, OUT chain_seq bigint, OUT chain_hash text, OUT synchronous text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_reviewer', 'certify a run');
    v_status text;
    v_parts text[];
    v_evidence jsonb;
    v_head {S}.birth_ledger_head;
    v_history jsonb := {S}.birth_history_read();
BEGIN
    -- Where there is a synchronous standby, the certificate is given once it has it, too.
    IF current_setting('synchronous_commit') IN ('local', 'remote_write') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    synchronous := current_setting('synchronous_standby_names');
    -- The run row first: an apply holds it shared, so one of the two waits for the other and then sees what it did.
    SELECT status INTO v_status FROM {S}.birth_backfill_run WHERE run_id = p_run FOR UPDATE;
    v_parts := {S}.birth_own_parts(p_run);
    IF cardinality(v_parts) > 0 THEN
        PERFORM {S}.birth_refuse('BR006', 'self_certification',
            format('%s took part in run %s and cannot certify it', v_person, p_run),
            jsonb_build_object('run', p_run, 'person', v_person, 'parts', v_parts),
            'Ask a reviewer who took no part in the run.');
    END IF;
    IF v_status IS DISTINCT FROM 'applied' THEN
        PERFORM {S}.birth_refuse('BR003', 'not_applied',
            format('run %s is %s: only an applied run is certified', p_run, coalesce(v_status, 'unknown')),
            jsonb_build_object('run', p_run, 'status', v_status),
            'See `birth-console ledger`.');
    END IF;
    PERFORM {S}._birth_insist_on_text(p_note, 'note_missing', 'a certificate needs a note',
        jsonb_build_object('run', p_run), 'State what you checked.');
    IF (SELECT coalesce(sum(a.planned), 0) FROM {S}.birth_accounting(p_run) AS a) = 0 THEN
        PERFORM {S}.birth_refuse('BR003', 'nothing_to_do',
            format('run %s had nothing to do: there is nothing to certify', p_run),
            jsonb_build_object('run', p_run, 'planned', 0),
            'See `birth-console ledger`.');
    END IF;
    v_evidence := {S}.birth_run_evidence(p_run);
    IF p_digest IS DISTINCT FROM {S}.birth_evidence_digest(v_evidence) THEN
        PERFORM {S}.birth_refuse('BR004', 'evidence_changed',
            format('the evidence of run %s has changed since verify', p_run),
            jsonb_build_object('run', p_run, 'looked_at', p_digest, 'live', {S}.birth_evidence_digest(v_evidence)),
            'Verify the run again and check the evidence.');
    END IF;
    PERFORM {S}._birth_certifiable(p_run);
    SELECT * INTO v_head FROM {S}.birth_ledger_head FOR UPDATE;
    INSERT INTO {S}.birth_backfill_certificate
        (run_id, certified_person, note, evidence, evidence_digest, chain_seq, chain_hash)
    VALUES (p_run, v_person, p_note, v_evidence, p_digest, v_head.seq, v_head.hash);
    UPDATE {S}.birth_backfill_run SET status = 'certified' WHERE run_id = p_run;
    chain_seq := {S}.birth_ledger_append('certified', jsonb_build_object(
        'run', p_run, 'person', v_person, 'note', p_note, 'evidence_digest', p_digest,
        'history', v_history || jsonb_build_object('synchronous', synchronous),
        'looked_at', jsonb_build_object('seq', v_head.seq, 'hash', encode(v_head.hash, 'hex')),
        'rows', {S}._birth_images('birth_backfill_certificate', 't.run_id = $1', p_run)
            || {S}._birth_images('birth_backfill_run', 't.run_id = $1', p_run)));
    SELECT encode(hash, 'hex') INTO chain_hash FROM {S}.birth_ledger_head;
END
$body$;
COMMENT ON FUNCTION {S}.birth_backfill_certify(bigint, text, text) IS
    'Certifies an applied run on the evidence with this digest. Refuses a person who took part in the run. For '
    'birth_reviewer. Raises BR002 note_missing; BR003 not_applied, nothing_to_do; BR004 evidence_changed; BR006 '
    'self_certification, and what _birth_actor raises.';

-- What the database itself asks of a run before a reviewer can stand for it: every acceptance gate, at this moment.
-- That an independent reviewer could certify is shown by the one who does.
CREATE OR REPLACE FUNCTION {S}._birth_certifiable(p_run bigint) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_wrong text[];
    v_gates jsonb;
BEGIN
    SELECT array_agg(a.gate), jsonb_agg(jsonb_build_object('gate', a.gate, 'evidence', a.evidence))
    INTO v_wrong, v_gates
    FROM {S}.birth_acceptance(p_run) AS a WHERE a.passed IS NOT TRUE AND a.gate <> 'no_self_certify';
    IF v_wrong IS NOT NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'not_certifiable',
            format('run %s does not pass: %s', p_run, array_to_string(v_wrong, ', ')),
            jsonb_build_object('gates', v_gates),
            'See `birth-console verify`.');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_certifiable(bigint) IS
    'Refuses a run whose evidence does not pass: gateway, alerts, triggers, accounting, rows written. Private. '
    'Raises BR003 not_certifiable.';

GRANT EXECUTE ON FUNCTION {S}.birth_backfill_certify(bigint, text, text) TO birth_reviewer;
