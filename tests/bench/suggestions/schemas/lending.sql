-- A lending library as a web framework lays it out: a surrogate first, natural keys beside it, joins with an id.
CREATE TABLE branches (id serial PRIMARY KEY, code varchar(8) NOT NULL UNIQUE, title text NOT NULL, town text);
CREATE TABLE readers (id serial PRIMARY KEY, card_number text NOT NULL UNIQUE, full_name text NOT NULL, email text,
    branch_id int NOT NULL REFERENCES branches, created_at timestamptz NOT NULL);
CREATE TABLE writers (id serial PRIMARY KEY, full_name text NOT NULL, born_on date);
CREATE TABLE works (id serial PRIMARY KEY, slug text NOT NULL UNIQUE, title text NOT NULL, pages int, updated_at timestamptz);
CREATE TABLE works_writers (id serial PRIMARY KEY, work_id int NOT NULL REFERENCES works, writer_id int NOT NULL REFERENCES writers,
    UNIQUE (work_id, writer_id));
CREATE TABLE copies (id serial PRIMARY KEY, barcode text NOT NULL UNIQUE, work_id int NOT NULL REFERENCES works,
    branch_id int NOT NULL REFERENCES branches, shelf text);
CREATE TABLE loans (id serial PRIMARY KEY, copy_id int NOT NULL REFERENCES copies, reader_id int NOT NULL REFERENCES readers,
    lent_on date NOT NULL, returned_on date);
CREATE TABLE fines (id serial PRIMARY KEY, loan_id int NOT NULL REFERENCES loans, amount numeric(8,2) NOT NULL, paid boolean NOT NULL);
CREATE TABLE opening_hours (id serial PRIMARY KEY, branch_id int NOT NULL REFERENCES branches, weekday int NOT NULL,
    opens text, closes text, UNIQUE (branch_id, weekday));
CREATE TABLE tags (id uuid PRIMARY KEY, name text NOT NULL, colour text);
CREATE TABLE tokens (token text PRIMARY KEY, reader_id int NOT NULL REFERENCES readers, valid_until timestamptz);

INSERT INTO branches (code, title, town) SELECT 'BR' || lpad(n::text, 3, '0'), 'Branch ' || n, 'Town ' || n % 5 FROM generate_series(1, 12) AS n;
INSERT INTO readers (card_number, full_name, email, branch_id, created_at)
SELECT 'C' || lpad((n * 37 % 10007)::text, 6, '0'), 'Reader ' || n % 900, CASE WHEN n % 9 > 0 THEN 'r' || n || '@lib.example' END,
    n % 12 + 1, timestamptz '2020-01-01' + n * interval '7 minutes' FROM generate_series(1, 1200) AS n;
INSERT INTO writers (full_name, born_on) SELECT 'Writer ' || n % 280, date '1900-01-01' + n * 97 FROM generate_series(1, 300) AS n;
INSERT INTO works (slug, title, pages, updated_at) SELECT 'work-' || n || '-of-many', 'Work ' || n % 600, n * 31 % 700 + 40,
    timestamptz '2021-01-01' + n * interval '3 hours' FROM generate_series(1, 800) AS n;
INSERT INTO works_writers (work_id, writer_id) SELECT w, (w * 7 + k * 13) % 300 + 1 FROM generate_series(1, 800) AS w, generate_series(0, 1) AS k;
INSERT INTO copies (barcode, work_id, branch_id, shelf) SELECT (30000000 + n * 11)::text, n % 800 + 1, n % 12 + 1, 'S' || n % 40 FROM generate_series(1, 2500) AS n;
INSERT INTO loans (copy_id, reader_id, lent_on, returned_on) SELECT n * 7 % 2500 + 1, n * 13 % 1200 + 1, date '2022-01-01' + n / 10,
    CASE WHEN n % 8 > 0 THEN date '2022-01-15' + n / 10 END FROM generate_series(1, 4000) AS n;
INSERT INTO fines (loan_id, amount, paid) SELECT n * 9, (n % 70) / 2.0 + 1, n % 3 = 0 FROM generate_series(1, 400) AS n;
INSERT INTO opening_hours (branch_id, weekday, opens, closes) SELECT b, d, '09:00', (17 + d % 3) || ':00' FROM generate_series(1, 12) AS b, generate_series(1, 6) AS d;
INSERT INTO tags SELECT md5(n::text)::uuid, 'tag ' || n, '#' || lpad(n::text, 6, '0') FROM generate_series(1, 60) AS n;
INSERT INTO tokens SELECT md5('t' || n), n, timestamptz '2030-01-01' + n * interval '1 day' FROM generate_series(1, 500) AS n;
