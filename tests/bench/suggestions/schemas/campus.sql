-- A campus in camel case: keys named after their tables, natural keys, joins without an id, extensions of one row by another.
CREATE TABLE "Faculty" ("FacultyCode" char(3) PRIMARY KEY, "FacultyName" text NOT NULL, "Budget" numeric(12,2));
CREATE TABLE "Student" ("StudentID" int PRIMARY KEY, "FirstName" text, "LastName" text, "BirthDate" date, "FacultyCode" char(3) NOT NULL REFERENCES "Faculty");
CREATE TABLE "StudentCard" ("StudentID" int PRIMARY KEY REFERENCES "Student", "IssuedAt" timestamp, "Pin" char(4));
CREATE TABLE "Course" ("CourseNo" varchar(8) PRIMARY KEY, "Title" text NOT NULL, "Credits" int, "FacultyCode" char(3) NOT NULL REFERENCES "Faculty");
CREATE TABLE "Prerequisite" ("CourseNo" varchar(8) REFERENCES "Course", "RequiredCourseNo" varchar(8) REFERENCES "Course", PRIMARY KEY ("CourseNo", "RequiredCourseNo"));
CREATE TABLE "Term" ("Year" int, "Season" text, "StartsOn" date, PRIMARY KEY ("Year", "Season"));
CREATE TABLE "Section" ("CourseNo" varchar(8) REFERENCES "Course", "Year" int, "Season" text, "SectionNo" int, "Room" text,
    PRIMARY KEY ("CourseNo", "Year", "Season", "SectionNo"));
CREATE TABLE "Enrolment" ("StudentID" int REFERENCES "Student", "CourseNo" varchar(8) REFERENCES "Course", "Year" int, "Grade" numeric(3,1),
    PRIMARY KEY ("StudentID", "CourseNo", "Year"));
CREATE TABLE "Room" ("Building" char(1), "RoomNo" int, "Seats" int, PRIMARY KEY ("Building", "RoomNo"));
CREATE TABLE "Country" ("IsoCode" char(2) PRIMARY KEY, "Name" text NOT NULL UNIQUE, "Population" bigint);
CREATE TABLE "Invoice" ("InvoiceId" int PRIMARY KEY, "StudentID" int NOT NULL REFERENCES "Student", "Total" numeric(10,2), "IssuedOn" date);
CREATE TABLE "InvoiceLine" ("InvoiceId" int REFERENCES "Invoice", "LineNo" int, "Text" text, "Amount" numeric(10,2), PRIMARY KEY ("InvoiceId", "LineNo"));

INSERT INTO "Faculty" SELECT chr(64 + n) || 'F' || n, 'Faculty of ' || n, n * 1000 FROM generate_series(1, 8) AS n;
INSERT INTO "Student" SELECT 20000 + n, 'First' || n % 150, 'Last' || n % 400, date '1999-01-01' + n % 1500, (SELECT min("FacultyCode") FROM "Faculty") FROM generate_series(1, 1500) AS n;
INSERT INTO "StudentCard" SELECT 20000 + n, timestamp '2020-09-01' + n * interval '11 minutes', lpad((n * 7 % 9999)::text, 4, '0') FROM generate_series(1, 1500) AS n;
INSERT INTO "Course" SELECT 'CS' || 100 + n, 'Course ' || n % 110, n % 5 + 1, (SELECT max("FacultyCode") FROM "Faculty") FROM generate_series(1, 120) AS n;
INSERT INTO "Prerequisite" SELECT 'CS' || 100 + n, 'CS' || 100 + n - k FROM generate_series(5, 120) AS n, generate_series(1, 2) AS k;
INSERT INTO "Term" SELECT y, s, make_date(y, CASE s WHEN 'spring' THEN 3 ELSE 9 END, 1) FROM generate_series(2010, 2024) AS y, unnest(ARRAY['spring', 'autumn']) AS s;
INSERT INTO "Section" SELECT 'CS' || 100 + n, y, s, k, 'R' || n % 30 FROM generate_series(1, 60) AS n, generate_series(2020, 2023) AS y, unnest(ARRAY['spring', 'autumn']) AS s, generate_series(1, 2) AS k;
INSERT INTO "Enrolment" SELECT 20000 + n, 'CS' || 101 + (n * k) % 120, 2020 + n % 4, (n * k % 40) / 10.0 + 1 FROM generate_series(1, 1000) AS n, generate_series(1, 4) AS k ON CONFLICT DO NOTHING;
INSERT INTO "Enrolment" SELECT "StudentID", "CourseNo", "Year" + 1, 5 FROM "Enrolment" WHERE "Grade" < 1.5;
INSERT INTO "Room" SELECT chr(64 + b), r, r * b % 90 + 10 FROM generate_series(1, 6) AS b, generate_series(100, 130) AS r;
INSERT INTO "Country" SELECT chr(65 + n / 26) || chr(65 + n % 26), 'Country ' || n, n * 1234567 % 90000000 FROM generate_series(0, 150) AS n;
INSERT INTO "Invoice" SELECT n, 20000 + n * 3 % 1500 + 1, n * 97 % 4000, date '2021-01-01' + n % 700 FROM generate_series(1, 700) AS n;
INSERT INTO "InvoiceLine" SELECT n, l, 'Fee ' || l, n * l % 900 FROM generate_series(1, 700) AS n, generate_series(1, 3) AS l WHERE l <= n % 3 + 1;
