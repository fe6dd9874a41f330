-- A field of an event as bytes that cannot be read in two ways: a mark whether it is NULL, its length, its text.
CREATE OR REPLACE FUNCTION {S}._birth_ledger_field(p_value text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN CASE
        WHEN p_value IS NULL THEN decode('00', 'hex')
        ELSE decode('01', 'hex')
            || int4send(octet_length(convert_to(p_value, 'UTF8'))) || convert_to(p_value, 'UTF8') END;
END
$body$;
COMMENT ON FUNCTION {S}._birth_ledger_field(text) IS
    'One field of an event as unambiguous bytes for the hash: a mark for NULL, the length, the text. Private.';

-- A transaction that was prepared would hold what it has locked (the head of the chain, a claim, the row of a run) for
-- as long as its owner likes, and no session could be ended for it: one that notifies cannot be prepared.
CREATE OR REPLACE FUNCTION {S}._birth_commits_itself() RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF current_setting('max_prepared_transactions')::integer > 0 THEN
        PERFORM pg_notify('birth_ledger', '');
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_commits_itself() IS
    'Makes sure that this transaction cannot be prepared for a later commit. Private.';

-- Append an event to the chain, and answer its number. Its hash covers the hash of the event before it.
CREATE OR REPLACE FUNCTION {S}.birth_ledger_append(p_kind text, p_payload jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_prev bytea;
    v_seq bigint;
    v_clock bigint;
    v_at_us bigint;
    v_payload text := p_payload::text;
    v_hash bytea;
BEGIN
    -- What is in the chain stays there, and is read whenever it is verified. Only what lists collections may be long.
    IF octet_length(v_payload) > (CASE
            WHEN p_kind IN ('planned', 'reconciled', 'started', 'resumed', 'applied',
            'enrolled', 'configured', 'rows_found', 'batch', 'schema_installed', 'schema_upgraded', 'schema_recorded')
            THEN 64000000
            ELSE 100000 END) THEN
        PERFORM {S}.birth_refuse('BR002', 'text_too_long',
            format('an event of %s bytes is too long for the ledger', octet_length(v_payload)),
            jsonb_build_object('kind', p_kind, 'bytes', octet_length(v_payload)),
            'Shorten it.');
    END IF;
    PERFORM {S}._birth_commits_itself();
    SELECT seq + 1, hash INTO STRICT v_seq, v_prev FROM {S}.birth_ledger_head FOR UPDATE;
    -- Read under the lock, so that times never run backwards along the chain. A clock that is set back stays behind the
    -- event before for a while: that event's time holds, and by how much the clock is behind is part of the event.
    v_clock := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    SELECT greatest(v_clock, max(at_us)) INTO v_at_us FROM {S}.birth_ledger_event WHERE seq = v_seq - 1;
    IF v_at_us - v_clock > 1000000 THEN
        v_payload := (coalesce(p_payload, '{{}}') || jsonb_build_object('clock_behind_us', v_at_us - v_clock))::text;
    END IF;
    v_hash := sha256('birth-ledger-v1'::bytea || v_prev || {S}._birth_ledger_field(v_seq::text)
        || {S}._birth_ledger_field(v_at_us::text) || {S}._birth_ledger_field(session_user::text)
        || {S}._birth_ledger_field(p_kind) || {S}._birth_ledger_field(v_payload));
    INSERT INTO {S}.birth_ledger_event (seq, at_us, actor, kind, payload, prev, hash)
    VALUES (v_seq, v_at_us, session_user, p_kind, v_payload, v_prev, v_hash);
    UPDATE {S}.birth_ledger_head SET seq = v_seq, hash = v_hash;
    RETURN v_seq;
END
$body$;
COMMENT ON FUNCTION {S}.birth_ledger_append(text, jsonb) IS
    'Appends an event to the hash chain and returns its number. Appends wait for each other on the head of the '
    'chain. For administrators. Raises BR002 text_too_long.';
