# Everything a person types. Needs Python 3.11 or newer, and make.
# Run `make help` for the list; `make run PORT=8123 DATA=dir` moves the service.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# Images of containers often forbid Python to keep what it compiled: each process would compile all of it again, which
# doubles the time that it takes to start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell command -v python3.11 || command -v python3)
HOST ?= 127.0.0.1
PORT ?= 8000
# Where the data lies; empty means the default of the account (see `make help`).
DATA ?=

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
FRONT_END := package.json package-lock.json $(shell find assets -type f 2>/dev/null)
# Checks and generators read the settings but no data: give them a directory of their own.
SCRATCH_DATA := THROUGHLINE_DATA="$(CURDIR)/build/check"
ifneq ($(DATA),)
export THROUGHLINE_DATA := $(DATA)
endif

.PHONY: help setup run demo traffic test test-quick test-browser check fix bench schema structure flows lock clean
.PHONY: check-lint check-format check-types check-layers check-templates check-django check-migrations check-schema \
        check-flows check-lock

help: ## this list
	@echo "Throughline. Data lies in DATA=dir, else ~/.local/share/throughline (root: /var/lib/throughline/data)."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.stamp-run build/static/.stamp ## install what is locked and build the front end

run: setup ## start everything in the foreground (PORT=8123 HOST=0.0.0.0 DATA=dir)
	@exec $(MANAGE) serve all --host "$(HOST)" --port "$(PORT)"

demo: setup ## load the demo into the instance that is running on DATA
	@exec $(MANAGE) load_demo

traffic: setup ## send the demo's live deployment transactions whose mix shifts (PORT=8000)
	@exec $(MANAGE) traffic --url "http://localhost:$(PORT)"

test: ## every test, browser journeys included
	@$(MAKE) --no-print-directory --keep-going test-quick test-browser

test-quick: $(VENV)/.stamp-dev build/static/.stamp ## every test that needs no browser
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal -m "not browser"

test-browser: $(VENV)/.stamp-dev build/static/.stamp ## the journeys in a real browser
	@.ci/browser
	$(BIN)/python -m pytest -n auto --maxprocesses 2 --dist loadfile -m browser tests/browser tests/ui

check: $(VENV)/.stamp-dev build/static/.stamp ## everything CI checks; changes nothing, reports all
	@$(MAKE) --no-print-directory --keep-going check-lint check-format check-types check-layers check-templates \
		check-django check-migrations check-schema check-flows check-lock

check-lint:
	@$(BIN)/ruff check --quiet .
check-format:
	@$(BIN)/ruff format --check --quiet . || { echo "not formatted: run make fix"; exit 1; }
check-types:
	@$(SCRATCH_DATA) $(BIN)/mypy --no-error-summary .
check-layers:
	@out=$$($(BIN)/lint-imports) || { echo "$$out"; exit 1; }
check-templates:
	@out=$$($(BIN)/djlint --check templates) || { echo "$$out"; exit 1; }
	@out=$$($(BIN)/djlint --lint templates) || { echo "$$out"; exit 1; }
check-django:
	@$(SCRATCH_DATA) $(MANAGE) check --fail-level WARNING
check-migrations:
	@$(SCRATCH_DATA) $(BIN)/python -m tests.servers $(MANAGE) makemigrations --check --dry-run
check-schema:
	@$(SCRATCH_DATA) $(MANAGE) spectacular --validate --fail-on-warn --file build/openapi.yaml
	@diff -u docs/openapi.yaml build/openapi.yaml || { echo "the OpenAPI schema is not current: run make schema"; exit 1; }
check-flows:
	@$(SCRATCH_DATA) $(MANAGE) flows --check
check-lock:
	@$(BIN)/python .ci/lock --check

fix: $(VENV)/.stamp-dev ## format and repair what can be repaired
	-@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .
	-@$(BIN)/djlint --quiet --reformat templates

bench: $(VENV)/.stamp-dev build/static/.stamp ## measure the promised figures and print them as a table
	@$(BIN)/python -m benchmarks.run

schema: $(VENV)/.stamp-dev ## write docs/openapi.yaml
	@$(SCRATCH_DATA) $(MANAGE) spectacular --validate --fail-on-warn --file docs/openapi.yaml

structure: $(VENV)/.stamp-dev ## write config/structure.sql, the tables of an empty database, from the migrations
	@$(SCRATCH_DATA) $(BIN)/python -m tests.servers $(MANAGE) structure

flows: $(VENV)/.stamp-dev ## write the state diagrams
	@$(SCRATCH_DATA) $(MANAGE) flows

lock: $(VENV)/.stamp-dev ## resolve pyproject.toml into the lock files again
	@$(BIN)/python .ci/lock

clean: ## remove what was installed and built; data stays
	rm -rf $(VENV) build node_modules

# The environment. uv installs in a fraction of pip's time; where it does not run, pip does the same.

$(VENV)/.stamp-uv: requirements-dev.lock
	@.ci/venv "$(PYTHON)"
	@touch $@

$(VENV)/.stamp-run: requirements.lock $(VENV)/.stamp-uv
	@rm -f $(VENV)/.stamp-dev
	@.ci/install requirements.lock
	@touch $@

$(VENV)/.stamp-dev: requirements-dev.lock requirements.lock $(VENV)/.stamp-uv
	@.ci/install requirements-dev.lock
	@touch $(VENV)/.stamp-run $@

build/static/.stamp: $(FRONT_END) | $(VENV)/.stamp-uv
	@test -n "$(wildcard $(VENV)/.stamp-run $(VENV)/.stamp-dev)" || $(MAKE) --no-print-directory $(VENV)/.stamp-run
	@.ci/front-end
	@touch $@
