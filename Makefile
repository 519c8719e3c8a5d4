# make run    a virtual environment, the package, and the flight of Tianwen-1 with its report
# make test   the same environment with the test tools, and all tests
# make lint   style, types and the import rules
# make bench  an environment with the peers, all benchmarks, docs/benchmarks.md (BENCH="--quick" …)

VENV := .venv
PEERS := .bench-venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
MISSION ?= tianwen-1
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test lint bench verify format clean help

run: $(VENV)/.installed
	$(BIN)/marsward run $(MISSION)

test: $(VENV)/.tools
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.tools
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(PEERS)/.installed
	$(PEERS)/bin/python benchmarks/run.py $(BENCH)

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

PEER_PIP := $(PEERS)/bin/python -m pip --disable-pip-version-check --quiet

# a peer that cannot be had is left out, and the page says so
$(PEERS)/.installed: pyproject.toml benchmarks/requirements.txt benchmarks/requirements-bare.txt
	@test -n "$(PYTHON)" || { echo "marsward needs Python 3.11 or newer: none was found"; exit 1; }
	@test -x $(PEERS)/bin/python || { echo "making $(PEERS)"; $(PYTHON) -m venv $(PEERS); }
	@echo "installing marsward and the peers of its benchmarks, once"
	@$(PEER_PIP) install --upgrade "pip>=25.1"
	@$(PEER_PIP) install --editable ".[cluster]"
	@$(PEER_PIP) install --requirement benchmarks/requirements.txt || \
	  grep -v '^#' benchmarks/requirements.txt | while read -r peer; do \
	    $(PEER_PIP) install "$$peer" || echo "left out: $$peer"; done
	@$(PEER_PIP) install --no-deps --requirement benchmarks/requirements-bare.txt || \
	  echo "left out: what stands in benchmarks/requirements-bare.txt"
	@touch $@

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

help:
	@sed -n 's/^# //p' $(MAKEFILE_LIST) | head -4
