# The commands of this project: `make help` lists them. All paths are relative, so the checkout's own may hold a space.
# Environment and playground are made under a lock, so that two commands may be given at once.

.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 3
DOCUMENTS ?= 100000
PARALLEL = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
PIP = .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header pyproject.toml
# npm's progress goes to standard output, and its reason for failing to standard error.
NPM_CI = npm ci --no-audit --no-fund --no-progress --loglevel=error >/dev/null
NPM_FAILED = echo "npm failed in $$PWD, for the reason above. Where it is the network, give the same command again." >&2; exit 1
NPM_LOCKS = server/playground tests/support/npm/audits tests/support/npm/clients tests/support/npm/provider
PACKAGES = models services schema resolvers server
PLAYGROUND = $(shell find server/playground -name node_modules -prune -o -name dist -prune -o -type f -print)
# The + lets what is made under the lock take part in a run of several jobs, as .ci/run is.
LOCKED = @+flock .venv-lock $(MAKE) --silent --no-print-directory

# Tests start some two hundred processes, each of which would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run dev test test-fast test-uncompiled compare check dead-code fmt coverage docs bench bench-attacks sdl settings-reference columns-reference migration lock sbom licences audit hooks \
	screenshots clean environment test-environment playground audits clients provider moved
.DELETE_ON_ERROR:

##@ Run

run: environment playground ## serve http://127.0.0.1:8000 (or PORT=…) with demo data, on a PostgreSQL of its own
	@exec .venv/bin/trackers serve --demo --port "$(PORT)"

# The server stops as it does at Ctrl-C: what is under way ends, and so does its PostgreSQL.
dev: test-environment playground ## the same, restarted whenever a source file changes
	@exec .venv/bin/watchfiles --sigint-timeout 40 '.venv/bin/trackers serve --demo --port $(PORT)' $(PACKAGES)

##@ Check

# Half of a run is waiting for processes, so one worker more than there are cores. The tests of a file share what it started,
# and the files with slow tests go first, as tests/conftest.py has ordered them.
test: check playground audits clients provider ## linters, types, import order, and every test
	@.venv/bin/pytest $(PARALLEL)
	@exec $(MAKE) --no-print-directory test-uncompiled

test-uncompiled: test-environment ## the tests that execute documents, again without the compiled executor
	@TRACKERS_COMPILED=0 exec .venv/bin/pytest $(PARALLEL) -m "not server and not slow" tests/resolvers tests/schema

compare: test-environment ## compare compiled execution with graphql-core on DOCUMENTS random documents (100,000 take an hour)
	@DOCUMENTS=$(DOCUMENTS) exec .venv/bin/pytest tests/server/execution/compiled/test_whole_schema.py

test-fast: test-environment ## the tests that need no server process, browser, client library or million rows
	@exec .venv/bin/pytest -n auto --dist loadfile --no-loadscope-reorder -m "not server and not browser and not clients and not slow"

check: test-environment ## linters, types, import order, spelling and unused code, without tests
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports
	.venv/bin/mypy
	.venv/bin/typos
	.venv/bin/vulture

dead-code: test-environment ## list functions, classes and variables that nothing uses; tests do not count as a use
	@exec .venv/bin/vulture

fmt: test-environment ## format the code, and fix what the linter can fix
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

coverage: test-environment playground audits clients provider ## every test with branch coverage of all processes (slow); fails below the floor
	@rm -f .coverage .coverage.*
	.venv/bin/coverage run -m pytest $(PARALLEL)
	@.venv/bin/coverage combine --quiet
	.venv/bin/coverage report

docs: test-environment ## build the documentation in docs/_build/html; a dead link or any other warning fails
	@exec .venv/bin/sphinx-build --fail-on-warning --keep-going --quiet -b html docs docs/_build/html

bench: test-environment playground ## measure the speed beside other servers, and write docs/speed.md (some twenty minutes)
	@exec .venv/bin/python -m tests.benchmark --report $(OPTIONS)

bench-attacks: test-environment playground ## measure what a member notices of attacks, and write docs/attacks.md (some ten minutes)
	@exec .venv/bin/python -m tests.benchmark --attacks --report $(OPTIONS)

##@ Generate

sdl: environment ## write schema/schema.graphql, after a change of the API
	@.venv/bin/trackers schema > schema/schema.graphql.new
	@mv schema/schema.graphql.new schema/schema.graphql

settings-reference: environment ## write docs/settings.md, after a change of a setting
	@.venv/bin/python -m server.settings_reference > docs/settings.md.new
	@mv docs/settings.md.new docs/settings.md

columns-reference: environment ## write docs/import-columns.md, after a change of an imported column
	@.venv/bin/python -m server.cli.import_columns > docs/import-columns.md.new
	@mv docs/import-columns.md.new docs/import-columns.md

migration: environment ## write a migration, after a change of a model
	@exec .venv/bin/tortoise makemigrations models

screenshots: test-environment playground ## take the pictures of the README again; needs Chromium
	@exec .venv/bin/python -m tests.support.clients.screenshots

lock: test-environment ## write the lock files from pyproject.toml, after a change of a dependency
	$(COMPILE) --extra dev --output-file requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock --output-file requirements.lock

sbom: test-environment ## write bills of materials (CycloneDX) from the locks to build/; needs no network
	@mkdir -p build
	.venv/bin/python -m tests.support.supply_chain.sbom build/sbom.cdx.json
	.venv/bin/python -m tests.support.supply_chain.sbom --dev build/sbom-dev.cdx.json

licences: test-environment ## write the licences of all locked packages to build/licences.md; needs no network
	@mkdir -p build
	.venv/bin/python -m tests.support.supply_chain.licences > build/licences.md

# The only command that asks others about the locks: PyPI's database of vulnerabilities, and npm's.
audit: test-environment ## look the locked packages up in the databases of known vulnerabilities; needs the network
	.venv/bin/pip-audit --disable-pip --require-hashes --requirement requirements-dev.lock
	@for folder in $(NPM_LOCKS); do \
		echo "npm audit in $$folder"; (PATH="$$PWD/.venv/bin:$$PATH"; cd $$folder && npm audit --package-lock-only) || exit 1; \
	done

##@ Set up

hooks: test-environment ## install the git hooks of .pre-commit-config.yaml; they need no network
	@exec .venv/bin/pre-commit install

clean: ## delete everything that was made, but not var/ with its data
	rm -rf .venv .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* docs/_build build
	rm -rf server/playground/node_modules server/playground/dist tests/support/npm/audits/node_modules tests/support/npm/clients/node_modules \
		tests/support/npm/provider/node_modules

help: ## list these commands
	@awk 'BEGIN { FS = ":.*## " } /^##@ / { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' Makefile

environment:
	$(LOCKED) .venv/run.stamp

test-environment:
	$(LOCKED) .venv/test.stamp

playground: environment
	$(LOCKED) server/playground/dist/index.html

audits: test-environment
	$(LOCKED) tests/support/npm/audits/node_modules/.package-lock.json

clients: test-environment
	$(LOCKED) tests/support/npm/clients/node_modules/.package-lock.json

provider: test-environment
	$(LOCKED) tests/support/npm/provider/node_modules/.package-lock.json

.venv/run.stamp: requirements.lock pyproject.toml
	@echo "Making the environment .venv (once) …"
	@.venv/bin/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@pwd -P > .venv/checkout
	@touch .venv/run.stamp

# The packages of a run are among those of a test.
.venv/test.stamp: requirements-dev.lock requirements.lock pyproject.toml
	@echo "Making the environment .venv for tests (once) …"
	@.venv/bin/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@pwd -P > .venv/checkout
	@touch .venv/run.stamp .venv/test.stamp

server/playground/dist/index.html: $(PLAYGROUND)
	@echo "Building the playground (once) …"
	@PATH="$$PWD/.venv/bin:$$PATH" && cd server/playground && \
		$(NPM_CI) && npm run --loglevel=error build >/dev/null || { $(NPM_FAILED); }
	@touch server/playground/dist/index.html

# npm writes the stamp last, when every package is there.
tests/support/npm/audits/node_modules/.package-lock.json: tests/support/npm/audits/package.json \
		tests/support/npm/audits/package-lock.json tests/support/npm/audits/.npmrc
	@echo "Installing the audits of GraphQL over HTTP and of accessibility (once) …"
	@PATH="$$PWD/.venv/bin:$$PATH" && cd tests/support/npm/audits && $(NPM_CI) || { $(NPM_FAILED); }
	@touch tests/support/npm/audits/node_modules/.package-lock.json

tests/support/npm/clients/node_modules/.package-lock.json: tests/support/npm/clients/package.json \
		tests/support/npm/clients/package-lock.json tests/support/npm/clients/.npmrc
	@echo "Installing the client libraries that the API is tried with (once) …"
	@PATH="$$PWD/.venv/bin:$$PATH" && cd tests/support/npm/clients && $(NPM_CI) || { $(NPM_FAILED); }
	@touch tests/support/npm/clients/node_modules/.package-lock.json

tests/support/npm/provider/node_modules/.package-lock.json: tests/support/npm/provider/package.json \
		tests/support/npm/provider/package-lock.json tests/support/npm/provider/.npmrc
	@echo "Installing the provider that single sign-on is tried with (once) …"
	@PATH="$$PWD/.venv/bin:$$PATH" && cd tests/support/npm/provider && $(NPM_CI) || { $(NPM_FAILED); }
	@touch tests/support/npm/provider/node_modules/.package-lock.json

# The environment's programs name the folder that they were made in.
ifneq ($(shell cat .venv/checkout 2>/dev/null),$(shell [ ! -e .venv/checkout ] || pwd -P))
.venv/run.stamp .venv/test.stamp: moved
moved:
	@rm -rf .venv
endif
