# Needs python3 >= 3.11, git and make; each target installs the rest itself.

PANORAMA_HOME ?= panorama-home
bin = .venv/bin
# Pure functions and single files: no home is run.
quick = tests/home/test_settings.py tests/home/test_editions.py tests/home/test_store.py tests/home/test_declarations.py \
  tests/reading/test_parsing.py tests/reading/test_csv_cells.py tests/reading/test_attestation.py \
  tests/projects/test_identity.py tests/projects/test_ministries.py tests/projects/test_withheld.py \
  tests/slippage/test_measures.py tests/slippage/test_deflator.py tests/slippage/test_group_statistics.py \
  tests/rules/test_plausibility.py tests/forms/test_ods_writer.py tests/export/test_export_plan.py tests/export/test_export_folder.py

.DEFAULT_GOAL := help
.PHONY: help demo ui test quick fuzz bench lint clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo:  ## run the main job on the demonstration's submissions
	@scripts/bootstrap
	$(bin)/panorama demo --home "$(PANORAMA_HOME)"

ui:  ## show the graph and the runs in Dagster, on the home
	@scripts/bootstrap
	@test -d "$(PANORAMA_HOME)/dagster" || \
	  { echo "error: no home in $(PANORAMA_HOME) yet: run 'make demo' first" >&2; exit 2; }
	PANORAMA_HOME="$(abspath $(PANORAMA_HOME))" DAGSTER_HOME="$(abspath $(PANORAMA_HOME))/dagster" \
	  $(bin)/dg dev -w workspace.yaml

test:  ## run the tests
	@scripts/bootstrap --dev
	@scripts/install-test-tools
	$(bin)/pytest -n auto

quick:  ## run the fast tests: pure functions and single files, in less than a minute
	@scripts/bootstrap --dev
	$(bin)/pytest -n auto $(quick)

fuzz:  ## read thousands of submissions made wrong: none may crash, hang or change a value silently
	@scripts/bootstrap --dev
	$(bin)/python -m benchmarks.fuzz --files 5000

bench:  ## measure runs against a bare script on the same files: ratios of processor time, memory, profile
	@scripts/bootstrap --dev
	$(bin)/python -m benchmarks.speed --profile

lint:  ## run the linters, the type checker and the import contracts
	@scripts/bootstrap --dev
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports
	UV_PYTHON_DOWNLOADS=never .tools/bin/uv lock --check

clean:  ## remove what these targets made, except the home: it holds received files
	rm -rf .venv .tools node_modules dist .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find pipelines assets checks warehouse tests -name __pycache__ -prune -exec rm -rf {} +
