-- What many functions say in the same words. `{TEXT_SETTINGS}` at the beginning of a line, in a file of functions,
-- stands for the section of that name: it is put there when the file is read, so psql shows the whole function.
--
-- TEXT_SETTINGS: what changes how a value is written or read as text. A test finds the list. Also no JIT: it compiles
-- each of many short statements anew, for seconds.
-- CATALOG_SETTINGS: the same for constants in constraints and defaults, as a session of the console reads them.
-- UNSEEN: characters that are not seen, as a regular expression.
-- READ_ONLY … UNDONE: a block that reads what belongs to others (kernel/reading.sql says why). Its variables and the
-- rows that it returned stay. What follows UNDONE is run by its handler. The owner of a source may raise the same code:
-- only ours, after the last statement, is success. The function declares `v_is_read boolean := false`.
-- IS_CALLER: birth_caller alone goes on. Its functions are its own to alter: one of them could be made to run as
-- its caller, or to look for names elsewhere. So each asks first who it is, in words that no search_path bends.
-- CALLERS: the names of its functions. JOIN_CALLER … LEAVE_CALLER: the administrator makes them and gives them away;
-- a maker needs a moment's leave to become birth_caller, which ends below, and so does their new owner to create.

-- name: TEXT_SETTINGS
SET "DateStyle" = 'ISO, YMD' SET "TimeZone" = 'UTC' SET "IntervalStyle" = 'iso_8601' SET extra_float_digits = '1'
SET bytea_output = 'hex' SET lc_monetary = 'C' SET lc_numeric = 'C' SET lc_time = 'C' SET array_nulls = 'on'
SET xmlbinary = 'base64' SET xmloption = 'content' SET quote_all_identifiers = 'off'
SET standard_conforming_strings = 'on' SET jit = 'off'

-- name: CATALOG_SETTINGS
SET "DateStyle" = 'ISO, MDY' SET "TimeZone" = 'UTC' SET "IntervalStyle" = 'postgres' SET extra_float_digits = '1'
SET bytea_output = 'hex' SET lc_monetary = 'C' SET lc_numeric = 'C' SET lc_time = 'C' SET array_nulls = 'on'
SET xmlbinary = 'base64' SET xmloption = 'content' SET quote_all_identifiers = 'off'
SET standard_conforming_strings = 'on'

-- name: READ_ONLY
PERFORM set_config('transaction_read_only', 'on', true);

-- name: UNDONE
v_is_read := true;
RAISE SQLSTATE 'BR999';
EXCEPTION WHEN SQLSTATE 'BR999' THEN
    IF NOT v_is_read THEN
        RAISE;
    END IF;

-- name: IS_CALLER
IF current_user OPERATOR(pg_catalog.<>) 'birth_caller'::pg_catalog.name THEN
    RAISE EXCEPTION USING ERRCODE = 'BR005',
        MESSAGE = 'caller_changed: this ran with more rights than birth_caller has';
END IF;

-- name: CALLERS
('_birth_as_caller', '_birth_explaining', '_birth_reading',
    '_birth_reading_codes', '_birth_reading_few', '_birth_reading_range')

-- name: JOIN_CALLER
DO $body$
DECLARE
    v_granular boolean := current_setting('server_version_num')::integer >= 160000;
BEGIN
    -- Who is no superuser may only give to a role that it can become.
    IF NOT pg_has_role(current_user, 'birth_caller', CASE WHEN v_granular THEN 'SET' ELSE 'MEMBER' END)
       OR NOT pg_has_role(current_user, 'birth_caller', 'USAGE') THEN
        EXECUTE format('GRANT birth_caller TO %I%s', current_user,
            CASE WHEN v_granular THEN ' WITH INHERIT TRUE, SET TRUE' END);
        PERFORM set_config('birth.joined_caller', 'on', true);
    END IF;
END
$body$;
GRANT CREATE ON SCHEMA {S} TO birth_caller;

-- name: LEAVE_CALLER
REVOKE CREATE ON SCHEMA {S} FROM birth_caller;
DO $body$
BEGIN
    IF current_setting('birth.joined_caller', true) = 'on' THEN
        EXECUTE format('REVOKE birth_caller FROM %I', current_user);
        PERFORM set_config('birth.joined_caller', 'off', true);
    END IF;
END
$body$;

-- name: UNSEEN
'[\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f'
    '\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8'
    '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
