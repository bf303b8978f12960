# Needs python3 (3.11 or newer) with venv, and make. Everything else is installed into .venv from requirements.lock.

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
ARGS ?=
NETWORK ?= helsinki

BIN := $(VENV)/bin
STAMP := $(VENV)/installed.stamp
NEW_LOCK := $(BIN)/python -m uv pip compile --universal --python-version 3.11 --quiet --no-annotate \
	--custom-compile-command "make lock" --no-emit-index-url --all-extras --output-file requirements.lock pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help install run test test-slow lint format types docs-check docs docs-figures bench lock clean

help:  ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=python3.12 picks the interpreter, JOBS=4 the test processes, ARGS='...' adds arguments:"
	@echo "  make run ARGS='scenario=peak_ban network=helsinki seed=2'"

$(STAMP): pyproject.toml requirements.lock Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "needs Python 3.11 or newer, found $$($(PYTHON) --version 2>&1); try: make PYTHON=python3.11 ..."; exit 2; }
	@test -x $(BIN)/python || { echo "Creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the packages of requirements.lock (about a minute)"
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(BIN)/python -m ensurepip > /dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 -c requirements.lock \
		--editable '.[dev,osm,studies,cluster]'
	@touch $@

install: $(STAMP)  ## Make the environment in .venv

run: $(STAMP)  ## Run the default scenario: KPI table, result files, figures
	$(BIN)/sim run $(ARGS)

test: $(STAMP)  ## Run the test suite, without what takes minutes
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow" --durations=15 $(ARGS)

test-slow: $(STAMP)  ## Run only the tests that take minutes
	$(BIN)/python -m pytest -n $(JOBS) -m slow --durations=15 $(ARGS)

lint: $(STAMP)  ## Check style and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(STAMP)  ## Put imports and formatting right
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(STAMP)  ## Check types (mypy, strict)
	$(BIN)/mypy

docs-check: $(STAMP)  ## Check links, commands and generated pages of the documentation
	$(BIN)/python -m pytest tests/docs $(ARGS)

docs: $(STAMP)  ## Build the documentation as a site in build/site
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock --editable '.[docs]'
	$(BIN)/python -m mkdocs build --strict --quiet

docs-figures: $(STAMP)  ## Run the two days behind the figure of the README and draw it
	$(BIN)/sim run scenario=baseline network=$(NETWORK) seed=1 run.figures=false paths.run_dir=results/readme/baseline
	$(BIN)/sim run scenario=peak_ban network=$(NETWORK) seed=1 run.figures=false paths.run_dir=results/readme/peak_ban
	$(BIN)/python -c "from pathlib import Path; from sim.view import draw_rule_against_base as draw; \
		draw('results/readme/baseline', 'results/readme/peak_ban', Path('docs/figures/peak_ban.png'))"

bench: $(STAMP)  ## Run the traffic engine beside other simulators, where they are installed
	$(BIN)/sim bench $(ARGS)

lock: $(STAMP)  ## Write requirements.lock anew from pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(NEW_LOCK)

clean:  ## Remove the environment, caches and builds; results stay
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find sim tests -name __pycache__ -type d -prune -exec rm -rf {} +
