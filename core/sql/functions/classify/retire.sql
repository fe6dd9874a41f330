-- Retire an identity under which rows are registered: its column was dropped or defined anew, or it was the wrong one.
-- Rows that have their codes keep them: they are remembered by their keys, and no later identity counts for them. So
-- nothing is born twice. The collection is unclassified until it is classified again.
CREATE OR REPLACE FUNCTION {S}.birth_identity_retire(
    p_collection text, p_seen_version integer, p_reason text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_operator', 'retire identities');
    v_current {S}.birth_identity;
    v_version integer;
    v_kept jsonb;
BEGIN
    PERFORM {S}._birth_insist_on_text(p_reason, 'reason_missing', 'retiring an identity needs a reason',
        jsonb_build_object('collection', p_collection), 'Give --reason.');
    SELECT * INTO v_current FROM {S}.birth_identity WHERE collection_name = p_collection;
    IF NOT FOUND THEN
        PERFORM {S}.birth_refuse('BR003', 'not_classified', format('%s has no identity', p_collection),
            jsonb_build_object('collection', p_collection), 'See `birth-console matrix`.');
    END IF;
    v_version := {S}._birth_identity_next(p_collection, NULL, p_seen_version);
    IF {S}.birth_identity_registered(p_collection) = 0 THEN
        PERFORM {S}.birth_refuse('BR003', 'nothing_registered',
            format('no row of %s is registered under its identity', p_collection),
            jsonb_build_object('collection', p_collection),
            'Classify the collection again, or remove the identity: `birth-console classify … --unclassify`.');
    END IF;
    PERFORM {S}._birth_retired_keep(p_collection, v_version, v_current,
        {S}._birth_identity_pinned(p_collection));
    DELETE FROM {S}.birth_identity WHERE collection_name = p_collection;
    INSERT INTO {S}.birth_identity_history (collection_name, version, action, person, reason)
    VALUES (p_collection, v_version, 'retired', v_person, p_reason);
    SELECT to_jsonb(r) - 'pins' INTO STRICT v_kept FROM {S}.birth_identity_retirement AS r
    WHERE r.collection_name = p_collection AND r.version = v_version;
    PERFORM {S}.birth_ledger_append('identity_retired', jsonb_build_object('collection', p_collection,
        'strategy', v_current.strategy, 'columns', v_current.columns, 'version', v_version, 'person', v_person,
        'reason', p_reason, 'kept', v_kept,
        'rows', {S}._birth_identity_images(p_collection, v_version)
            || {S}._birth_retirement_images(p_collection, v_version)));
    RETURN v_version;
END
$body$;
COMMENT ON FUNCTION {S}.birth_identity_retire(text, integer, text) IS
    'Retires an identity under which rows are registered: they keep their codes, and the next identity counts for '
    'the others. Returns the new version. For birth_operator. Raises BR002 reason_missing; BR003 not_classified, '
    'nothing_registered, and what _birth_actor raises.';

-- Remember which rows have their codes under an identity: those whose code is registered. Where its columns are other
-- ones by now, that holds only if each of its registered codes is still a row's; else, and where it cannot be computed
-- any more, every row of this moment has one, since a second code would be a second birth.
CREATE OR REPLACE FUNCTION {S}._birth_retired_keep(
    p_collection text, p_version integer, p_identity {S}.birth_identity, p_pins jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET work_mem = '256MB'
{TEXT_SETTINGS} AS $body$
DECLARE
    v_relid oid := {S}.birth_collection_table(p_collection);
    v_registered bigint := {S}.birth_bound_count('registry', p_collection);
    v_key record;
    v_every boolean := NOT coalesce(p_identity.columns <@ ARRAY(
            SELECT a.attname::text FROM pg_attribute AS a
            WHERE a.attrelid = v_relid AND a.attnum > 0 AND NOT a.attisdropped), false);
BEGIN
    IF NOT v_every AND {S}._birth_identity_drifted(p_pins, v_relid, p_identity.columns) THEN
        v_every := NOT {S}._birth_retired_met(v_relid, p_identity);
    END IF;
    INSERT INTO {S}.birth_identity_retirement
        (collection_name, version, strategy, columns, pins, key_columns, every_row, rows, registered, digest)
    VALUES (p_collection, p_version, p_identity.strategy, p_identity.columns, p_pins, '{{}}', v_every, 0,
        v_registered, encode(sha256(''::bytea), 'hex'));
    IF v_relid IS NULL THEN
        RETURN;
    END IF;
    SELECT * INTO v_key FROM {S}._birth_locator(v_relid, p_identity.columns);
    IF NOT v_key.indexed THEN
        PERFORM {S}.birth_refuse('BR003', 'no_key',
            format('rows of %s have no key by which those with a code could be remembered', p_collection),
            jsonb_build_object('collection', p_collection, 'table', v_relid::regclass::text),
            'Ask the table''s owner for a primary key, or a gatekeeper to exempt the collection.');
    END IF;
    INSERT INTO {S}.birth_retired_row (collection_name, version, seq, source_key)
    SELECT p_collection, p_version, row_number() OVER (), kept.source_key
    FROM {S}._birth_reading({S}._birth_retired_query(v_relid, p_identity, v_key.locator, v_every))
        AS kept(source_key text[]);
    UPDATE {S}.birth_identity_retirement AS r
    SET key_columns = v_key.locator, rows = k.rows, digest = k.digest
    FROM (
        SELECT count(*) AS rows, encode(sha256(coalesce(
            string_agg(sha256(convert_to(o.source_key::text, 'UTF8')), ''::bytea
                ORDER BY o.source_key::text COLLATE "C"), ''::bytea)), 'hex') AS digest
        FROM {S}.birth_retired_row AS o
        WHERE o.collection_name = p_collection AND o.version = p_version) AS k
    WHERE r.collection_name = p_collection AND r.version = p_version;
END
$body$;
COMMENT ON FUNCTION {S}._birth_retired_keep(text, integer, {S}.birth_identity, jsonb) IS
    'Records an identity as retired, with the keys of the rows that keep its codes. Private. Raises BR003 no_key.';

-- Whether each code that is registered under an identity is still that of one row, although its columns are other ones
-- than they were: retyped, or made again from the same values.
CREATE OR REPLACE FUNCTION {S}._birth_retired_met(p_relid oid, p_identity {S}.birth_identity) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_met bigint;
BEGIN
    SELECT count(*) INTO v_met
    FROM {S}._birth_reading({S}._birth_retired_query(p_relid, p_identity, p_identity.columns, false))
        AS kept(source_key text[]);
    RETURN v_met = {S}.birth_identity_registered(p_identity.collection_name);
EXCEPTION WHEN SQLSTATE 'BR003' THEN
    RETURN false;  -- of a type without a text of its own
END
$body$;
COMMENT ON FUNCTION {S}._birth_retired_met(oid, {S}.birth_identity) IS
    'True if each code that is registered under an identity is still that of one row, although its columns changed. '
    'Private.';

-- The query of their keys. Rows of an identity that was retired before are among those already.
CREATE OR REPLACE FUNCTION {S}._birth_retired_query(
    p_relid oid, p_identity {S}.birth_identity, p_key text[], p_every boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_key text := {S}._birth_source_key(p_key);
    v_code text;
BEGIN
    IF p_every THEN
        RETURN format('SELECT %s FROM %s AS source', v_key, {S}._birth_source(p_relid, p_key));
    END IF;
    v_code := {S}._birth_identity_expression(
        p_relid, p_identity.collection_name, p_identity.strategy, p_identity.columns, 'source');
    IF {S}.birth_windowed(p_relid) THEN
        RETURN format('SELECT w.source_key::text[] FROM {S}.birth_windows(%L) AS w WHERE w.owner = %L',
            format('SELECT %s AS code, %s::text AS source_key FROM %s AS source',
                v_code, v_key, {S}._birth_source(p_relid, p_identity.columns || p_key)),
            p_identity.collection_name);
    END IF;
    RETURN format('SELECT %s FROM %s AS source JOIN {S}.birth_registry_rows() AS r'
        ' ON r.entity_code = (%s) WHERE r.collection_name = %L',
        v_key, {S}._birth_source(p_relid), v_code, p_identity.collection_name);
END
$body$;
COMMENT ON FUNCTION {S}._birth_retired_query(oid, {S}.birth_identity, text[], boolean) IS
    'The query of the keys of rows that keep the codes of an identity. Private.';

-- The image of a retirement.
CREATE OR REPLACE FUNCTION {S}._birth_retirement_images(p_collection text, p_version integer) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT {S}._birth_images('birth_identity_retirement',
        format('t.collection_name = %L AND t.version = %s', p_collection, p_version), NULL)
$body$;
COMMENT ON FUNCTION {S}._birth_retirement_images(text, integer) IS
    'The image of a retirement, as an event carries it. Private.';

GRANT EXECUTE ON FUNCTION {S}.birth_identity_retire(text, integer, text) TO birth_operator;
