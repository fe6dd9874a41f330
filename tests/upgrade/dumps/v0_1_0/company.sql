-- The databases that the dumps were made of, before the console: their tables, rows, and a gateway of the company's own.

-- name: tables
CREATE TABLE public.customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text NOT NULL UNIQUE, name text, status text
);
CREATE TABLE public.product (sku varchar(20) PRIMARY KEY, name text NOT NULL, price numeric(8, 2));
CREATE TABLE public."order" (
    number text PRIMARY KEY, customer bigint NOT NULL REFERENCES public.customer, placed_on date NOT NULL, status text
);
CREATE TABLE public.order_line (
    "order" text REFERENCES public."order", line integer, product varchar(20) NOT NULL REFERENCES public.product,
    note text, PRIMARY KEY ("order", line)
);
CREATE TABLE public.supplier (id integer PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL, status text);
CREATE TABLE public.country (iso text PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE public.memo (written_at timestamptz, text text);
CREATE TABLE public.change_log (at timestamptz NOT NULL, what text);
CREATE VIEW public.open_order AS SELECT number, customer FROM public."order" WHERE status = 'open';

-- name: rows
-- Customers' and products' names hold what has to be quoted; orders' numbers what codes have to escape.
INSERT INTO public.customer (number, name, status)
    SELECT 'C-' || lpad(n::text, 4, '0'), 'O''Neil & Søn ' || n, 'active' FROM generate_series(1, 30) AS n;
INSERT INTO public.product
    SELECT 'SKU-' || lpad(n::text, 3, '0'), format('Widget "%s" \ %s', n, chr(916)), n * 1.25
    FROM generate_series(1, 24) AS n;
INSERT INTO public."order"
    SELECT format('O/%s:%s', 2025 + n % 2, lpad(n::text, 3, '0')), 1 + n % 30, date '2025-12-20' + n,
        CASE WHEN n % 3 = 0 THEN 'open' ELSE 'sent' END FROM generate_series(1, 20) AS n;
INSERT INTO public.order_line
    SELECT number, line, 'SKU-' || lpad((1 + (row_number() OVER (ORDER BY number, line)) % 24)::text, 3, '0'), NULL
    FROM public."order", generate_series(1, 3) AS line WHERE placed_on < '2026-01-05';
INSERT INTO public.supplier
    SELECT n, 'SUP' || chr(64 + n), 'Supplier ' || n, 'active' FROM generate_series(1, 12) AS n;
INSERT INTO public.country SELECT iso, 'Land of ' || iso
    FROM unnest(string_to_array('AT BE CH CZ DE DK ES FI FR GB IE IT NL NO PL SE', ' ')) AS iso;
INSERT INTO public.memo SELECT timestamptz '2026-01-01 08:00Z' + n * interval '1 day', 'memo ' || n
    FROM generate_series(1, 5) AS n;
INSERT INTO public.change_log SELECT timestamptz '2026-01-01 08:00Z' + n * interval '1 hour', 'change ' || n
    FROM generate_series(1, 5) AS n;

-- name: meanwhile
-- Between the reconciliation and the batches of a run, one planned row goes, and another slips past the gateway.
DELETE FROM public."order" WHERE number = 'O/2025:020' OR number = 'O/2026:019';
INSERT INTO public."order" VALUES ('O/2025:018-B', 3, '2026-01-20', 'open');

-- name: claims
-- What older documents state has no command of its own in this version.
INSERT INTO birth.birth_evidence_claim (claim, source, stated) VALUES
    ('metadata_compatibility', 'a report of last year', '5 compatible / 2 broken of 7'),
    ('trigger_gap', 'the same report', '2');

-- name: gateway
-- A gateway of the company's own, all in one schema, which then becomes the console's as well.
CREATE TABLE public.collection_registry (
    id serial PRIMARY KEY, collection_name varchar(255) NOT NULL UNIQUE, governance_role varchar(20), species_code text,
    status varchar(20) DEFAULT 'published', coverage_status text, date_created timestamptz DEFAULT now()
);
CREATE TABLE public.birth_policy (collection_name varchar(255) PRIMARY KEY, requirement varchar(10) NOT NULL);
CREATE TABLE public.birth_registry (
    id serial PRIMARY KEY, sort integer, user_created uuid, date_created timestamptz DEFAULT now(),
    entity_code varchar(255) NOT NULL UNIQUE, collection_name varchar(255) NOT NULL, species_code text,
    composition_level text, dot_origin varchar(80), born_at timestamptz NOT NULL, governance_role varchar(20),
    inspect_pen text, inspect_stamp text, inspect_gate text, certified boolean NOT NULL DEFAULT false,
    certified_at timestamptz
);
CREATE TABLE public.trigger_guard_alerts (id serial PRIMARY KEY, seen_at timestamptz DEFAULT now(), tag text NOT NULL);
CREATE FUNCTION public.fn_birth_register(p_collection varchar, p_code varchar, p_born timestamptz DEFAULT now(),
    p_origin varchar DEFAULT 'GATEWAY', p_dry_run boolean DEFAULT true)
RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    IF p_dry_run THEN
        RETURN 'would register';
    END IF;
    INSERT INTO birth_registry (entity_code, collection_name, dot_origin, born_at, governance_role)
    SELECT p_code, p_collection, p_origin, coalesce(p_born, now()),
        (SELECT governance_role FROM collection_registry WHERE collection_name = p_collection)
    ON CONFLICT (entity_code) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'registered' ELSE 'existing' END;
END
$body$;
CREATE FUNCTION public.fn_birth_gateway() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    PERFORM fn_birth_register(TG_ARGV[0], to_jsonb(NEW) ->> TG_ARGV[1], p_dry_run => false);
    RETURN NULL;
END
$body$;
CREATE FUNCTION public.fn_trigger_guard() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
    'BEGIN INSERT INTO trigger_guard_alerts (tag) VALUES (TG_TAG); END';
INSERT INTO public.collection_registry (collection_name, governance_role) VALUES
    ('customer', 'governed'), ('product', 'observed'), ('supplier', 'observed');
INSERT INTO public.birth_policy VALUES ('customer', 'REQUIRED'), ('product', 'REQUIRED'), ('supplier', 'EXEMPT');
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.customer
    FOR EACH ROW EXECUTE FUNCTION public.fn_birth_gateway('customer', 'number');
CREATE TRIGGER trg_birth_gateway AFTER INSERT ON public.product
    FOR EACH ROW EXECUTE FUNCTION public.fn_birth_gateway('product', 'sku');
