# Every verb does all its own set-up in .venv; Python 3.11+ and make are all a machine needs.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test lint docs tutorial bench gpu clean

demo: $(READY)  ## find a colour in a real photograph
	$(BIN)/python examples/demo.py

test: $(READY)  ## run all tests
	$(BIN)/python -m pytest -q -n auto $(ARGS)

lint: $(READY)  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(READY)  ## make the documentation, docs/_build/html/index.html; a warning is an error
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html $(ARGS)

tutorial: $(READY)  ## a Python prompt for the tutorial, GPU or not; ARGS=docs/tutorial/PAGE.md types a page first
	$(BIN)/python -i -m tests.tutorial $(ARGS)

bench: $(READY)  ## measure, print a table, write benchmarks/records/
	$(BIN)/python -m benchmarks $(ARGS)

gpu:  ## check and measure on a GPU with what is installed, at most 10 minutes; ARGS=--dry-run needs no GPU
	$(PYTHON) -m benchmarks.gpu $(ARGS)

clean:  ## remove what the other verbs made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis docs/_build docs/generated

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pixgrep needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable ".[all]" --group dev
	touch $(READY)
