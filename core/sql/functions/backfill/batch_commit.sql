-- needs: backfill/batch
-- A batch that is about to commit: its permit must admit it by the clock of this moment, its operator still be one, and
-- no more than a minute may have gone by since it began. A session that holds a transaction open
-- commits nothing later that was allowed before. Its claim cannot be lost meanwhile: the row is this transaction's.
-- Fires at the commit: who asks for it earlier, and would commit when they like, is refused.
CREATE OR REPLACE FUNCTION {S}._birth_batch_commits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_context text;
    v_entry {S}.birth_backfill_ledger;
    v_unfit text;
BEGIN
    GET DIAGNOSTICS v_context = PG_CONTEXT;
    SELECT * INTO v_entry FROM {S}.birth_backfill_ledger AS l WHERE l.ledger_id = NEW.ledger_id;
    -- A permit that is gone admits nothing either.
    SELECT coalesce((
        SELECT coalesce({S}.birth_permit_unfit(p, v_entry.collection_name, v_entry.run_id), '')
        FROM {S}.birth_admission_permit AS p WHERE p.permit_id = NEW.permit_id), 'gone')
    INTO v_unfit;
    IF position(E'\n' IN v_context) > 0 OR coalesce(current_query(), '') ~* 'constraints' THEN
        PERFORM {S}.birth_refuse('BR003', 'checked_early', 'a batch is checked when it commits, not before',
            jsonb_build_object('ledger_id', NEW.ledger_id, 'epoch', NEW.epoch), 'Commit the batch as it is.');
    ELSIF clock_timestamp() - transaction_timestamp() > interval '60 seconds' THEN
        PERFORM {S}.birth_refuse('BR003', 'batch_too_old',
            format('batch %s of entry %s was open for more than a minute', NEW.epoch, NEW.ledger_id),
            jsonb_build_object('ledger_id', NEW.ledger_id, 'epoch', NEW.epoch, 'began', transaction_timestamp()),
            'Nothing of it was kept. Apply it again, and commit at once.');
    ELSIF v_unfit <> '' THEN
        PERFORM {S}.birth_refuse('BR003', 'permit_in_scope',
            format('permit %s no longer admits the batch that is committed: %s', NEW.permit_id, v_unfit),
            jsonb_build_object('gates', jsonb_build_array(jsonb_build_object('gate', 'permit_in_scope',
                'evidence', jsonb_build_object('run', v_entry.run_id, 'permit', NEW.permit_id, 'reason', v_unfit)))),
            'Ask a gatekeeper to open a permit.');
    END IF;
    PERFORM {S}._birth_actor('birth_operator', 'apply a run');
    RETURN NULL;
END
$body$;
COMMENT ON FUNCTION {S}._birth_batch_commits() IS
    'Checks a batch again when it commits: permit, clock and operator. Private. Raises BR003 checked_early, '
    'batch_too_old, permit_in_scope, and what _birth_actor raises.';

DO $body$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger AS t
        WHERE t.tgrelid = format('%I.birth_backfill_batch', {s})::regclass AND t.tgname = 'birth_batch_commits'
          AND t.tgfoid = format('%I._birth_batch_commits', {s})::regproc AND t.tgenabled = 'O' AND t.tginitdeferred)
    THEN
        DROP TRIGGER IF EXISTS birth_batch_commits ON {S}.birth_backfill_batch;
        CREATE CONSTRAINT TRIGGER birth_batch_commits AFTER UPDATE ON {S}.birth_backfill_batch
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL)
            EXECUTE FUNCTION {S}._birth_batch_commits();
    END IF;
END
$body$;
