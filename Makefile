# Set-up is a stamp: a target that needs the tool or the tests makes the environment first, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE := fixtures/archives/bgp-wrong-remote-as/must-gather.tar.gz

.PHONY: help demo test lint check docs bench clean

help:  ## these lines
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

# Debian's python3 comes without ensurepip: virtualenv, installed by pip, makes the same environment.
$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  $(PYTHON) -m pip install --quiet --target $(VENV).tool virtualenv && \
	  PYTHONPATH=$(VENV).tool $(PYTHON) -m virtualenv --quiet $(VENV); }

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run  ## set up, analyze the example archive, write report.html
	$(BIN)/gatherscope analyze $(EXAMPLE) --fail-on never

test: $(VENV)/.dev lint check  ## set up, then everything that the gate runs

lint: $(VENV)/.dev  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: $(VENV)/.dev  ## the tests, with coverage
	.ci/tools
	rm -f .coverage .coverage.*
	$(BIN)/pytest -n auto --cov --cov-report=term:skip-covered

docs: $(VENV)/.dev  ## rewrite the generated references
	$(BIN)/python -m analyzer.reference

bench: $(VENV)/.dev  ## the speed against gzip on a synthetic archive
	$(BIN)/python benchmarks/bench.py

clean:  ## remove what the targets made
	rm -rf $(VENV) $(VENV).tool .mypy_cache .pytest_cache .ruff_cache .coverage report.html
