-- Since 0.2.0: what collections became is found among events by kind, too, however many batches lie between them.
DROP INDEX {S}.birth_ledger_event_decision;
CREATE INDEX birth_ledger_event_decision ON {S}.birth_ledger_event (kind, seq)
    WHERE kind IN ('person_added', 'person_changed', 'person_retired', 'person_removed', 'policy_decided',
        'gateway_bound', 'table_bound', 'gateway_trigger_bound', 'register_column_bound', 'authentication_attested',
        'trigger_guard_attested', 'distributed_attested', 'register_writes_set', 'withdraw_allowed',
        'history_accepted', 'identity_imported', 'identity_classified', 'identity_unclassified', 'identity_undone',
        'identity_retired');
