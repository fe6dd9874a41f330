-- Since 0.2.0: the gateway's functions, too, are kept as they were when they were bound.
ALTER TABLE {S}.birth_gateway_function ADD COLUMN was jsonb;
ALTER TABLE {S}.birth_gateway_trigger ADD COLUMN was jsonb;
COMMENT ON COLUMN {S}.birth_gateway_function.was IS
    'Owner, rights and digest of the register function when it was bound; NULL: a stand-in, or bound by 0.1.0.';
COMMENT ON COLUMN {S}.birth_gateway_trigger.was IS
    'Owner, rights and digest of the gateway''s function when it was bound; NULL: a stand-in, or bound by 0.1.0.';
