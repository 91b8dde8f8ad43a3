# make run | test | check | bench; works with GNU make 3.81 (macOS) and from a path with spaces.
VENV ?= .venv
PORT ?= 8501
TESTS ?= tests
WORKERS ?= 2
python = "$(VENV)/bin/python"

.PHONY: help run test check bench lint types house app dev

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: app  ## the app at http://localhost:8501 (PORT=8502 for another port)
	@$(python) -m streamlit run app.py --server.port $(PORT)

test: dev  ## all tests, the browser's included (TESTS=tests/test_house.py for some)
	@CHROMIUM="$$($(python) -m tests.browser.chromium)" && export CHROMIUM && \
	$(python) -m pytest -n $(WORKERS) --dist loadfile --durations 25 $(TESTS)

check: lint types house  ## lint, format, types, and the rules of the house

lint: dev
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .

types: dev
	@$(python) -m mypy

house: dev
	@$(python) -m pytest -q tests/test_house.py

bench: dev  ## what the performance figures are measured with
	@CHROMIUM="$$($(python) -m tests.browser.chromium)" && export CHROMIUM && \
	$(python) -m benchmarks

app:
	@sh tools/environment.sh "$(VENV)" requirements.txt

dev:
	@sh tools/environment.sh "$(VENV)" requirements-dev.txt
