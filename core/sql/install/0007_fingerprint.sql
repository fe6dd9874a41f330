-- Fingerprints of what a backfill must never change. `norm_md5` is the packet's: md5 of the gateway function's
-- source with line ends normalised. `full_sha256` also covers what the source does not show: BEGIN ATOMIC bodies,
-- owner, rights, settings and overloads of both gateway functions. `versions` tells a replacement that was taken back.
CREATE FUNCTION {S}.birth_gateway_fingerprint() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
    SELECT jsonb_build_object(
        'norm_md5', max(md5(replace(prosrc, E'\r\n', E'\n'))) FILTER (WHERE proname = 'fn_birth_gateway'),
        'full_sha256', encode(sha256(convert_to(string_agg(
            concat_ws(E'\x1f', oid::regprocedure, pg_get_functiondef(oid), pg_get_userbyid(proowner), proacl::text), E'\x1e'
            ORDER BY proname COLLATE "C", pg_get_function_identity_arguments(oid) COLLATE "C"), 'UTF8')), 'hex'),
        'overloads', count(*),
        -- A function that was replaced and put back has the same text, but not the same row of the catalog.
        'versions', string_agg(concat_ws(':', oid, xmin), ' ' ORDER BY oid))
    FROM pg_proc WHERE pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = {s}) AND proname IN ('fn_birth_gateway', 'fn_birth_register') AND prokind = 'f'
$body$;

-- The triggers of a table: definition and whether they fire.
CREATE FUNCTION {S}.birth_trigger_fingerprint(p_relid oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = 'off' AS $body$
    SELECT encode(sha256(convert_to(coalesce(string_agg(pg_get_triggerdef(oid) || tgenabled::text, E'\x1e' ORDER BY tgname COLLATE "C"), ''), 'UTF8')), 'hex')
    FROM pg_trigger WHERE tgrelid = p_relid AND NOT tgisinternal
$body$;
