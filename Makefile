# The commands of this project. All paths are relative: the checkout's own may hold a space.
# Environment and playground are made under a lock, so that two commands may be given at once.

PYTHON ?= python3
WORKERS ?= 3
PIP = .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input
COMPILE = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header pyproject.toml
PLAYGROUND = $(shell find server/playground -name node_modules -prune -o -name dist -prune -o -type f -print)
ALONE = @flock .venv-lock $(MAKE) --silent --no-print-directory

.PHONY: run test check environment test-environment playground audits clients screenshots lock clean moved
.DELETE_ON_ERROR:

run: environment playground
	@exec .venv/bin/trackers serve --demo

# Half of a run is waiting for processes, so one more than there are cores; a file's tests share what it started.
test: check playground audits clients
	@exec .venv/bin/pytest -n $(WORKERS) --dist loadfile

check: test-environment
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports
	.venv/bin/mypy

environment:
	$(ALONE) .venv/run.stamp

test-environment:
	$(ALONE) .venv/test.stamp

playground: environment
	$(ALONE) server/playground/dist/index.html

audits: test-environment
	$(ALONE) tests/support/npm/audits/node_modules/.package-lock.json

clients: test-environment
	$(ALONE) tests/support/npm/clients/node_modules/.package-lock.json

# The README's pictures, after a change of what the playground looks like. Needs Chromium.
screenshots: test-environment playground
	@exec .venv/bin/python -m tests.support.clients.screenshots

# Writes anew what pyproject.toml pins, with everything that it needs in turn. What runs is what was tested.
lock: test-environment
	$(COMPILE) --extra dev --output-file requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock --output-file requirements.lock

# All that was made, but not var/ with its data.
clean:
	rm -rf .venv .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf server/playground/node_modules server/playground/dist tests/support/npm/audits/node_modules tests/support/npm/clients/node_modules

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
		npm ci --silent --no-audit --no-fund && npm run --silent build
	@touch server/playground/dist/index.html

# npm writes the stamp last, when every package is there.
tests/support/npm/audits/node_modules/.package-lock.json: tests/support/npm/audits/package.json \
		tests/support/npm/audits/package-lock.json tests/support/npm/audits/.npmrc
	@echo "Installing the audits of GraphQL over HTTP (once) …"
	@PATH="$$PWD/.venv/bin:$$PATH" && cd tests/support/npm/audits && npm ci --silent --no-audit --no-fund
	@touch tests/support/npm/audits/node_modules/.package-lock.json

tests/support/npm/clients/node_modules/.package-lock.json: tests/support/npm/clients/package.json \
		tests/support/npm/clients/package-lock.json tests/support/npm/clients/.npmrc
	@echo "Installing the client libraries that the API is tried with (once) …"
	@PATH="$$PWD/.venv/bin:$$PATH" && cd tests/support/npm/clients && npm ci --silent --no-audit --no-fund
	@touch tests/support/npm/clients/node_modules/.package-lock.json

# The environment's programs name the folder that they were made in.
ifneq ($(shell cat .venv/checkout 2>/dev/null),$(shell [ ! -e .venv/checkout ] || pwd -P))
.venv/run.stamp .venv/test.stamp: moved
moved:
	@rm -rf .venv
endif
