# make run    set up everything, open the console (ARGS="status" runs a command instead)
# make test   set up everything, run all checks (T=tests/unit runs these tests and nothing else)
# `make help` tells the rest.
#
# Needs python3 (3.11 or newer) with its venv module, and make. Everything else lands in .venv and build.

.DEFAULT_GOAL := help
.PHONY: help run test test-unit test-long test-servers test-pythons test-directus test-citus mutate soak bench lint style types snapshots format lock clean
.DELETE_ON_ERROR:

# What is compiled is kept, whatever the environment says: else every worker of every run compiles all of it again.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
LOCK := requirements.lock
PYTHONS = $(strip $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3)
# Readable for all, whatever root's umask: PostgreSQL runs its programs as another account.
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
INSTALL := umask 022; PIP_ROOT_USER_ACTION=ignore $(BIN)/python $(PIP_INSTALL) --constraint $(LOCK)

help:
	@echo "make run           open the console on its embedded demo (ARGS=\"status\" runs a command instead)"
	@echo "make test          lint, types, import contracts, tests (T=tests/unit: these tests, nothing else)"
	@echo "make test-unit     the tests that need no server"
	@echo "make test-long     the long walks that make test leaves out (T=… for less of them)"
	@echo "make test-servers  tests on PostgreSQL 14 to 18 (VERSIONS=\"15 18\" and T=… for less of it)"
	@echo "make test-pythons  all tests on each Python from 3.11 to 3.14 that is installed (VERSIONS=3.12, T=…)"
	@echo "make test-directus a backfill under a real Directus 11, which npm installs"
	@echo "make test-citus    a backfill beside Citus; BIRTH_TEST_CITUS names the programs of a PostgreSQL that has it"
	@echo "make soak          ten minutes of six operators, writers, kills and a failover (MINUTES=3: less of it)"
	@echo "make mutate        turn off each refusal, gate and constraint of the database: tests must notice (PART=10%)"
	@echo "make bench         measure every number to hold (QUICK=1, ONLY=commands,chain, RESULT=FILE.json, WHOLE=1)"
	@echo "make format        format the sources"
	@echo "make snapshots     accept the terminal UI's present look"
	@echo "make lock          renew $(LOCK), the releases that are installed"
	@echo "make clean         remove all that was set up or generated"

run: .venv/installed
	@$(BIN)/birth-console $(ARGS)

# Many tests wait for processes and servers: one worker more than cores. Each has a server of its own, but for the one
# that BIRTH_TEST_DSN names: tests that change roles would meet there.
WORKERS ?= 4
SIDE_BY_SIDE := $(if $(BIRTH_TEST_DSN),-n 0,-n $(WORKERS) --dist worksteal)
# Takes half a second to load, and only tests of the terminal UI need it.
WITHOUT_SNAPSHOTS := -p no:textual-snapshot -p no:syrupy
SCREENLESS := tests/unit% tests/integration% tests/faults%

# Types and contracts are checked beside the tests, whose workers wait for one another at the start and at the end.
BESIDE := $(MAKE) --no-print-directory types >build/types.log 2>&1 & beside=$$!; $(BIN)/python -m tests.ready;
BOTH := ; status=$$?; wait $$beside || status=1; cat build/types.log; exit $$status

# One file is sooner done than workers are started.
test: $(if $(T),.venv/installed-dev,style)
	@mkdir -p build
	@$(if $(T),,$(BESIDE)) $(BIN)/python -m pytest $(if $(findstring .py,$(T)),-n 0,$(SIDE_BY_SIDE)) \
		$(if $(findstring tests/tui,$(T)),,$(if $(filter $(SCREENLESS),$(T)),$(WITHOUT_SNAPSHOTS))) $(T) \
		$(if $(T),,$(BOTH))

# A second process would load all of it again, which takes as long as the tests.
test-unit: .venv/installed-dev
	@$(BIN)/python -m pytest -p no:xdist $(WITHOUT_SNAPSHOTS) --hypothesis-profile quick tests/unit

test-long: .venv/installed-dev
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m long $(T)

test-servers: .venv/installed-dev
	@T="$(T)" WORKERS="$(WORKERS)" $(BIN)/python -m tests.other_servers $(VERSIONS)

test-pythons: .venv/installed-dev
	@T="$(T)" WORKERS="$(WORKERS)" $(BIN)/python -m tests.other_pythons $(VERSIONS)

test-citus: .venv/installed-dev
	@$(BIN)/python -m pytest -n 0 -rs tests/citus

test-directus: .venv/installed-dev
	@$(BIN)/python -m tests.directus.install
	@BIRTH_DIRECTUS=build/directus $(BIN)/python -m pytest -n 0 -rs tests/directus

soak: .venv/installed-dev
	@MINUTES="$(MINUTES)" SEED="$(SEED)" $(BIN)/python -m tests.soak

# All of them, where `make test` takes a random tenth: each dies by the test that killed it last. PART=10% takes a random
# part, SEED=… the same one again, ONLY=text those with that name, NEW=1 those that nothing is known to have killed.
mutate: .venv/installed-dev
	@PART="$(PART)" SEED="$(SEED)" ONLY="$(ONLY)" NEW="$(NEW)" WORKERS="$(WORKERS)" $(BIN)/python -m tests.mutate

bench: .venv/installed-dev
	@QUICK="$(QUICK)" ONLY="$(ONLY)" RESULT="$(RESULT)" $(BIN)/python -m tests.bench

lint: style types

style: .venv/installed-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: .venv/installed-dev
	@$(BIN)/mypy
	@$(BIN)/lint-imports

snapshots: .venv/installed-dev
	@$(BIN)/python -m pytest --snapshot-update tests/tui

format: .venv/installed-dev
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

clean:
	@rm -rf .venv build dist snapshot_report.html .*_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Whatever versions are newest today, for the next contributor to get the same.
lock: .venv/bin/python
	@rm -rf build/lock && $(BIN)/python -m venv build/lock
	@build/lock/bin/python $(PIP_INSTALL) -e ".[dev]"
	@{ echo "# Made by \`make lock\`: the releases that \`make\` installs, for every Python and system."; \
		build/lock/bin/python -m pip freeze --exclude-editable; } >$(LOCK)
	@rm -rf build/lock

.venv/installed: pyproject.toml $(LOCK) .venv/bin/python
	@echo "installing the console into .venv (once)"
	@$(INSTALL) -e ".[demo]"
	@touch $@

.venv/installed-dev: pyproject.toml $(LOCK) .venv/bin/python
	@echo "installing the console and its development tools into .venv (once)"
	@$(INSTALL) -e ".[dev]"
	@touch .venv/installed $@

# The newest that works: a name on the PATH may be a stub without an interpreter, or lack the module venv needs.
.venv/bin/python:
	@works() { "$$1" -c "import sys, $$2; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1; }; \
	found=; bare=; \
	for python in $(PYTHONS); do \
		if works "$$python" "venv, ensurepip"; then found=$$python; break; fi; \
		if [ -z "$$bare" ] && works "$$python" sys; then bare=$$python; fi; \
	done; \
	if [ -n "$$found" ]; then \
		echo "creating .venv with $$found"; \
		umask 022; "$$found" -m venv --clear .venv || { rm -rf .venv; exit 1; }; \
	elif [ -n "$$bare" ]; then \
		echo "$$bare cannot create virtual environments: its module ensurepip is missing." >&2; \
		echo "On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
	else \
		echo "Python 3.11 or newer is needed, but none of these is: $(PYTHONS)" >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; \
	fi
