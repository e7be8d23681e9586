# Everything runs from .venv, which bin/setup makes; nothing has to be activated.
PORT ?= 8000
# One more than two cores: the tests wait for browsers, servers and databases two fifths of the time.
WORKERS ?= 3
PYTHON := .venv/bin/python
PYTEST = $(PYTHON) -m pytest -q -n $(WORKERS) --dist worksteal
QUICK := $(addprefix tests/,domain links files store queries services test_architecture.py)
CODE = $(wildcard app tests bench wsgi.py)
# The tests start hundreds of processes: compile once.
unexport PYTHONDONTWRITEBYTECODE
COMPILE := pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate $(UPGRADE) pyproject.toml --extra postgres

.PHONY: help setup run test quick test-postgres test-long mutants check lint bench translations lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv with everything a developer needs
	@bin/setup dev

run: ## serve an example on http://127.0.0.1:8000 (PORT=8000)
	@bin/setup run
	.venv/bin/sayso serve --example --port $(PORT)

test: setup ## the whole suite, but for the long tests
	$(PYTEST)

quick: WORKERS = 2
quick: setup ## under 30 seconds: rules, links, files, services on SQLite; no web, nothing slow
	$(PYTEST) $(QUICK) -m "not long and not slow and not browser and not postgres"

test-postgres: setup ## pages, API, admin and commands on PostgreSQL, which make test shows on SQLite
	$(PYTEST) tests/web tests/cli -m "postgres and not slow"

test-long: setup ## only the long tests
	$(PYTEST) -m long

mutants: setup ## change the rules in every way: does a test of them mind? (a quarter of an hour; docs/mutants.md)
	nice .venv/bin/mutmut run
	.venv/bin/mutmut results

check: setup ## format, then lint and check types
	$(PYTHON) -m ruff format $(CODE)
	$(PYTHON) -m ruff check --fix $(CODE)
	$(PYTHON) -m mypy $(CODE)

lint: setup ## what check says, changing nothing
	$(PYTHON) -m ruff format --check $(CODE)
	$(PYTHON) -m ruff check $(CODE)
	$(PYTHON) -m mypy $(CODE)

bench: setup ## run the benchmarks
	$(PYTHON) -m bench

translations: setup ## take new texts of the templates into the catalogs
	.venv/bin/pybabel -q extract -F app/translations/babel.cfg --no-location --sort-output \
	    --project sayso --version "" -o app/translations/sayso.pot templates
	for language in nl de fr es pt pl ar; do .venv/bin/pybabel -q update --init-missing -N -w 100 \
	    -D sayso -i app/translations/sayso.pot -d app/translations -l $$language; done

lock: setup ## write the lock files anew (UPGRADE=-U takes the newest versions)
	@uv=$$(command -v uv) || { uv=.venv/lock/bin/uv; \
	    $(PYTHON) -m venv .venv/lock && .venv/lock/bin/pip install --quiet uv; }; \
	export UV_CUSTOM_COMPILE_COMMAND="make lock"; \
	$$uv $(COMPILE) --group build -o requirements.lock && \
	$$uv $(COMPILE) --group build --group dev -o requirements-dev.lock
	@! grep -n '://' requirements.lock requirements-dev.lock

clean: ## remove .venv and every cache; var/, the data, stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis mutants build dist *.egg-info
	find $(wildcard app tests bench) -name __pycache__ -type d -prune -exec rm -rf {} +
