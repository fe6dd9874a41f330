-- name: built
SELECT pg_catalog.substring(told, 'scale (\d+)')::integer AS scale, pg_catalog.substring(told, 'from (\w+)') AS edition
  FROM pg_catalog.pg_database, pg_catalog.shobj_description(oid, 'pg_database') AS told
 WHERE datname = 'demo'

-- name: drop_unfinished
DROP DATABASE IF EXISTS demo_building WITH (FORCE)

-- name: create_unfinished
CREATE DATABASE demo_building TEMPLATE template0

-- name: drop
DROP DATABASE IF EXISTS demo WITH (FORCE)

-- name: finish
ALTER DATABASE demo_building RENAME TO demo

-- name: withdraw_granted
GRANT SELECT, DELETE ON {S}.birth_registry TO birth_caller

-- name: withdraw_allowed
DO $body$ BEGIN PERFORM {S}._birth_withdraw_allow(); END $body$

-- name: foreign_clients
SELECT pg_catalog.count(*) AS clients
  FROM pg_catalog.pg_stat_activity
 WHERE backend_type = 'client backend' AND application_name NOT LIKE %(ours)s AND pid <> pg_catalog.pg_backend_pid()
