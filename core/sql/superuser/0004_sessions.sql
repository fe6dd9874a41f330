-- Closing a permit, cancelling a run and retiring a login end the sessions of people that stand in the way.
GRANT pg_signal_backend TO birth_owner;
