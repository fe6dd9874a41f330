-- A depot's old planning system: short names, keys of several columns, no surrogates, no foreign keys worth the name.
CREATE TABLE mandt (mandt char(3) PRIMARY KEY, bez text);
CREATE TABLE art (mandt char(3), artnr varchar(18), bez text, me char(3), gew numeric(9,3), PRIMARY KEY (mandt, artnr));
CREATE TABLE lort (mandt char(3), werk char(4), lgort char(4), bez text, PRIMARY KEY (mandt, werk, lgort));
CREATE TABLE best (mandt char(3), artnr varchar(18), werk char(4), menge numeric(12,3), gesp numeric(12,3), PRIMARY KEY (mandt, artnr, werk));
CREATE TABLE akopf (belnr varchar(10) PRIMARY KEY, kunnr varchar(10), erdat date, netwr numeric(12,2), waerk char(3));
CREATE TABLE apos (belnr varchar(10), posnr int, artnr varchar(18), menge numeric(12,3), preis numeric(12,2), PRIMARY KEY (belnr, posnr));
CREATE TABLE kunde (kunnr varchar(10) PRIMARY KEY, name1 text, ort text, plz text, tel text);
CREATE TABLE kond (kunnr varchar(10), artnr varchar(18), datab date, datbi date, preis numeric(12,2), PRIMARY KEY (kunnr, artnr, datab));
CREATE TABLE kurs (waerk char(3), gdatu date, kurs numeric(9,5), PRIMARY KEY (waerk, gdatu));
CREATE TABLE text_t (spras char(2), textnr int, zeile int, inhalt text, PRIMARY KEY (spras, textnr, zeile));

INSERT INTO mandt SELECT lpad((n * 100)::text, 3, '0'), 'Mandant ' || n FROM generate_series(1, 4) AS n;
INSERT INTO art SELECT m.mandt, 'A' || lpad(n::text, 8, '0'), 'Teil ' || n % 700, (ARRAY['ST', 'KG', 'M'])[n % 3 + 1], n * 7 % 5000 / 100.0 FROM mandt AS m, generate_series(1, 500) AS n;
INSERT INTO lort SELECT m.mandt, 'W' || lpad(w::text, 3, '0'), lpad(l::text, 4, '0'), 'Lager ' || l % 3 FROM mandt AS m, generate_series(1, 5) AS w, generate_series(1, 6) AS l;
INSERT INTO best SELECT '100', 'A' || lpad(n::text, 8, '0'), 'W' || lpad(w::text, 3, '0'), n * w % 911, n * w % 37 FROM generate_series(1, 500) AS n, generate_series(1, 4) AS w;
INSERT INTO akopf SELECT lpad((4500000 + n)::text, 10, '0'), 'K' || lpad((n * 17 % 300)::text, 6, '0'), date '2019-01-01' + n / 6, n * 131 % 90000 / 7.0, (ARRAY['EUR', 'USD'])[n % 2 + 1] FROM generate_series(1, 900) AS n;
INSERT INTO apos SELECT lpad((4500000 + n)::text, 10, '0'), p * 10, 'A' || lpad((n * p % 500 + 1)::text, 8, '0'), n * p % 50 + 1, n * 13 % 4000 / 3.0 FROM generate_series(1, 900) AS n, generate_series(1, 5) AS p WHERE p <= n % 5 + 1;
INSERT INTO kunde SELECT 'K' || lpad(n::text, 6, '0'), 'Firma ' || n % 280, 'Ort ' || n % 90, lpad((n * 331 % 99999)::text, 5, '0'), '0' || (n * 7919)::text FROM generate_series(0, 299) AS n;
INSERT INTO kond SELECT 'K' || lpad((n % 60)::text, 6, '0'), 'A' || lpad((n / 60 + 1)::text, 8, '0'), date '2018-01-01' + y * 365, date '2018-12-31' + y * 365, n * 3 % 700 / 2.0 FROM generate_series(0, 899) AS n, generate_series(0, 2) AS y;
INSERT INTO kurs SELECT w, date '2020-01-01' + n, 1 + (n * 37 % 1000) / 1000.0 FROM unnest(ARRAY['EUR', 'USD', 'GBP', 'CHF']) AS w, generate_series(0, 300) AS n;
INSERT INTO text_t SELECT s, n, z, 'Zeile ' || (n * z) FROM unnest(ARRAY['DE', 'EN']) AS s, generate_series(1, 150) AS n, generate_series(1, 4) AS z;
