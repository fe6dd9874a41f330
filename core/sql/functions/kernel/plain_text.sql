-- Texts that people give and others must be able to rely on: notes that say something, names that are told apart.

-- A text without what cannot be seen: blanks of every script, controls, marks of direction and of zero width.
-- Backslashes stand doubled in E'…', which reads alike whatever the session's strings mean.
CREATE OR REPLACE FUNCTION {S}._birth_visible(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT regexp_replace(p_text,
        E'[\\u0001-\\u0020\\u007F-\\u00A0\\u00AD\\u034F\\u061C\\u115F\\u1160\\u1680\\u17B4\\u17B5'
        '\\u180B-\\u180F\\u2000-\\u200F\\u2028-\\u202F\\u205F-\\u206F\\u2800\\u3000\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0'
        '\\uFFF0-\\uFFFB\\U0001D173-\\U0001D17A\\U000E0000-\\U000E0FFF]+', '', 'g')
$body$;
COMMENT ON FUNCTION {S}._birth_visible(text) IS
    'A text without characters that cannot be seen: blanks, controls, marks of direction and zero width. Private.';

-- Whether a text says nothing: it is missing, or nothing in it can be seen.
CREATE OR REPLACE FUNCTION {S}._birth_is_blank(p_text text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT coalesce({S}._birth_visible(p_text), '') = ''
$body$;
COMMENT ON FUNCTION {S}._birth_is_blank(text) IS
    'True if a text is missing, or nothing in it can be seen. Private.';

-- Whether names are given as a plain list: one dimension, numbered from 1, and none of them NULL. A reader who shows it
-- later relies on that.
CREATE OR REPLACE FUNCTION {S}._birth_is_list(p_names text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT CASE WHEN array_ndims(p_names) = 1 AND array_lower(p_names, 1) = 1
        THEN array_position(p_names, NULL) IS NULL ELSE false END
$body$;
COMMENT ON FUNCTION {S}._birth_is_list(text[]) IS
    'True if names are given as a plain list: one dimension from 1 on, not empty, none of them NULL. Private.';

-- Refuse a text that says nothing. `p_what` begins the sentence, `p_hint` says what belongs there.
CREATE OR REPLACE FUNCTION {S}._birth_insist_on_text(
    p_text text, p_code text, p_what text, p_evidence jsonb, p_hint text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    IF {S}._birth_is_blank(p_text) THEN
        PERFORM {S}.birth_refuse('BR002', p_code, p_what, p_evidence, p_hint);
    END IF;
END
$body$;
COMMENT ON FUNCTION {S}._birth_insist_on_text(text, text, text, jsonb, text) IS
    'Refuses a text that is blank, with the caller''s code, message and hint (BR002). Private.';

-- What a name reads like: without case, blanks, punctuation and ways of writing it; and so again with letters of
-- other scripts as the Latin ones that they look like. Two people whose names read alike in one way could not be
-- told apart on a certificate. Marks count: names differ by them. The letters are those of
-- core/domain/trust/people.py.
CREATE OR REPLACE FUNCTION {S}._birth_name_skeletons(p_name text) RETURNS text[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
    SELECT ARRAY['case:' || lower(normalize(lower(plain.name), NFKD)), 'look:' || lower(translate(plain.name,
            E'01Ii|\u0131\u0251\u0261\u0269\u0391\u0392\u0393\u0394\u0395\u0396\u0397\u0398\u0399\u039A\u039B'
            '\u039C\u039D\u039E\u039F\u03A0\u03A1\u03A3\u03A4\u03A5\u03A6\u03A7\u03A8\u03A9\u03B1\u03B2\u03B3'
            '\u03B5\u03B7\u03B9\u03BA\u03BD\u03BF\u03C1\u03C2\u03C4\u03C5\u03C7\u03C9\u0400\u0401\u0402\u0403'
            '\u0404\u0405\u0406\u0407\u0408\u0409\u040A\u040B\u040C\u040D\u040E\u040F\u0410\u0411\u0412\u0413'
            '\u0414\u0415\u0416\u0417\u0418\u0419\u041A\u041B\u041C\u041D\u041E\u041F\u0420\u0421\u0422\u0423'
            '\u0424\u0425\u0426\u0427\u0428\u0429\u042A\u042B\u042C\u042D\u042E\u042F\u0430\u0432\u0435\u043A'
            '\u043C\u043D\u043E\u0440\u0441\u0442\u0443\u0445\u044C\u0455\u0456\u0458\u04BA\u04BB\u04C0\u04CF'
            '\u0501\u051B\u051D\u0570\u0578\u057D\u0585',
            E'olllllaglaby\u03B4ezh\u03B8lk\u03BBmn\u03BEo\u03C0p\u03C3ty\u03C6x\u03C8wabyenlkvop\u03C3tuxw\u0450'
            '\u0451\u0452\u0453\u0454sl\u0457j\u0459\u045A\u045B\u045C\u045D\u045E\u045Fa\u0431b\u0433\u0434e'
            '\u0436\u0437\u0438\u0439k\u043Bmho\u043Fpcty\u0444x\u0446\u0447\u0448\u0449\u044A\u044Bb\u044D\u044E'
            '\u044Fabekmhopctyxbsljhhlldqwhnuo') COLLATE "C")]
    FROM (SELECT regexp_replace(normalize({S}._birth_visible(p_name), NFKD),
        E'[!-/:-@\\[-`{{}}~\\u2010-\\u2027\\u2030-\\u205E\\u00B7]+', '', 'g') AS name) AS plain
$body$;
COMMENT ON FUNCTION {S}._birth_name_skeletons(text) IS
    'What a person''s name reads like, in case and in look: two people with a common form could not be told apart. '
    'Private.';
