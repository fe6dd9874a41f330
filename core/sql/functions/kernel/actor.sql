-- The person who acts: always the session's own login, whatever role was SET. Refuses outsiders of the group,
-- transactions that would decide on what an old snapshot shows, and sessions where what is told to be done may be lost
-- or where triggers do not fire. From then on the transaction cannot be prepared.
CREATE OR REPLACE FUNCTION {S}._birth_actor(p_group text, p_action text) RETURNS text
LANGUAGE plpgsql AS $body$
DECLARE
    v_person text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM {S}.birth_refuse('BR002', 'wrong_isolation',
            format('it is not possible to %s in a transaction that is %s',
                p_action, current_setting('transaction_isolation')),
            jsonb_build_object('isolation', current_setting('transaction_isolation')),
            'Begin the transaction with ISOLATION LEVEL READ COMMITTED.');
    END IF;
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM {S}.birth_refuse('BR002', 'unsafe_commit',
            format('it is not possible to %s while synchronous_commit is off', p_action),
            jsonb_build_object('synchronous_commit', 'off'),
            'SET synchronous_commit = on: a crash could lose commits otherwise.');
    ELSIF current_setting('session_replication_role') <> 'origin' THEN
        PERFORM {S}.birth_refuse('BR003', 'triggers_bypassed',
            format('it is not possible to %s in a session that bypasses triggers', p_action),
            jsonb_build_object('session_replication_role', current_setting('session_replication_role')),
            'RESET session_replication_role.');
    END IF;
    IF NOT pg_has_role(session_user, p_group, 'MEMBER') THEN
        PERFORM {S}.birth_refuse('BR006', 'not_allowed',
            format('%s may not %s', session_user, p_action),
            jsonb_build_object('login', session_user, 'needs', p_group),
            format('Ask an administrator for the group %s.', p_group));
    END IF;
    SELECT person INTO v_person FROM {S}.birth_person_login WHERE login = session_user AND retired_at IS NULL;
    IF v_person IS NULL THEN
        PERFORM {S}.birth_refuse('BR006', 'unknown_person',
            format('%s is not mapped to a person', session_user),
            jsonb_build_object('login', session_user),
            'Ask an administrator: `birth-console people add LOGIN --person NAME --group G`.');
    END IF;
    PERFORM {S}._birth_commits_itself();
    RETURN v_person;
END
$body$;
COMMENT ON FUNCTION {S}._birth_actor(text, text) IS
    'Returns the person of the session''s login. Refuses logins outside the group, and sessions whose isolation, '
    'commit or trigger settings are unsafe. Private. Raises BR002 wrong_isolation, unsafe_commit; BR003 '
    'triggers_bypassed; BR006 not_allowed, unknown_person.';
