-- Accept that the server's history changed: the gatekeeper who compared the ledger with what was kept elsewhere says
-- so. From then on runs that ended before count here; without it none of them is certified, and no certificate that
-- vanished is given again in silence.
CREATE OR REPLACE FUNCTION {S}.birth_history_accept(p_reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = off AS $body$
DECLARE
    v_person text := {S}._birth_actor('birth_gatekeeper', 'accept a changed history');
    v_live jsonb := {S}.birth_history_read();
    v_changes jsonb;
BEGIN
    PERFORM {S}._birth_insist_on_text(p_reason, 'reason_missing', 'accepting a changed history needs a reason',
        '{{}}', 'State what you compared the ledger with.');
    LOCK TABLE {S}.birth_history_acceptance IN SHARE ROW EXCLUSIVE MODE;
    SELECT jsonb_agg(to_jsonb(c)) INTO v_changes FROM {S}.birth_history_changes() AS c;
    IF v_changes IS NULL THEN
        PERFORM {S}.birth_refuse('BR002', 'history_unchanged', 'the history of this server has not changed',
            v_live, 'See `birth-console doctor`.');
    END IF;
    INSERT INTO {S}.birth_history_acceptance (system_identifier, timeline, accepted_person, reason)
    VALUES (v_live ->> 'system_identifier', (v_live -> 'timeline')::bigint, v_person, p_reason);
    RETURN {S}.birth_ledger_append('history_accepted', jsonb_build_object(
        'person', v_person, 'reason', p_reason, 'history', v_live, 'before', v_changes,
        'rows', {S}._birth_images('birth_history_acceptance',
            format('t.system_identifier = %L AND t.timeline = $1', v_live ->> 'system_identifier'),
            (v_live -> 'timeline')::bigint)));
END
$body$;
COMMENT ON FUNCTION {S}.birth_history_accept(text) IS
    'Accepts the live server and timeline: runs that ended on another one may be certified. For birth_gatekeeper. '
    'Raises BR002 history_unchanged, reason_missing, and what _birth_actor raises.';

GRANT EXECUTE ON FUNCTION {S}.birth_history_accept(text) TO birth_gatekeeper;
