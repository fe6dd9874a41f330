"""Configurations that give a role more than it should have, each with what the doctor must say of it.

`{r}` is a login of the configuration's own: an outsider's, or a person's of the console in the group birth_operator.
`{d}` is the database. The breaking statements run as a superuser.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effect:
    """One configuration: the check and verdict that must name `words`; no check: the configuration is harmless.

    What no remedy ends, `cure` does. `wide`: it changes what others mean, and is tried after them.
    """

    check: str
    verdict: str
    words: str
    breaking: str
    cure: str = ""
    since: int = 14
    until: int = 99
    wide: bool = False


_ADMIN_ONLY = "WITH ADMIN TRUE, INHERIT FALSE, SET FALSE"
_PINNED = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1'"


def harmless(breaking: str, since: int = 14, until: int = 99) -> Effect:
    """A configuration that no check may name."""
    return Effect("", "", "{r}", breaking, since=since, until=until)


def _a_function(options: str = _PINNED) -> str:
    return f"CREATE FUNCTION public.{{r}}_f() RETURNS integer LANGUAGE sql {options};"


def _closed(options: str = _PINNED) -> str:
    return _a_function(options) + "REVOKE EXECUTE ON FUNCTION public.{r}_f() FROM PUBLIC;"


_TRIGGER_FUNCTION = """CREATE FUNCTION public.{r}_f() RETURNS %s LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    ALTER FUNCTION public.{r}_f() OWNER TO {r};"""
_EVENT_TRIGGER = (_TRIGGER_FUNCTION % "event_trigger").replace("RETURN NULL; ", "") + (
    "CREATE EVENT TRIGGER {r}_e ON sql_drop WHEN TAG IN ('DROP CAST') EXECUTE FUNCTION public.{r}_f()"
)
_SUBSCRIPTION = """CREATE SUBSCRIPTION {r}_s CONNECTION 'dbname=elsewhere' PUBLICATION p
        WITH (connect = false, slot_name = NONE);
    UPDATE pg_subscription SET subenabled = true WHERE subname = '{r}_s';
    INSERT INTO pg_subscription_rel SELECT oid, '%s'::regclass, 'r', NULL FROM pg_subscription
        WHERE subname = '{r}_s'"""
# A registry of the company's that is divided: what is written into a part of it is a row of the registry.
_DIVIDED = """CREATE TABLE public.{r}_all (LIKE birth.birth_registry) PARTITION BY LIST (collection_name);
    CREATE TABLE public.{r}_part PARTITION OF public.{r}_all DEFAULT;
    UPDATE birth.birth_binding SET schema_name = 'public', table_name = '{r}_all' WHERE part = 'registry';"""
_UNDIVIDED = """UPDATE birth.birth_binding SET schema_name = 'birth', table_name = 'birth_registry'
    WHERE part = 'registry'; DROP TABLE public.{r}_all"""

OUTSIDERS = [
    Effect("superusers", "named", "{r}", "ALTER ROLE {r} SUPERUSER", cure="ALTER ROLE {r} NOSUPERUSER"),
    Effect("superusers", "warning", "{r} can become {r}_s", "CREATE ROLE {r}_s SUPERUSER; GRANT {r}_s TO {r}",
           cure="ALTER ROLE {r}_s NOSUPERUSER"),
    Effect("superusers", "warning", "{r} can grant itself {r}_s",
           f"CREATE ROLE {{r}}_s SUPERUSER; GRANT {{r}}_s TO {{r}} {_ADMIN_ONLY}",
           cure="ALTER ROLE {r}_s NOSUPERUSER", since=16),
    Effect("administrators", "warning", "{r} may create roles", "ALTER ROLE {r} CREATEROLE",
           cure="ALTER ROLE {r} NOCREATEROLE", until=15),
    harmless("ALTER ROLE {r} CREATEROLE", since=16),
    Effect("administrators", "warning", "{r} can become {r}_c, which may create roles",
           "CREATE ROLE {r}_c CREATEROLE; GRANT {r}_c TO {r}", until=15),
    Effect("administrators", "warning", "{r} administers birth_operator",
           f"GRANT birth_operator TO {{r}} {_ADMIN_ONLY}", since=16),
    Effect("administrators", "warning", "{r} administers birth_owner", f"GRANT birth_owner TO {{r}} {_ADMIN_ONLY}",
           since=16),
    Effect("administrators", "warning", "{r} administers the login operator1",
           f"GRANT operator1 TO {{r}} {_ADMIN_ONLY}", since=16),
    Effect("administrators", "warning", "{r} owns public.{r}_f(), which an event trigger runs", _EVENT_TRIGGER,
           cure="DROP EVENT TRIGGER {r}_e"),
    Effect("administrators", "warning", "{r} owns the database", 'ALTER DATABASE "{d}" OWNER TO {r}',
           cure='ALTER DATABASE "{d}" OWNER TO postgres', wide=True),
    Effect("owner_unreachable", "failed", "{r}", "GRANT birth_owner TO {r}"),
    Effect("owner_unreachable", "failed", "{r}", "ALTER ROLE {r} NOINHERIT; GRANT birth_owner TO {r}"),
    Effect("owner_unreachable", "failed", "{r}",
           "CREATE ROLE {r}_m; GRANT birth_owner TO {r}_m WITH INHERIT TRUE, SET FALSE;"
           "GRANT {r}_m TO {r} WITH INHERIT FALSE, SET TRUE", since=16),
    harmless("CREATE ROLE {r}_m; GRANT birth_operator TO {r}_m WITH INHERIT FALSE, SET TRUE;"
             "GRANT {r}_m TO {r} WITH INHERIT TRUE, SET FALSE", since=16),
    Effect("caller", "failed", "{r} can become it", "GRANT birth_caller TO {r}"),
    Effect("predefined_roles", "failed", "{r} may write every table", "GRANT pg_write_all_data TO {r}"),
    Effect("predefined_roles", "failed", "{r} may write every table",
           "ALTER ROLE {r} NOINHERIT; CREATE ROLE {r}_t; GRANT pg_write_all_data TO {r}_t; GRANT {r}_t TO {r}"),
    Effect("predefined_roles", "warning", "{r} could grant itself a role that may write every table",
           f"GRANT pg_write_all_data TO {{r}} {_ADMIN_ONLY}", since=16),
    Effect("predefined_roles", "failed", "{r} may run programs", "GRANT pg_execute_server_program TO {r}"),
    Effect("predefined_roles", "failed", "{r} may write the server's files", "GRANT pg_write_server_files TO {r}"),
    Effect("predefined_roles", "warning", "{r} may read the server's files", "GRANT pg_read_server_files TO {r}"),
    Effect("predefined_roles", "warning", "{r} may lock every table", "GRANT pg_maintain TO {r}", since=17),
    Effect("predefined_roles", "warning", "{r} may end other logins' sessions", "GRANT pg_signal_backend TO {r}"),
    Effect("predefined_roles", "warning", "{r} may let another server write", "GRANT pg_create_subscription TO {r}",
           since=16),
    harmless("GRANT pg_read_all_data, pg_monitor TO {r}"),
    harmless("ALTER ROLE {r} NOLOGIN; GRANT pg_write_all_data TO {r}"),
    harmless("ALTER ROLE {r} BYPASSRLS CREATEDB"),
    Effect("people_apart", "failed", "{r} can act as operator1", "GRANT operator1 TO {r}"),
    Effect("people_apart", "failed", "every member of birth_operator is in birth_gatekeeper",
           "GRANT birth_gatekeeper TO birth_operator", wide=True),
    Effect("people_apart", "failed", "every member of birth_reader is in birth_reviewer",
           "REVOKE birth_reader FROM birth_reviewer; GRANT birth_reviewer TO birth_reader",
           cure="GRANT birth_reader TO birth_reviewer", wide=True),
    Effect("people_mapped", "warning", "{r} is in birth_operator", "GRANT birth_operator TO {r}"),
    Effect("people_mapped", "warning", "{r} is in birth_gatekeeper",
           "CREATE ROLE {r}_t; GRANT birth_gatekeeper TO {r}_t; GRANT {r}_t TO {r}"),
    harmless("GRANT birth_reader TO {r}"),
    Effect("role_attributes", "failed", "the group birth_reviewer may log in", "ALTER ROLE birth_reviewer LOGIN"),
    Effect("replication", "warning", "{r} may copy the whole server", "ALTER ROLE {r} REPLICATION"),
    Effect("replication", "warning", "publication {r}_p carries birth.birth_registry",
           "CREATE PUBLICATION {r}_p FOR TABLE birth.birth_registry"),
    Effect("replication", "warning", "publication {r}_p carries birth.birth_registry",
           "CREATE PUBLICATION {r}_p FOR ALL TABLES"),
    Effect("replication", "failed", "a subscription writes birth.birth_registry",
           _SUBSCRIPTION % "birth.birth_registry"),
    Effect("replication", "failed", "a subscription writes birth.birth_policy", _SUBSCRIPTION % "birth.birth_policy"),
    Effect("replication", "warning", "a subscription writes public.goods", _SUBSCRIPTION % "public.goods"),
    Effect("dml", "failed", "{r} on birth_ledger_event", "GRANT INSERT ON birth.birth_ledger_event TO {r}"),
    Effect("dml", "failed", "{r} on birth_admission_budget",
           "GRANT UPDATE (used_rows) ON birth.birth_admission_budget TO {r}"),
    Effect("dml", "failed", "{r} on birth_identity", "GRANT DELETE ON birth.birth_identity TO {r}"),
    Effect("dml", "failed", "{r} on birth_backfill_item", "GRANT TRUNCATE ON birth.birth_backfill_item TO {r}"),
    Effect("dml", "failed", "{r} on birth_registry", "GRANT INSERT ON birth.birth_registry TO {r}"),
    Effect("dml", "failed", "{r} on birth_registry", "GRANT TRIGGER ON birth.birth_registry TO {r}"),
    Effect("dml", "failed", "{r} on birth_setting", "GRANT REFERENCES (name) ON birth.birth_setting TO {r}"),
    Effect("dml", "failed", "{r} on birth_backfill_run_run_id_seq",
           "GRANT USAGE ON SEQUENCE birth.birth_backfill_run_run_id_seq TO {r}"),
    Effect("dml", "failed", "{r} on birth_backfill_run_run_id_seq",
           "GRANT UPDATE ON SEQUENCE birth.birth_backfill_run_run_id_seq TO {r}"),
    Effect("dml", "failed", "public on birth_person_login",
           "GRANT INSERT (login, person) ON birth.birth_person_login TO PUBLIC", wide=True),
    harmless("GRANT SELECT ON birth.birth_registry TO {r}"),
    harmless("GRANT INSERT, UPDATE ON public.goods TO {r}"),
    Effect("dml", "failed", "{r} on public.{r}_door, which reaches birth.birth_admission_budget",
           "CREATE VIEW public.{r}_door AS SELECT * FROM birth.birth_admission_budget;"
           "GRANT UPDATE ON public.{r}_door TO {r}"),
    Effect("dml", "failed", "{r} on public.{r}_outer, which reaches",
           "CREATE VIEW public.{r}_door AS SELECT * FROM birth.birth_registry;"
           "CREATE VIEW public.{r}_outer AS SELECT * FROM public.{r}_door;"
           "ALTER VIEW public.{r}_outer OWNER TO birth_owner; GRANT DELETE ON public.{r}_outer TO {r}"),
    Effect("dml", "failed", "{r} on public.{r}_t, which reaches birth.birth_setting",
           "CREATE TABLE public.{r}_t (id integer); GRANT INSERT ON public.{r}_t TO {r};"
           "CREATE RULE quiet AS ON INSERT TO public.{r}_t DO ALSO DELETE FROM birth.birth_setting"),
    harmless("CREATE VIEW public.{r}_door AS SELECT * FROM birth.birth_registry;"
             "GRANT SELECT ON public.{r}_door TO {r}"),
    Effect("dml", "failed", "{r} owns public.{r}_heir",
           "CREATE TABLE public.{r}_heir () INHERITS (birth.birth_setting); ALTER TABLE public.{r}_heir OWNER TO {r}"),
    Effect("locks", "warning", "{r} may lock birth.birth_ledger_head",
           "GRANT MAINTAIN ON birth.birth_ledger_head TO {r}", since=17),
    Effect("grant_option", "failed", "{r} may grant SELECT on birth.birth_setting",
           "GRANT SELECT ON birth.birth_setting TO {r} WITH GRANT OPTION", cure="REVOKE ALL ON birth.birth_setting "
           "FROM {r}"),
    Effect("grant_option", "failed", "birth_operator may grant EXECUTE on birth.birth_load",
           "GRANT EXECUTE ON FUNCTION birth.birth_load TO birth_operator WITH GRANT OPTION"),
    Effect("owner", "failed", "{r} owns birth.birth_gate_check", "ALTER TABLE birth.birth_gate_check OWNER TO {r}",
           wide=True),
    Effect("owner", "failed", "{r} owns birth.v_birth_stage2_qt001_readiness_dashboard",
           "ALTER VIEW birth.v_birth_stage2_qt001_readiness_dashboard OWNER TO {r}", wide=True),
    Effect("owner", "failed", "{r} owns birth.birth_permit_close",
           "ALTER FUNCTION birth.birth_permit_close OWNER TO {r}", wide=True),
    Effect("owner", "failed", "{r} owns schema birth", "ALTER SCHEMA birth OWNER TO {r};"
           "GRANT USAGE ON SCHEMA birth TO birth_owner", wide=True),
    Effect("register_execute", "failed", "{r} on birth.birth_ledger_append",
           "GRANT EXECUTE ON FUNCTION birth.birth_ledger_append(text, jsonb) TO {r}"),
    Effect("register_execute", "failed", "{r} on birth.birth_permit_open",
           "GRANT EXECUTE ON FUNCTION birth.birth_permit_open TO {r}"),
    Effect("public_execute", "failed", "birth.birth_permit_close",
           "GRANT EXECUTE ON FUNCTION birth.birth_permit_close TO PUBLIC", wide=True),
    Effect("create", "failed", "{r} on schema birth", "GRANT CREATE ON SCHEMA birth TO {r}"),
    Effect("create", "warning", "CREATE on schema public", "GRANT CREATE ON SCHEMA public TO PUBLIC", wide=True),
    Effect("create", "warning", "TEMP on database", 'GRANT TEMP ON DATABASE "{d}" TO PUBLIC', wide=True),
    harmless('GRANT TEMP, CREATE ON DATABASE "{d}" TO {r}; GRANT CREATE ON SCHEMA public TO {r}'),
    Effect("default_privileges", "failed", "{r} gets INSERT",
           "ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner GRANT INSERT ON TABLES TO {r}"),
    Effect("default_privileges", "failed", "{r} gets USAGE",
           "ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner IN SCHEMA birth GRANT USAGE ON SEQUENCES TO {r}"),
    Effect("default_privileges", "failed", "PUBLIC gets EXECUTE",
           "ALTER DEFAULT PRIVILEGES FOR ROLE birth_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC", wide=True),
    Effect("lent_functions", "warning", "PUBLIC may call public.{r}_f(), which runs as postgres", _a_function()),
    Effect("lent_functions", "failed", "{r} may call public.{r}_f(), which runs as birth_owner",
           _closed() + "GRANT EXECUTE ON FUNCTION public.{r}_f() TO {r};"
           "ALTER FUNCTION public.{r}_f() OWNER TO birth_owner"),
    Effect("lent_functions", "failed", "PUBLIC may call public.{r}_f(), which runs as birth_caller",
           _a_function() + "ALTER FUNCTION public.{r}_f() OWNER TO birth_caller",
           cure="DROP FUNCTION public.{r}_f()"),
    Effect("lent_functions", "failed", "{r} can have public.{r}_f() run code as postgres",
           _closed("SECURITY DEFINER AS 'SELECT 1'") + "GRANT EXECUTE ON FUNCTION public.{r}_f() TO {r};"
           'GRANT TEMP ON DATABASE "{d}" TO {r}'),
    harmless(_closed() + "GRANT EXECUTE ON FUNCTION public.{r}_f() TO {r}"),
    harmless(_a_function("AS 'SELECT 1'")),
    Effect("catalogs", "failed", "{r} may write pg_class", "GRANT UPDATE ON pg_class TO {r}"),
    Effect("catalogs", "failed", "{r} may write pg_proc", "GRANT UPDATE (prosrc) ON pg_proc TO {r}"),
    Effect("catalogs", "failed", "{r} may write pg_auth_members", "GRANT INSERT ON pg_auth_members TO {r}"),
    Effect("catalogs", "warning", "{r} may read password verifiers in pg_authid", "GRANT SELECT ON pg_authid TO {r}"),
    Effect("catalogs", "warning", "{r} may read password verifiers in pg_shadow",
           "GRANT SELECT (passwd) ON pg_shadow TO {r}"),
    Effect("catalogs", "failed", "{r} may call lo_export(oid,text)", "GRANT EXECUTE ON FUNCTION lo_export TO {r}"),
    Effect("catalogs", "warning", "{r} may call pg_read_file(text)",
           "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {r}"),
    Effect("parameters", "warning", "{r} on session_replication_role",
           "GRANT SET ON PARAMETER session_replication_role TO {r}", since=15),
    Effect("parameters", "failed", "{r} may store archive_command",
           "GRANT ALTER SYSTEM ON PARAMETER archive_command TO {r}", since=15),
    Effect("parameters", "warning", "{r} may store work_mem", "GRANT ALTER SYSTEM ON PARAMETER work_mem TO {r}",
           since=15),
    Effect("parameters", "failed", "public on track_counts", "GRANT SET ON PARAMETER track_counts TO PUBLIC",
           since=15),
    Effect("role_settings", "failed", "ROLE {r} starts with session_replication_role=replica",
           "ALTER ROLE {r} SET session_replication_role = replica"),
    Effect("role_settings", "warning", "ROLE {r} starts with session_replication_role=replica",
           "ALTER ROLE {r} SUPERUSER; ALTER ROLE {r} SET session_replication_role = replica",
           cure="ALTER ROLE {r} NOSUPERUSER"),
    Effect("role_settings", "failed", "ROLE {r} starts with event_triggers=off",
           "ALTER ROLE {r} SET event_triggers = off", since=17),
    Effect("role_settings", "failed", "ROLE {r} IN DATABASE",
           'ALTER ROLE {r} IN DATABASE "{d}" SET session_replication_role = replica'),
    Effect("role_settings", "failed", "starts with track_counts=off", 'ALTER DATABASE "{d}" SET track_counts = off'),
    Effect("role_settings", "failed", "ROLE ALL starts with session_replication_role=replica",
           "ALTER ROLE ALL SET session_replication_role = replica"),
    harmless("ALTER ROLE {r} SET work_mem = '64MB'; ALTER ROLE {r} SET session_replication_role = origin"),
    Effect("search_path", "failed", "birth.birth_backfill_finish", "ALTER FUNCTION birth.birth_backfill_finish "
           "RESET search_path",
           cure="ALTER FUNCTION birth.birth_backfill_finish SET search_path = pg_catalog, pg_temp"),
    Effect("triggers", "failed", "parts", "ALTER TABLE public.parts DISABLE TRIGGER trg_birth_gateway"),
    Effect("event_trigger", "failed", "evt_trigger_guard_ddl", "ALTER EVENT TRIGGER evt_trigger_guard_ddl DISABLE",
           cure="ALTER EVENT TRIGGER evt_trigger_guard_ddl ENABLE"),
    Effect("replication", "failed", "a subscription writes public.{r}_part",
           _DIVIDED + _SUBSCRIPTION % "public.{r}_part", cure=_UNDIVIDED, wide=True),
]  # fmt: skip

PEOPLE = [
    Effect("superusers", "failed", "{r} is a superuser, and the person", "ALTER ROLE {r} SUPERUSER"),
    Effect("superusers", "failed", "{r} can become {r}_s", "CREATE ROLE {r}_s SUPERUSER; GRANT {r}_s TO {r}",
           cure="ALTER ROLE {r}_s NOSUPERUSER"),
    Effect("role_attributes", "failed", "{r}", "ALTER ROLE {r} CREATEROLE"),
    Effect("administrators", "failed", "{r} may create roles", "ALTER ROLE {r} CREATEROLE", until=15),
    Effect("role_attributes", "failed", "{r}", "ALTER ROLE {r} CREATEDB"),
    Effect("role_attributes", "failed", "{r}", "ALTER ROLE {r} REPLICATION"),
    Effect("role_attributes", "failed", "{r}", "ALTER ROLE {r} BYPASSRLS"),
    Effect("administrators", "failed", "{r} may let others into birth_operator",
           "GRANT birth_operator TO {r} WITH ADMIN OPTION"),
    Effect("administrators", "failed", "{r} administers birth_gatekeeper",
           f"GRANT birth_gatekeeper TO {{r}} {_ADMIN_ONLY}", since=16),
    Effect("owner_unreachable", "failed", "{r} can grant itself birth_owner",
           f"GRANT birth_owner TO {{r}} {_ADMIN_ONLY}", since=16),
    Effect("predefined_roles", "failed", "{r} may write every table", "GRANT pg_write_all_data TO {r}"),
    Effect("predefined_roles", "warning", "{r} may read every table", "GRANT pg_read_all_data TO {r}"),
    Effect("predefined_roles", "failed", "{r} may read the server's files", "GRANT pg_read_server_files TO {r}"),
    Effect("predefined_roles", "warning", "{r} may lock every table", "GRANT pg_maintain TO {r}", since=17),
    Effect("predefined_roles", "failed", "{r} may let another server write", "GRANT pg_create_subscription TO {r}",
           since=16),
    Effect("predefined_roles", "warning", "{r} may force checkpoints", "GRANT pg_checkpoint TO {r}", since=15),
    Effect("people_apart", "failed", "{r} can act as gatekeeper1", "GRANT gatekeeper1 TO {r}"),
    Effect("people_apart", "failed", "{r} can make itself gatekeeper1", f"GRANT gatekeeper1 TO {{r}} {_ADMIN_ONLY}",
           since=16),
    harmless("CREATE ROLE {r}_2 LOGIN IN ROLE birth_operator; GRANT {r}_2 TO {r};"
             "INSERT INTO birth.birth_person_login (login, person) VALUES ('{r}_2', 'Person {r}')"),
    Effect("dml", "failed", "{r} on {r}_part", _DIVIDED + "GRANT INSERT ON public.{r}_part TO {r}", cure=_UNDIVIDED,
           wide=True),
    Effect("dml", "failed", "{r} on birth_policy", "GRANT UPDATE (requirement) ON birth.birth_policy TO {r}"),
    Effect("owner", "failed", "{r} owns public.notes", "ALTER TABLE public.notes OWNER TO {r}",
           cure="ALTER TABLE public.notes OWNER TO postgres", wide=True),
    Effect("owner", "failed", "{r} owns public.{r}_f(), which runs for each row of birth.birth_registry",
           _TRIGGER_FUNCTION % "trigger"
           + "CREATE TRIGGER z AFTER INSERT ON birth.birth_registry EXECUTE FUNCTION public.{r}_f()",
           cure="DROP FUNCTION public.{r}_f() CASCADE"),
    Effect("owner", "failed", "{r} owns public.{r}_f(), which an event trigger runs", _EVENT_TRIGGER,
           cure="DROP FUNCTION public.{r}_f() CASCADE"),
    Effect("owner", "failed", "{r} owns the database", 'ALTER DATABASE "{d}" OWNER TO {r}',
           cure='ALTER DATABASE "{d}" OWNER TO postgres', wide=True),
    Effect("register_execute", "failed", "{r} on birth.fn_birth_register",
           "GRANT EXECUTE ON FUNCTION birth.fn_birth_register TO {r}"),
    Effect("create", "failed", "{r} on schema public", "GRANT CREATE ON SCHEMA public TO {r}"),
    Effect("create", "failed", "{r} on database", 'GRANT CREATE ON DATABASE "{d}" TO {r}'),
    Effect("lent_functions", "warning", "{r} may call public.{r}_f(), which runs as postgres",
           _closed() + "GRANT EXECUTE ON FUNCTION public.{r}_f() TO {r}"),
    Effect("catalogs", "failed", "{r} may read password verifiers in pg_authid",
           "GRANT SELECT (rolpassword) ON pg_authid TO {r}"),
    Effect("catalogs", "failed", "{r} may call pg_read_file(text)",
           "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {r}"),
    Effect("parameters", "failed", "{r} on session_replication_role",
           "GRANT SET ON PARAMETER session_replication_role TO {r}", since=15),
]  # fmt: skip
