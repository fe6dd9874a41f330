-- needs: kernel/refusal, kernel/chain
-- The first event of the chain: which database this is, and which installation.
SELECT {S}.birth_ledger_append('genesis', jsonb_build_object('database', current_database(), 'schema', {s},
    'system_identifier', (SELECT system_identifier::text FROM pg_control_system()), 'install', gen_random_uuid()));
