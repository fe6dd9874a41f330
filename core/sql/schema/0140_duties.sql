-- Since 0.2.0: a person who asked for a permit, told of a loss or accepted a changed history took part in a run, too.
-- What finds the events of a run, and the decisions that it rests on, knows these kinds.
DROP INDEX {S}.birth_ledger_event_run;
CREATE INDEX birth_ledger_event_run ON {S}.birth_ledger_event ((payload::jsonb ->> 'run'), seq)
    WHERE kind IN ('planned', 'reconciled', 'permit_requested', 'started', 'resumed', 'steered', 'history_lost',
        'applied', 'certified');
DROP INDEX {S}.birth_ledger_event_decision;
CREATE INDEX birth_ledger_event_decision ON {S}.birth_ledger_event (kind, seq)
    WHERE kind IN ('person_added', 'person_changed', 'person_retired', 'person_removed', 'policy_decided',
        'gateway_bound', 'table_bound', 'gateway_trigger_bound', 'register_column_bound', 'authentication_attested',
        'trigger_guard_attested', 'register_writes_set', 'withdraw_allowed', 'history_accepted');
