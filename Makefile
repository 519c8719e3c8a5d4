# make run    a virtual environment, the package, and the flight of Tianwen-1 with its report
# make test   the same environment with the test tools, and all tests
# make lint   style, types and the import rules

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
MISSION ?= tianwen-1
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test lint verify format clean help

run: $(VENV)/.installed
	$(BIN)/marsward run $(MISSION)

test: $(VENV)/.tools
	$(BIN)/python -m pytest -n 2

lint: $(VENV)/.tools
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

verify: $(VENV)/.installed
	$(BIN)/marsward verify

format: $(VENV)/.tools
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

$(VENV)/.installed: pyproject.toml
	@test -n "$(PYTHON)" || { echo "marsward needs Python 3.11 or newer: none was found"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "marsward needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || { echo "making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing marsward and what it needs, once"
	@$(PIP) install --upgrade "pip>=25.1"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.tools: $(VENV)/.installed
	@echo "installing the test tools, once"
	@$(PIP) install --group dev
	@touch $@

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

help:
	@sed -n 's/^# //p' $(MAKEFILE_LIST) | head -3
