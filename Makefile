# Everything that a person runs. `make demo` and `make test` do all the set-up that they need.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMPS := .stamps
OUT ?= demo-out
# How many tests run at once: as many as there are processors, and no more than memory is likely to hold.
WORKERS ?= logical
PYTEST := -m pytest -n $(WORKERS) --maxprocesses 8 --no-loadscope-reorder --durations 10

# The Windows under Wine that checks run on, and the rooms whose tests run there.
WINDOWS ?= .windows
BUNDLES ?= bundles
WINDOWS_ROOMS ?= core texts voice detectors phrases session report store cli app audio redaction ui/native test_config.py

.PHONY: help demo test test-windows bundle-windows bundle-linux lint format bench lock pythons lowest news hooks sbom audit clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    play the demo call through the live pipeline and write its report"
	@echo "make test    lint, type-check and run the whole test suite"
	@echo "make test-windows   what must hold on Windows, on a Windows Python under Wine"
	@echo "make bundle-windows WINDOWS_PYTHON=...   the installer for Windows; make bundle-linux: folder and .deb"
	@echo "make lint    ruff, mypy (strict) and the room rules"
	@echo "make bench   accuracy and speed; needs CALLWATCH_DATA=directory of recordings"
	@echo "make hooks   check what is committed with ruff, before it is"
	@echo "make clean   remove the virtual environment and what was made"
	@echo "For a release (docs/releasing.md): make lock, make pythons, make lowest, make sbom, make audit, make news VERSION=1.2.3"

demo: $(STAMPS)/demo
	$(VENV)/bin/callwatch demo --out $(OUT)

test: lint
	OPENBLAS_NUM_THREADS=1 $(PY) $(PYTEST) $(PYTEST_ARGS)

# Some of the suite on a Windows Python, then whole programs there: figures, the app in a call, the installer.
# Dask clusters are not among it: they hang under Wine.
test-windows: $(STAMPS)/dev $(STAMPS)/system-windows $(STAMPS)/system-bundle
	scripts/windows/setup.sh $(WINDOWS)
	scripts/windows/tests.sh $(WINDOWS) $(addprefix tests/,$(WINDOWS_ROOMS))
	CALLWATCH_WINE=$(abspath $(WINDOWS)) $(PY) -m pytest -q -p no:xdist tests/wine

# Installers (docs/rollout.md). WINDOWS_PYTHON is a CPython for Windows that may be shipped; MEANING_MODEL the file of the
# model that reads what phrases mean, where it shall not come from its package.
bundle-windows: $(STAMPS)/release $(STAMPS)/system-bundle
	@test -n "$(WINDOWS_PYTHON)" || \
	  { echo "say which Python: make bundle-windows WINDOWS_PYTHON=python-3.x.y-embed-amd64.zip"; exit 1; }
	$(PY) -m scripts.bundle.windows --python "$(WINDOWS_PYTHON)" --out $(BUNDLES) --uv $(VENV)/bin/uv \
	  $(if $(MEANING_MODEL),--meaning-model "$(MEANING_MODEL)")

bundle-linux: $(STAMPS)/release $(STAMPS)/system-bundle
	$(PY) -m scripts.bundle.linux --out $(BUNDLES) --uv $(VENV)/bin/uv \
	  $(if $(MEANING_MODEL),--meaning-model "$(MEANING_MODEL)")

lint: $(STAMPS)/dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	PYTHONPATH=. $(VENV)/bin/lint-imports

format: $(STAMPS)/dev
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(STAMPS)/dev
	$(PY) -m benchmarks $(BENCH)

# The newest versions that the bounds allow, for every supported Python and system.
lock: $(STAMPS)/release
	$(VENV)/bin/uv pip compile pyproject.toml --all-extras --universal --upgrade --quiet \
	  --no-header --no-annotate --no-emit-index-url --output-file constraints.txt

# What holds on every supported Python; SUITE names other tests.
pythons: $(STAMPS)/release
	$(PY) scripts/try_pythons.py $(SUITE)

# The oldest versions that the bounds allow.
lowest: $(STAMPS)/release
	$(PY) scripts/try_pythons.py --lowest $(SUITE)

news: $(STAMPS)/release
	$(VENV)/bin/towncrier build --yes --version $(VERSION)

# What callwatch is made of (CycloneDX), and whether it is as the lock says; ADVISORIES is a folder of OSV files.
sbom: $(STAMPS)/dev
	$(PY) -m scripts.sbom --out sbom.cdx.json

audit: $(STAMPS)/dev
	$(PY) -m scripts.audit_dependencies $(if $(ADVISORIES),--advisories $(ADVISORIES))

hooks: $(STAMPS)/release
	$(VENV)/bin/pre-commit install

# The stamps make repeated runs quick: they are older than what they were made from, or missing.
$(STAMPS)/demo: $(STAMPS)/venv $(STAMPS)/system-demo pyproject.toml constraints.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[demo]"
	@touch $@

$(STAMPS)/dev: $(STAMPS)/venv $(STAMPS)/system-test pyproject.toml constraints.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@ $(STAMPS)/demo

$(STAMPS)/release: $(STAMPS)/dev
	$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[release]"
	@touch $@

$(STAMPS)/venv: $(STAMPS)/system-python
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "callwatch needs Python 3.11 or newer: install it, or run make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(STAMPS)/system-%: scripts/system_packages.sh
	@mkdir -p $(STAMPS)
	sh scripts/system_packages.sh $*
	@touch $@

clean:
	rm -rf $(VENV) $(VENV)-* $(STAMPS) $(OUT) .mypy_cache .ruff_cache .pytest_cache
