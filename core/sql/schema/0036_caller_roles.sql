-- Since 0.2.0: the role that code of others runs as. It owns one function and is granted only what calling needs.
DO $body$
BEGIN
    IF to_regrole('birth_caller') IS NULL THEN
        BEGIN
            CREATE ROLE birth_caller NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another session installs into another database of this server at the same moment
        END;
    END IF;
END
$body$;
