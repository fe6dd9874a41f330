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

-- name: UNSEEN
'[\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f'
    '\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8'
    '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
