# Vipdesk: `make run` starts the whole desk on this machine, `make test` tests it. `make help` lists the rest.

PYTHON ?= python3
STAGE  ?= dev
VENV   := .venv
BIN    := $(VENV)/bin
OURS   := app.py chalicelib infra tests

# The first start is measured from here, so that what it installs counts.
export STARTED_AT := $(shell date +%s)

.DEFAULT_GOAL := help
.PHONY: help run reload screenshot test check bench soak package deploy webhooks format clean python

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

run: $(VENV)/ready ## the desk on this machine: embedded AWS, messengers, demo data; Ctrl-C ends it
	@exec $(BIN)/python -m infra.local.run

reload: $(VENV)/ready ## the edited code into the stack that runs
	@exec $(BIN)/python -m infra.local.reload

test: $(VENV)/ready ## every test: unit, stack, browser, conformance
	@$(BIN)/python -m pytest -n auto tests/unit tests/conformance
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/bench tests/stack tests/browser

check: $(VENV)/ready ## format, lint, types, import contracts, template
	$(BIN)/ruff format --check $(OURS)
	$(BIN)/ruff check $(OURS)
	$(BIN)/mypy $(OURS)
	$(BIN)/lint-imports
	$(BIN)/python -m infra.package --stage $(STAGE)
	$(BIN)/cfn-lint out/template.json

bench: $(VENV)/ready ## the benchmarks: a table, and out/bench.json
	@$(BIN)/python -m infra.bench

soak: $(VENV)/ready ## hours of use in minutes: damaged updates, faults, kills; what was measured is in docs/soak.md
	@$(BIN)/python -m pytest tests/soak

package: $(VENV)/ready ## out/: the template and the zip exactly as deployed; STAGE=dev
	@$(BIN)/python -m infra.package --stage $(STAGE)

deploy: $(VENV)/ready ## to AWS: make deploy STAGE=prod; docs/deploy.md says what it needs
	@$(BIN)/python -m infra.deploy --stage $(STAGE)

webhooks: $(VENV)/ready ## how the messengers see our webhooks: STAGE=dev
	@$(BIN)/python -m infra.webhooks --stage $(STAGE)

screenshot: $(VENV)/ready ## docs/desk.png anew: a short scene in the sandbox's page; wants chromium
	@$(BIN)/python -m infra.local.screenshot

format: $(VENV)/ready ## put the code into its usual form
	$(BIN)/ruff format $(OURS)
	$(BIN)/ruff check --fix $(OURS)

clean: ## forget everything that was made: environments, caches, the local stack's tickets
	rm -rf $(VENV) .local out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/ready: requirements.txt requirements-dev.txt infra/constraints.txt | python
	@echo "Installing what development needs into $(VENV) (once, a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -qq --disable-pip-version-check -r requirements-dev.txt -c infra/constraints.txt || \
		{ echo "✗ pip could not install. Check the connection to PyPI and run the same command again." >&2; exit 1; }
	@touch $@

python:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "✗ Vipdesk needs Python 3.11 or newer with venv; '$(PYTHON)' is: $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; \
		echo "  → Install it (Debian: apt-get install python3 python3-venv; macOS: brew install python), or name another: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; \
		exit 1; }
