# Two commands matter: `make run` (a demo on this machine) and `make test` (every test).
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: help setup console browser check-console run test test-long check check-static format lock bench bench-smoke bench-page docs pictures \
	clean

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

# One stamp per set of locked requirements: a second run compares two timestamps and starts at once.
$(VENV)/.run: requirements/build.txt requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("hooklog needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo "Setting up $(VENV) (first time about a minute)..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/build.txt
	@$(PIP) install --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "Adding what the tests need..."
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.run ## The environment alone: leaves .venv/bin/hooklog

# The console's packages, then its built files, each made anew when what it is made from has changed.
web/node_modules/.installed: web/package.json web/package-lock.json
	@echo "Adding what the console is built with..."
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' || (echo "the console needs Node 20 or newer to be built" && exit 1)
	@cd web && npm ci --silent
	@touch $@

CONSOLE := src/hooklog/console/built/index.html
$(CONSOLE): $(VENV)/.run web/node_modules/.installed $(shell find web/src web/public web/index.html web/*.ts web/*.mjs src/hooklog/api src/hooklog/console/session.py -type f -name '*.*' ! -name 'schema.d.ts' ! -name '*.pyc' ! -name '*.test.*' 2>/dev/null)
	@echo "Building the console..."
	@mkdir -p web/build
	@$(BIN)/hooklog openapi > web/build/openapi.json
	@cd web && npx openapi-typescript build/openapi.json --empty-objects-unknown --default-non-nullable false -o src/api/schema.d.ts > /dev/null
	@cd web && npm run --silent build -- --logLevel warn
	@touch $@

console: $(CONSOLE) ## The console's built files

run: setup $(CONSOLE) ## The demo: everything on this machine, with sample events
	@$(BIN)/hooklog demo $(ARGS)

check: check-static ## Format, lint, types, import arrows, unit tests: under a minute
	@$(BIN)/pytest -q -m "not long" tests/unit tests/conformance tests/tidy

# The browser of the console's tests; where we may not install it, those tests say so.
browser:
	@command -v chromium > /dev/null || test "$$(id -u)" != 0 || (echo "Adding Debian's chromium..." && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation > /dev/null)

check-console: $(CONSOLE) ## Types, lint and unit tests of the console's source
	@cd web && npm run --silent check && npm run --silent test -- --reporter=dot

# A test that hangs while Hypothesis runs it is run again by Hypothesis after its timeout, and hangs again: this ends it.
NEVER_HANG := -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true --max-worker-restart 0

# Most tests wait for programs of their own to start or to answer, so three at a time keep two cores busy.
test: check-static check-console browser ## Every test, each campaign in a small round
	@$(BIN)/pytest -m "not long" -n 3 --dist loadfile $(NEVER_HANG) $(ARGS)

check-static: $(VENV)/.dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

test-long: $(VENV)/.dev ## The full figures of every campaign, written to docs/results
	@HOOKLOG_RESULTS=docs/results $(BIN)/pytest -m long --timeout 7200 $(ARGS)

format: $(VENV)/.dev ## Format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## Every row of docs/benchmarks.md, in less than 20 minutes; ROW=newest measures one
	@$(BIN)/python -m bench $(ROW) $(ARGS)

bench-smoke: setup ## The same code in small, in less than 2 minutes: shows that all of it works
	@$(BIN)/python -m bench --smoke $(ROW)

bench-page: setup ## Write docs/benchmarks.md anew from the results
	@$(BIN)/python -m bench.page

docs: setup ## Write the generated reference pages
	@$(BIN)/python docs/reference/generate.py

screenshots: $(VENV)/.dev $(CONSOLE) ## Take the pictures of the console
	@$(BIN)/python docs/images/console.py

pictures: $(VENV)/.dev ## Draw the pictures of the README from the real program
	@$(BIN)/python docs/images/make.py

lock: ## Pin and hash the requirements anew (needs uv)
	@for set in build run dev; do uv pip compile --generate-hashes --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 --custom-compile-command "make lock" --quiet $$( [ $$set = dev ] && echo "-c requirements/run.txt" ) requirements/$$set.in -o requirements/$$set.txt; done

clean: ## Remove the environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .bench
