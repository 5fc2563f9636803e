# Everything a developer does, by one name each. `make help` lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help install lock run test faults bench lint types contracts clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(VENV)/.installed ## Install the locked dependencies into a local environment

$(VENV)/.installed: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lock: ## Resolve the dependencies again and write both lock files
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --constraint requirements.lock --group dev --output-file requirements-dev.lock pyproject.toml

run: install ## Start everything, walk the main job, stay up (ARGS=--once: exit after the walk)
	@$(BIN)/python -m shared.embedded.run $(ARGS)

test: install ## Run the tests, but for the storm of faults (ARGS is passed to pytest)
	@$(BIN)/python -m pytest -m "not faults" -n 2 --dist loadgroup $(ARGS)

faults: install ## Kill every service 20 times and restart the broker while the cycle is walked
	@$(BIN)/python -m pytest -m faults $(ARGS)

bench: install ## Measure what docs/performance.md publishes
	@$(BIN)/python -m bench.event_path
	@$(BIN)/python -m bench.streamlining
	@$(BIN)/python -m bench.instrument_import
	@$(BIN)/python -m bench.roll_up
	@$(BIN)/python -m bench.concurrent_saves
	@$(BIN)/python -m bench.proposals
	@$(BIN)/python -m bench.ranking
	@$(BIN)/python -m bench.deadlines

lint: install ## Check style, format and which module may import which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache --no-logo

types: install ## Check types
	@$(BIN)/mypy

contracts: install ## Write the OpenAPI and AsyncAPI documents
	@$(BIN)/python -m shared.contracts

clean: ## Forget what `make run` keeps
	@rm -rf .run
