-- Whether what a batch rests on can have changed since it was looked at. Everything that is pinned stands in catalogs
-- and in tables of ours: it changes by a transaction of another session, which shows only when that has ended, or by
-- this transaction itself. Where neither happened, a second look would see what the first one saw.

-- Rows of the catalogs that this session wrote and did not report yet. What the company's code makes, alters or drops
-- shows in at least one of these; undone writes count as well. What PostgreSQL keeps of data (large objects,
-- statistics) is left out.
CREATE OR REPLACE FUNCTION {S}._birth_catalogs_written() RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT sum(pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_updated(c.oid)
            + pg_stat_get_xact_tuples_deleted(c.oid))
        FROM unnest(ARRAY['pg_aggregate', 'pg_amop', 'pg_amproc', 'pg_attrdef', 'pg_attribute', 'pg_auth_members',
            'pg_authid', 'pg_cast', 'pg_class', 'pg_collation', 'pg_constraint', 'pg_conversion', 'pg_database',
            'pg_db_role_setting', 'pg_depend', 'pg_enum', 'pg_event_trigger', 'pg_extension', 'pg_index',
            'pg_inherits', 'pg_init_privs', 'pg_language', 'pg_namespace', 'pg_opclass', 'pg_operator', 'pg_opfamily',
            'pg_partitioned_table', 'pg_policy', 'pg_proc', 'pg_range', 'pg_rewrite', 'pg_shdepend', 'pg_transform',
            'pg_trigger', 'pg_type']::regclass[]) AS c(oid)
    );
END
$body$;
COMMENT ON FUNCTION {S}._birth_catalogs_written() IS
    'Rows of the catalogs that this session wrote and did not report yet. Private.';

-- Whether no transaction of others has ended between two snapshots of this one, and no catalog was written since
-- `p_catalogs` rows were. A snapshot reaches as far as the latest transaction that ended, and names those before that
-- still run. `p_undone` subtransactions of this one ended in between; where it had others, the answer is no.
CREATE OR REPLACE FUNCTION {S}._birth_is_calm(
    p_before pg_snapshot, p_catalogs bigint, p_now pg_snapshot, p_undone integer DEFAULT 0) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    v_mine xid8 := pg_current_xact_id_if_assigned();
    v_from xid8 := pg_snapshot_xmax(p_before);
    v_to xid8 := pg_snapshot_xmax(p_now);
    v_known bigint := p_undone;
BEGIN
    -- This transaction runs, and its own snapshot does not name it.
    IF v_mine >= v_from AND v_mine < v_to THEN
        v_known := v_known + 1;
    END IF;
    -- Whatever number in between neither runs nor is known has ended.
    IF split_part(p_before::text, ':', 3) <> '' OR split_part(p_now::text, ':', 3) <> '' THEN
        IF EXISTS (SELECT pg_snapshot_xip(p_before) EXCEPT SELECT pg_snapshot_xip(p_now)) THEN
            RETURN false;
        END IF;
        v_known := v_known + (SELECT count(*) FROM pg_snapshot_xip(p_now) AS runs(xid) WHERE runs.xid >= v_from);
    END IF;
    IF v_to::text::bigint - v_from::text::bigint <> v_known THEN
        RETURN false;
    END IF;
    RETURN {S}._birth_catalogs_written() = p_catalogs;
END
$body$;
COMMENT ON FUNCTION {S}._birth_is_calm(pg_snapshot, bigint, pg_snapshot, integer) IS
    'True if between two snapshots of this transaction no other one ended and no catalog was written. Private.';
