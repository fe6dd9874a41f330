-- Record an identity. The caller looked at live data and says at which version; here stands what must hold of every
-- call, whatever evidence it brings: scope, columns, codec, rows that it does identify, no other writer in between,
-- nothing registered under another identity.
CREATE OR REPLACE FUNCTION {S}.birth_identity_classify(
    p_collection text, p_strategy text, p_columns text[], p_seen_version integer, p_reason text, p_evidence jsonb
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'classify identities');
    v_collection record;
    v_version integer;
    v_evidence jsonb;
    v_pins jsonb;
BEGIN
    SELECT * INTO v_collection FROM {S}._birth_collections_now(ARRAY[p_collection]);
    IF NOT FOUND OR v_collection.requirement IS DISTINCT FROM 'REQUIRED' OR v_collection.relid IS NULL THEN
        PERFORM {S}.birth_refuse('BR003', 'not_classifiable',
            format('%s is not a REQUIRED collection with a table', p_collection),
            jsonb_build_object(
                'collection', p_collection,
                'requirement', v_collection.requirement,
                'table', v_collection.relid::regclass::text),
            'See `birth-console matrix`.');
    END IF;
    IF p_strategy IS NULL OR p_strategy NOT IN ('column', 'synthetic') OR NOT {S}._birth_is_list(p_columns)
       OR p_strategy = 'column' AND cardinality(p_columns) > 1 THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_template',
            'invalid identity: use one column, or several joined as synthetic',
            jsonb_build_object('strategy', p_strategy, 'columns', p_columns),
            'Name columns of the table.');
    END IF;
    IF cardinality(p_columns) <> (SELECT count(DISTINCT wanted) FROM unnest(p_columns) AS wanted) THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_template',
            'invalid identity: each column may appear once',
            jsonb_build_object('columns', p_columns),
            'Remove the repeated column.');
    END IF;
    IF p_evidence IS NOT NULL
           AND NOT ({S}.birth_is_plain_evidence(p_evidence) AND octet_length(p_evidence::text) < 40000)
       OR p_reason IS NOT NULL AND {S}._birth_is_blank(p_reason) THEN
        PERFORM {S}.birth_refuse('BR002', 'bad_evidence',
            'invalid evidence or reason: a small object, and a text that is not blank',
            jsonb_build_object('collection', p_collection, 'bytes', octet_length(p_evidence::text)),
            'Omit it, or write a reason.');
    END IF;
    PERFORM {S}._birth_identity_expression(v_collection.relid, p_collection, p_strategy, p_columns, 'source');
    -- As one that has none yet is never drifted or renamed, its pins are not asked for.
    IF v_collection.strategy IS NOT DISTINCT FROM p_strategy AND v_collection.columns IS NOT DISTINCT FROM p_columns
        AND NOT {S}._birth_identity_drifted({S}._birth_identity_pinned(p_collection), v_collection.relid,
            p_columns)
    THEN
        RETURN v_collection.version;
    END IF;
    IF cardinality({S}.birth_secret_columns(v_collection.relid, p_columns)) > 0
       AND (p_evidence -> 'although_secret' IS DISTINCT FROM 'true' OR {S}._birth_is_blank(p_reason)) THEN
        PERFORM {S}.birth_refuse('BR003', 'secret',
            format('%s holds secrets: every reader of the registry would read them',
                array_to_string({S}.birth_secret_columns(v_collection.relid, p_columns), ', ')),
            jsonb_build_object(
                'collection', p_collection,
                'columns', {S}.birth_secret_columns(v_collection.relid, p_columns)),
            'Choose another identity. If every reader may see these values, add --although-secret --reason.');
    END IF;
    v_evidence := coalesce(p_evidence, '{{}}') || jsonb_build_object('counted',
        {S}._birth_identity_count(v_collection.relid, p_collection, p_strategy, p_columns));
    -- Under a new name a column gives the codes that it gave before: rows that are registered do not stand in the way.
    -- One that was imported before its table came has no pins: there each registered code is looked for among them.
    v_pins := {S}._birth_identity_pinned(p_collection);
    v_version := {S}._birth_identity_next(p_collection, CASE
        WHEN v_collection.strategy IS NOT DISTINCT FROM p_strategy AND CASE
                WHEN v_pins IS NULL THEN {S}._birth_retired_met(v_collection.relid,
                    ROW(p_collection, p_strategy, p_columns, v_collection.version)::{S}.birth_identity)
                ELSE {S}._birth_identity_renamed(v_pins, v_collection.relid, p_columns) END
            THEN NULL
        ELSE v_collection.version END, p_seen_version);
    INSERT INTO {S}.birth_identity AS i (collection_name, strategy, columns, version)
    VALUES (p_collection, p_strategy, p_columns, v_version)
    ON CONFLICT (collection_name) DO UPDATE
    SET strategy = excluded.strategy, columns = excluded.columns, version = excluded.version;
    INSERT INTO {S}.birth_identity_history
        (collection_name, version, action, strategy, columns, person, reason, evidence, evidence_digest, pins)
    VALUES (p_collection, v_version, 'classified', p_strategy, p_columns, v_person, p_reason, v_evidence,
        encode(sha256(convert_to(v_evidence::text, 'UTF8')), 'hex'),
        {S}.birth_identity_pins(v_collection.relid, p_columns));
    PERFORM {S}.birth_ledger_append('identity_classified', jsonb_build_object(
        'collection', p_collection, 'strategy', p_strategy, 'columns', p_columns, 'version', v_version,
        'reason', p_reason, 'evidence', v_evidence, 'rows', {S}._birth_identity_images(p_collection, v_version)));
    RETURN v_version;
END
$body$;
COMMENT ON FUNCTION {S}.birth_identity_classify(text, text, text[], integer, text, jsonb) IS
    'Records the identity of a REQUIRED collection, after counting for itself that it identifies every row. Returns '
    'its version. For birth_operator. Raises BR002 bad_template, bad_evidence; BR003 not_classifiable, secret, and '
    'what _birth_actor raises.';

-- Take an identity back: the collection is unclassified again, and the history keeps both.
CREATE OR REPLACE FUNCTION {S}.birth_identity_unclassify(
    p_collection text, p_seen_version integer, p_reason text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'remove identities');
    v_current {S}.birth_identity;
    v_version integer;
BEGIN
    SELECT * INTO v_current FROM {S}.birth_identity WHERE collection_name = p_collection;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR003', 'not_classified', format('%s has no identity', p_collection),
            jsonb_build_object('collection', p_collection), 'See `birth-console matrix`.');
    END IF;
    PERFORM {S}._birth_insist_on_text(coalesce(p_reason, 'none'), 'reason_missing', 'a reason says something',
        jsonb_build_object('collection', p_collection), 'Omit it, or write a reason.');
    v_version := {S}._birth_identity_next(p_collection, v_current.version, p_seen_version);
    DELETE FROM {S}.birth_identity WHERE collection_name = p_collection;
    INSERT INTO {S}.birth_identity_history (collection_name, version, action, person, reason)
    VALUES (p_collection, v_version, 'unclassified', v_person, p_reason);
    PERFORM {S}.birth_ledger_append('identity_unclassified', jsonb_build_object('collection', p_collection,
        'strategy', v_current.strategy, 'columns', v_current.columns, 'version', v_version, 'reason', p_reason,
        'rows', {S}._birth_identity_images(p_collection, v_version)));
    RETURN v_version;
END
$body$;
COMMENT ON FUNCTION {S}.birth_identity_unclassify(text, integer, text) IS
    'Removes the identity of a collection; the history keeps it. Returns the new version. For birth_operator. '
    'Raises BR002 none; BR003 not_classified, and what _birth_actor raises.';

-- The next version of an identity, for the one writer who saw the current one. Refuses where rows are registered
-- under the current identity: another code for the same rows would be a second birth.
CREATE OR REPLACE FUNCTION {S}._birth_identity_next(
    p_collection text, p_version integer, p_seen_version integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_latest record;
BEGIN
    -- Writers of one collection queue here, also where there is no row to lock yet; readers are not held up.
    LOCK TABLE {S}.birth_identity IN SHARE ROW EXCLUSIVE MODE;
    -- A batch that registers under this identity holds its row: wait for it, then see what it registered.
    PERFORM FROM {S}.birth_identity WHERE collection_name = p_collection FOR UPDATE;
    SELECT version, action, actor, recorded_at INTO v_latest FROM {S}.birth_identity_history
    WHERE collection_name = p_collection ORDER BY version DESC LIMIT 1;
    IF coalesce((SELECT version FROM {S}.birth_identity WHERE collection_name = p_collection), 0)
       <> coalesce(p_seen_version, 0) THEN
        PERFORM {S}.birth_refuse('BR004', 'identity_changed',
            format('%s was %s by %s since your last refresh', p_collection, v_latest.action, v_latest.actor),
            jsonb_build_object(
                'collection', p_collection,
                'seen_version', p_seen_version,
                'version', v_latest.version,
                'by', v_latest.actor,
                'at', v_latest.recorded_at),
            'Refresh, then decide again.');
    END IF;
    IF p_version IS NOT NULL AND {S}.birth_identity_registered(p_collection) > 0 THEN
        PERFORM {S}.birth_refuse('BR003', 'identity_in_use',
            format('rows of %s are registered under its identity', p_collection),
            jsonb_build_object(
                'collection', p_collection,
                'registered', {S}.birth_identity_registered(p_collection),
                'examples', (
                    SELECT jsonb_agg(e.code)
                    FROM {S}._birth_reading(format('SELECT entity_code FROM {S}.birth_registry_rows()'
                        ' WHERE collection_name = %L ORDER BY entity_code COLLATE "C" LIMIT 3', p_collection))
                        AS e(code text))),
            format('If its column was renamed, name the column as it is now. Else retire the identity first: '
                '`birth-console classify %s --retire --reason …`.', p_collection));
    END IF;
    RETURN coalesce(v_latest.version, 0) + 1;
END
$body$;
COMMENT ON FUNCTION {S}._birth_identity_next(text, integer, integer) IS
    'The next version of an identity, for the one writer who saw the current one. Refuses if rows are registered '
    'under it. Private. Raises BR003 identity_in_use; BR004 identity_changed.';

GRANT EXECUTE ON FUNCTION {S}.birth_identity_classify(text, text, text[], integer, text, jsonb),
    {S}.birth_identity_unclassify(text, integer, text) TO birth_operator;
