-- When two texts are the same code, although their bytes differ. Beside core/domain/classify/same_code.py, character by
-- character; a test holds the two together. Calls are guarded by a look for plain ASCII: most codes are nothing else.

-- A code as it is compared: compatibility forms as one (NFKC), without white space, control and invisible characters.
-- Two codes with one such form are the same code; a code with an empty one is blank. Stripped before as well: an
-- invisible character keeps an accent from its letter. Other encodings than UTF8 know no normal forms.
CREATE OR REPLACE FUNCTION {S}.birth_code_fold(p_code text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = 'on' AS $body$
DECLARE
    v_unseen text :=
        {UNSEEN};
    v_seen text;
BEGIN
    IF p_code !~ '[^!-~]' THEN
        RETURN p_code;
    ELSIF getdatabaseencoding() <> 'UTF8' THEN
        RETURN regexp_replace(p_code, '[[:space:][:cntrl:]]', '', 'g');
    END IF;
    v_seen := regexp_replace(p_code, v_unseen, '', 'g');
    IF v_seen IS NFKC NORMALIZED THEN
        RETURN v_seen;
    END IF;
    RETURN regexp_replace(normalize(v_seen, NFKC), v_unseen, '', 'g');
END
$body$;
COMMENT ON FUNCTION {S}.birth_code_fold(text) IS
    'A code as it is compared: one form for characters that are the same (NFKC), without invisible ones. Equal '
    'forms are the same code. For birth_reader.';

-- A code as hasty eyes see it: without case, and with one letter for those that look alike. Two codes with one such
-- form are a warning.
CREATE OR REPLACE FUNCTION {S}.birth_code_look(p_code text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp SET standard_conforming_strings = 'on' AS $body$
BEGIN
    IF p_code !~ '[^!-~]' OR getdatabaseencoding() <> 'UTF8' THEN
        RETURN translate(lower({S}.birth_code_fold(p_code)), '01i|', 'olll');
    END IF;
    -- Letters of Cyrillic, Greek and Armenian, and the i without a dot: as escapes, for another encoding may not hold
    -- them, and capitals as well, for not every collation knows their small ones.
    RETURN translate(lower({S}.birth_code_fold(p_code)), '01i|' || unistr('\0131'
        '\0430\0432\0435\043a\043c\043d\043e\0440\0441\0442\0443\0445\0456\0458\0455\0501\051b\051d\04bb\04cf'
        '\0410\0412\0415\041a\041c\041d\041e\0420\0421\0422\0423\0425\0406\0408\0405\0500\051a\051c\04ba\04c0'
        '\03b1\03b2\03b3\03b5\03b6\03b7\03b9\03ba\03bc\03bd\03bf\03c1\03c4\03c5\03c7\03c9'
        '\0391\0392\0393\0395\0396\0397\0399\039a\039c\039d\039f\03a1\03a4\03a5\03a7\03a9'
        '\0585\057d\0578\0570\0555\054d\0548\0540'),
        'ollllabekmhopctyxljsdqwhlabekmhopctyxljsdqwhlabyezhlkmnoptyxwabyezhlkmnoptyxwounhounh');
END
$body$;
COMMENT ON FUNCTION {S}.birth_code_look(text) IS
    'A code as hasty eyes see it: without case, and one letter for those that look alike. Equal forms are a '
    'warning. For birth_reader.';

-- Whether a type is the citext of the extension, as a superuser installed it: a login's own type may be called so, too.
CREATE OR REPLACE FUNCTION {S}.birth_is_citext(p_type oid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (
        SELECT EXISTS (
            SELECT FROM pg_type AS t
            JOIN pg_roles AS r ON r.oid = t.typowner AND r.rolsuper
            JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
            JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
            WHERE t.oid = p_type AND t.typname = 'citext' AND e.extname = 'citext')
    );
END
$body$;
COMMENT ON FUNCTION {S}.birth_is_citext(oid) IS
    'True if a type is the citext of the extension, as a superuser installed it. For birth_reader.';

-- Those of some columns whose own equality calls different texts the same: citext, and collations that are not
-- deterministic. Their rows are told apart by it, not by the text.
CREATE OR REPLACE FUNCTION {S}.birth_own_equality(p_relid oid, p_columns text[]) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
    WITH RECURSIVE base(name, collation_oid, type, place) AS (
        SELECT a.attname::text, a.attcollation, a.atttypid, array_position(p_columns, a.attname::text)
        FROM pg_attribute AS a
        WHERE a.attrelid = p_relid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname::text = ANY (p_columns)
        UNION ALL
        SELECT b.name, b.collation_oid, t.typbasetype, b.place
        FROM base AS b
        JOIN pg_type AS t ON t.oid = b.type
        WHERE t.typtype = 'd'
    )
    SELECT coalesce(array_agg(own.name ORDER BY own.place), '{{}}')
    FROM (
        SELECT DISTINCT b.name, b.place
        FROM base AS b
        LEFT JOIN pg_collation AS c ON c.oid = b.collation_oid
        WHERE NOT c.collisdeterministic OR b.type >= 16384 AND {S}.birth_is_citext(b.type)) AS own
$body$;
COMMENT ON FUNCTION {S}.birth_own_equality(oid, text[]) IS
    'Those of some columns whose own equality calls different texts the same: citext, and collations that are not '
    'deterministic. For birth_reader.';

GRANT EXECUTE ON FUNCTION {S}.birth_code_fold(text), {S}.birth_code_look(text), {S}.birth_is_citext(oid),
    {S}.birth_own_equality(oid, text[]) TO birth_reader;
GRANT EXECUTE ON FUNCTION {S}.birth_code_fold(text) TO birth_caller;
