# Each target makes its own virtual environment in .venv when there is none; nothing else is to be installed by hand.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test check clean scores

demo: .venv/installed
	$(BIN)/outproduce demo

test: .venv/developed
	$(BIN)/python -m pytest -q

check: .venv/developed
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

scores: .venv/developed
	$(BIN)/python tools/score_corpora.py

clean:
	rm -rf .venv build dist demo.db demo.db-* report.html .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/developed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch .venv/installed $@
