-- Undo the last classification of a collection: a compensating event. What was there before it holds again; the history
-- and the chain keep all three. Refused once rows are registered under it.
CREATE OR REPLACE FUNCTION {S}.birth_identity_undo(
    p_collection text, p_seen_version integer, p_reason text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'undo classifications');
    v_current {S}.birth_identity;
    v_before {S}.birth_identity_history;
    v_version integer;
BEGIN
    SELECT * INTO v_current FROM {S}.birth_identity WHERE collection_name = p_collection;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM {S}.birth_identity_history AS h
        WHERE h.collection_name = p_collection AND h.version = v_current.version AND h.action = 'classified') THEN
        PERFORM {S}.birth_refuse('BR003', 'nothing_to_undo',
            format('the last change of %s is not a classification', p_collection),
            jsonb_build_object('collection', p_collection),
            'See `birth-console classify --history`.');
    END IF;
    PERFORM {S}._birth_insist_on_text(coalesce(p_reason, 'none'), 'reason_missing', 'a reason says something',
        jsonb_build_object('collection', p_collection), 'Omit it, or write a reason.');
    v_version := {S}._birth_identity_next(p_collection, v_current.version, p_seen_version);
    SELECT * INTO v_before FROM {S}.birth_identity_history
    WHERE collection_name = p_collection AND version < v_current.version ORDER BY version DESC LIMIT 1;
    IF v_before.strategy IS NULL THEN
        DELETE FROM {S}.birth_identity WHERE collection_name = p_collection;
    ELSE
        UPDATE {S}.birth_identity SET strategy = v_before.strategy, columns = v_before.columns, version = v_version
        WHERE collection_name = p_collection;
    END IF;
    INSERT INTO {S}.birth_identity_history
        (collection_name, version, action, strategy, columns, person, reason, evidence, evidence_digest, pins)
    VALUES (p_collection, v_version, 'undone', v_before.strategy, v_before.columns, v_person, p_reason,
        v_before.evidence, v_before.evidence_digest, v_before.pins);
    PERFORM {S}.birth_ledger_append('identity_undone', jsonb_build_object(
        'collection', p_collection, 'undone', v_current.version,
        'strategy', v_before.strategy, 'columns', v_before.columns, 'version', v_version, 'reason', p_reason,
        'rows', {S}._birth_identity_images(p_collection, v_version)));
    RETURN v_version;
END
$body$;
COMMENT ON FUNCTION {S}.birth_identity_undo(text, integer, text) IS
    'Undoes the latest classification of a collection by a new version. Returns that version. For birth_operator. '
    'Raises BR002 none; BR003 nothing_to_undo, and what _birth_actor raises.';

GRANT EXECUTE ON FUNCTION {S}.birth_identity_undo(text, integer, text) TO birth_operator;
