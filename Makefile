# Each target makes its own virtual environment in .venv when there is none; nothing else is to be installed by hand.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test check clean scores weights

CORPORA = tests/corpora/dev_en.json tests/corpora/dev_uk.json tests/corpora/dev_ru.json
EXTRA = tests/data/positives.jsonl tests/data/negatives.jsonl tests/data/reports_en.jsonl tests/data/reports_uk.jsonl \
	tests/data/reports_ru.jsonl

demo: .venv/installed
	$(BIN)/outproduce demo

test: .venv/developed
	$(BIN)/python -m pytest -q

check: .venv/developed
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

# The reader's weights made again from the marked corpora, and what it gets right, seen and not seen.
weights: .venv/developed
	$(BIN)/python tools/train_linker.py $(CORPORA) --extra $(EXTRA)

scores: .venv/developed
	$(BIN)/python tools/error_report.py

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
