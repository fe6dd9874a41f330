-- needs: kernel/as_caller
-- Reading what belongs to others. The owner of a source may have made code that runs when it is read: casts, CHECKs of
-- domains, columns that are computed, expressions of indexes that the planner evaluates. So everything of theirs is
-- planned and read here: as birth_caller, who may write nothing of the console's, and in a subtransaction that is READ
-- ONLY, which nothing inside can make writable again. It always ends by being undone, which keeps what was read, and
-- nothing else: what such code sets (search_path, for those who call), declares (a cursor that outlives the
-- transaction), alters (these functions are birth_caller's) or sends is gone with it. Row security is off: a policy is
-- never evaluated, its table is refused.
{JOIN_CALLER}

DROP FUNCTION IF EXISTS {S}._birth_reading(text, text), {S}._birth_reading(text, text, boolean),
    {S}._birth_reading_few(text, bigint, text, text, text),
    {S}._birth_reading_few(text, bigint, text, text, text, text, text),
    {S}._birth_reading_codes(text, text[], text[]), {S}._birth_reading_range(text, bigint, bigint, bigint),
    {S}._birth_explaining(text);

-- The rows of a query, read so; in the snapshot of the calling statement. With `p_bounds` it is a query that looks a
-- source up in a registry that holds much besides: `$1` and `$2` become the first and the last code of the source, so
-- that no more of the registry is read than lies between. `p_bounds` answers how many rows the source has, and the two.
-- They stay NULL without it, and where much besides lies between. Statistics that are behind would have the server loop
-- over the part for every row: not for many rows. `p_merged`: what is joined stands in order; the server may take
-- hashes of it for less work, and they are several times as slow.
CREATE OR REPLACE FUNCTION {S}._birth_reading(
    p_query text, p_bounds text DEFAULT NULL, p_merged boolean DEFAULT false) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp SET row_security = 'off' AS $body$
DECLARE
    v_is_read boolean := false;
    v_bounds record;
BEGIN
    {IS_CALLER}
    {READ_ONLY}
    v_bounds := {S}._birth_reading_bounds(p_bounds);
    IF p_merged THEN
        PERFORM set_config('enable_hashjoin', 'off', true);
    END IF;
    RETURN QUERY EXECUTE p_query USING v_bounds.first, v_bounds.last;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_reading(text, text, boolean) IS
    'Rows of a query, read as birth_caller in a READ ONLY subtransaction that is always undone: code of a source''s '
    'owner can change nothing. $1 and $2 in it bound the codes of the registry that it reads. For birth_owner.';

-- The same of rows whose codes indexes hold in order. Where `p_codes` finds at most `p_most` of them ($3) by a merge of
-- two indexes, `p_few` reads these ($3). Of more, `p_merged` reads them by such a merge, in one process: rows that come
-- in order need no sort; and `p_others` what that leaves out. What is NULL is not tried: then `p_many` reads all.
CREATE OR REPLACE FUNCTION {S}._birth_reading_few(
    p_codes text, p_most bigint, p_few text, p_merged text, p_others text, p_many text, p_bounds text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp SET row_security = 'off' AS $body$
DECLARE
    v_is_read boolean := false;
    v_bounds record;
    v_hashed text := current_setting('enable_hashjoin');
    v_workers text := current_setting('max_parallel_workers_per_gather');
    v_looped text;
    v_codes text[];
BEGIN
    {IS_CALLER}
    {READ_ONLY}
    v_bounds := {S}._birth_reading_bounds(p_bounds);
    v_looped := current_setting('enable_nestloop');
    IF v_bounds.is_whole THEN
        PERFORM set_config('enable_hashjoin', 'off', true), set_config('enable_nestloop', 'off', true);
        IF p_codes IS NOT NULL THEN
            EXECUTE p_codes INTO v_codes USING v_bounds.first, v_bounds.last, p_most + 1;
        END IF;
        IF p_merged IS NOT NULL AND (v_codes IS NULL OR cardinality(v_codes) > p_most) THEN
            PERFORM set_config('max_parallel_workers_per_gather', '0', true);
            RETURN QUERY EXECUTE p_merged USING v_bounds.first, v_bounds.last;
        END IF;
        PERFORM set_config('enable_hashjoin', v_hashed, true), set_config('enable_nestloop', v_looped, true),
            set_config('max_parallel_workers_per_gather', v_workers, true);
    END IF;
    IF cardinality(v_codes) <= p_most THEN
        RETURN QUERY EXECUTE p_few USING v_bounds.first, v_bounds.last, v_codes;
    ELSIF v_bounds.is_whole AND p_merged IS NOT NULL THEN
        RETURN QUERY EXECUTE p_others USING v_bounds.first, v_bounds.last;
    ELSE
        RETURN QUERY EXECUTE p_many USING v_bounds.first, v_bounds.last;
    END IF;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_reading_few(text, bigint, text, text, text, text, text) IS
    'Rows that are told by their codes, read as in _birth_reading: few by these codes, many by a merge of two '
    'indexes, or by a query of all. For birth_owner.';

-- The rows of a query that is given codes ($1, $2), read so. Sets nothing for it.
CREATE OR REPLACE FUNCTION {S}._birth_reading_codes(
    p_query text, p_codes text[], p_others text[] DEFAULT NULL) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp SET row_security = 'off' AS $body$
DECLARE
    v_is_read boolean := false;
BEGIN
    {IS_CALLER}
    {READ_ONLY}
    RETURN QUERY EXECUTE p_query USING p_codes, p_others;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_reading_codes(text, text[], text[]) IS
    'Rows of a query that is given codes, read as in _birth_reading. For birth_owner.';

-- The same of a query that is given a range of an entry ($1, $2 and $3).
CREATE OR REPLACE FUNCTION {S}._birth_reading_range(
    p_query text, p_ledger bigint, p_from bigint, p_to bigint) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100000
SET search_path = pg_catalog, pg_temp SET row_security = 'off' AS $body$
DECLARE
    v_is_read boolean := false;
BEGIN
    {IS_CALLER}
    {READ_ONLY}
    RETURN QUERY EXECUTE p_query USING p_ledger, p_from, p_to;
    {UNDONE}
END
$body$;
COMMENT ON FUNCTION {S}._birth_reading_range(text, bigint, bigint, bigint) IS
    'Rows of a query that is given a range of an entry, read as in _birth_reading. For birth_owner.';

-- How the server would run a query. Planning alone may run code, too.
CREATE OR REPLACE FUNCTION {S}._birth_explaining(p_query text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET row_security = 'off' AS $body$
DECLARE
    v_plan jsonb;
    v_is_read boolean := false;
BEGIN
    {IS_CALLER}
    BEGIN
        {READ_ONLY}
        EXECUTE 'EXPLAIN (FORMAT JSON) ' || p_query INTO v_plan USING NULL::text, NULL::text;
        {UNDONE}
    END;
    RETURN v_plan;
END
$body$;
COMMENT ON FUNCTION {S}._birth_explaining(text) IS
    'The server''s plan of a query as JSON, made as birth_caller in a READ ONLY subtransaction that is always undone. '
    'For birth_owner.';

ALTER FUNCTION {S}._birth_reading(text, text, boolean) OWNER TO birth_caller;
ALTER FUNCTION {S}._birth_reading_few(text, bigint, text, text, text, text, text) OWNER TO birth_caller;
ALTER FUNCTION {S}._birth_reading_codes(text, text[], text[]) OWNER TO birth_caller;
ALTER FUNCTION {S}._birth_reading_range(text, bigint, bigint, bigint) OWNER TO birth_caller;
ALTER FUNCTION {S}._birth_explaining(text) OWNER TO birth_caller;
REVOKE ALL ON FUNCTION {S}._birth_reading(text, text, boolean),
    {S}._birth_reading_few(text, bigint, text, text, text, text, text),
    {S}._birth_reading_codes(text, text[], text[]),
    {S}._birth_reading_range(text, bigint, bigint, bigint),
    {S}._birth_explaining(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {S}._birth_reading(text, text, boolean),
    {S}._birth_reading_few(text, bigint, text, text, text, text, text),
    {S}._birth_reading_codes(text, text[], text[]),
    {S}._birth_reading_range(text, bigint, bigint, bigint),
    {S}._birth_explaining(text) TO birth_owner;

{LEAVE_CALLER}
