-- Since 0.2.0: a run's own events and those about people are found by indexes, however long the chain is. The batches
-- of a run are in a table, too: their events are left out.
CREATE INDEX birth_ledger_event_run ON {S}.birth_ledger_event ((payload::jsonb ->> 'run'), seq)
    WHERE kind IN ('planned', 'reconciled', 'started', 'resumed', 'steered', 'applied', 'certified');
CREATE INDEX birth_ledger_event_decision ON {S}.birth_ledger_event (kind, seq)
    WHERE kind IN ('person_added', 'person_changed', 'person_retired', 'person_removed',
        'policy_decided', 'gateway_bound', 'table_bound', 'gateway_trigger_bound',
        'authentication_attested', 'register_writes_set');
