# All that a newcomer needs, on a fresh clone: git, make, Python 3.11 or later.
# The first call makes .venv; later ones use it until pyproject.toml or constraints.txt change.

VENV    := .venv
BIN     := $(VENV)/bin
# Names under which a Python may be found. To choose one: make PYTHONS=/opt/python3.12/bin/python3
PYTHONS := python3.13 python3.12 python3.11 python3
PRODUCT := $(VENV)/.product-installed
DEV     := $(VENV)/.dev-installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
           --constraint constraints.txt --editable

.PHONY: help demo run test lint audit bench docs clean
.DEFAULT_GOAL := help

help:
	@echo "make demo   the bot at work on bundled news: no account, no network, no set-up"
	@echo "make run    the bot, with claimwire.toml if there is one"
	@echo "make test   the tests"
	@echo "make lint   style and types"
	@echo "make audit  known holes in the pinned dependencies; asks the package index"
	@echo "make bench  the measurements"
	@echo "make docs   claimwire.example.toml and docs/configuration.md from the settings table"
	@echo "make clean  back to a fresh clone; your data folder stays"

demo: $(PRODUCT)
	@$(BIN)/claimwire demo

run: $(PRODUCT)
	@$(BIN)/claimwire run

test: $(DEV)
	@$(BIN)/python -m pytest

lint: $(DEV)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# In an environment of its own, which `make clean` removes with the other. It fails if a single
# package could not be looked up: without the network, nothing was audited.
audit: $(BIN)/python
	@test -x $(VENV)/audit/bin/pip-audit || { $(BIN)/python -m venv $(VENV)/audit && \
	    $(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.9'; }
	@$(VENV)/audit/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

# tests/bench/run.py knows them all where it is there; else every script runs on its own.
bench: $(DEV)
	@if [ -f tests/bench/run.py ]; then exec $(BIN)/python tests/bench/run.py; fi; \
	for script in tests/bench/[!_]*.py; do \
	    [ -f "$$script" ] || { echo "There is nothing to measure in tests/bench."; break; }; \
	    echo "== $$script"; $(BIN)/python "$$script" || exit 1; \
	done

docs: $(PRODUCT)
	@$(BIN)/python -c 'from pathlib import Path; from bot.config import write_docs; write_docs(Path())'

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find bot adapters feeds tests training -name __pycache__ -type d -prune -exec rm -rf {} +

# A Python counts if it starts (a shim may not), is new enough and can make environments.
$(BIN)/python:
	@for name in $(PYTHONS); do \
	    "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    if ! "$$name" -c 'import ensurepip, venv' 2>/dev/null; then bare="$$name"; continue; fi; \
	    echo "Making $(VENV) with $$("$$name" --version)" >&2; \
	    "$$name" -m venv --clear $(VENV) && exit 0; \
	    rm -rf $(VENV); exit 1; \
	done; \
	if [ -n "$$bare" ]; then \
	    echo "$$bare has no venv module. On Debian and Ubuntu: sudo apt install python3-venv" >&2; \
	else \
	    echo "No Python 3.11 or later was found (looked for: $(PYTHONS))." >&2; \
	    echo "Install one from https://www.python.org/downloads/ or your package manager." >&2; \
	fi; \
	exit 1

# What pip says is shown only where it fails.
$(PRODUCT): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing claimwire into $(VENV) (once, about a minute)" >&2
	@$(INSTALL) . >$(VENV)/pip.log 2>&1 || { cat $(VENV)/pip.log >&2; exit 1; }
	@touch $@

$(DEV): $(PRODUCT)
	@echo "Installing the tools for tests and lint (once)" >&2
	@$(INSTALL) '.[dev]' >$(VENV)/pip.log 2>&1 || { cat $(VENV)/pip.log >&2; exit 1; }
	@touch $@
