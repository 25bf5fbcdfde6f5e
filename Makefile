# Every target sets up what it needs: a fresh Debian with Python 3.11 or later is enough.
# `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAGE ?=
# One worker waits for telephones while two compute (tests/conftest.py says who runs what).
SHARED := -n 3 --dist loadfile --no-loadscope-reorder
CODE := app.py chalicelib local infra benchmarks tests

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements/dev.txt
	@echo "Setting up $(VENV) (about a minute, once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "venv is missing: apt-get install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: setup
setup: $(VENV)/.installed ## install what everything else needs into .venv

.PHONY: run
run: setup ## the product on this machine: local cloud, phone network, demo account (Ctrl-C stops it)
	@$(BIN)/python -m local.run

.PHONY: demo
demo: setup test-tools ## real calls through the deployed package, checked step by step, on throw-away state
	@$(BIN)/python -m local.demo

.PHONY: call
call: setup ## ring the running product: TO=+33... FROM=+33... [KEYS=1,2] [SAY="..."]
	@$(BIN)/python -m local.call --to "$(TO)" --from "$(FROM)" --keys "$(KEYS)" --say "$(SAY)"

.PHONY: campaign
campaign: setup ## follow a campaign until it is over: ID=camp_... [API=https://... with CADRAN_KEY set]
	@$(BIN)/python -m local.campaign --id "$(ID)" --api "$(API)" --account "$(ACCOUNT)"

.PHONY: check
check: setup ## format, lint, types
	@$(BIN)/ruff format --check --quiet $(CODE)
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/mypy

.PHONY: test
test: setup test-tools check ## format, lint, types and every test
	@$(BIN)/pytest $(SHARED) -q

.PHONY: quick
quick: setup ## the tests that start no process, in seconds
	@$(BIN)/pytest $(SHARED) -q -m "not slow"

.PHONY: search
search: setup ## the same with examples that no run had before; ROUNDS=10 times (HERE=tests/ivr: of those alone)
	@for round in $$(seq $(or $(ROUNDS),1)); do SEARCH=1 $(BIN)/pytest $(SHARED) -q -m "not slow" $(HERE) || exit 1; done

.PHONY: test-tools
test-tools:
	@infra/test-tools.sh

.PHONY: bench
bench: setup ## one JSON line a figure; ONLY=<name prefix> runs some
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only "$(ONLY)")

.PHONY: fix
fix: setup ## format and mend what ruff can
	@$(BIN)/ruff format --quiet $(CODE)
	@$(BIN)/ruff check --fix --quiet $(CODE)

.PHONY: script
script: setup test-tools ## build what customers' pages load, from infra/script/source
	@$(BIN)/python -m infra.script

.PHONY: lock
lock: setup ## pin and hash the requirements again, a week behind the newest releases
	@cd requirements && for job in "dev.in -o dev.txt" "run.in -c dev.txt -o ../requirements.txt"; do \
	  ../$(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --python-version 3.11 \
	    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	    --exclude-newer "$$(date -u -d '7 days ago' +%F)" $$job; done

.PHONY: deploy
deploy: setup stage ## infra stack, chalice deploy, webhooks of the numbers: STAGE=prod
	@$(BIN)/python -m infra.deploy --stage "$(STAGE)"

.PHONY: destroy
destroy: setup stage ## take a stage down (asks first): STAGE=dev
	@$(BIN)/python -m infra.destroy --stage "$(STAGE)"

.PHONY: replay
replay: setup stage ## project calls again: STAGE=prod ARGS="--dead-letters"
	@$(BIN)/python -m infra.replay --stage "$(STAGE)" $(ARGS)

.PHONY: recount
recount: setup stage ## prove that reports are the sum of the calls: STAGE=prod ARGS="--account acct_1"
	@$(BIN)/python -m infra.recount --stage "$(STAGE)" $(ARGS)

.PHONY: recount-surveys
recount-surveys: setup stage ## prove that results are the sum of the answers: STAGE=prod ARGS="--account acct_1 --survey srv_1"
	@$(BIN)/python -m infra.recount_surveys --stage "$(STAGE)" $(ARGS)

.PHONY: stage
stage:
	@test -n "$(STAGE)" || { echo "Say which stage: STAGE=dev, staging or prod"; exit 2; }
