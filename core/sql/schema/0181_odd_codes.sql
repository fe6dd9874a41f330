-- Since 0.2.0: how many codes of an entry hold more than visible ASCII. Only such a code can be the same code as
-- another: where a plan met none, later looks for twins need no more than the rows that came since.
ALTER TABLE {S}.birth_backfill_ledger ADD COLUMN odd_codes bigint;
COMMENT ON COLUMN {S}.birth_backfill_ledger.odd_codes IS
    'Codes that held more than visible ASCII when it was planned; NULL: not counted, or planned before version 0.2.0.';
-- For the latest plan of a collection.
CREATE INDEX birth_backfill_ledger_collection ON {S}.birth_backfill_ledger (collection_name, ledger_id);
