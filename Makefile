# One command for everything; `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo build packages test test-engines test-site mutants growth fuzz long lint bench docs fmt tidy clippy rustdoc deny

# Finds or fetches DuckDB's library; prints the flags that cargo needs, if any.
ENGINE = flags=$$(tools/engine.sh) &&

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

demo: ## run the example shop on the embedded DuckDB and print who is in which segment
	@$(ENGINE) cargo build $$flags && cargo run --quiet $$flags -- -C examples/shop run --as-of 2026-03-31T12:00:00Z

build: ## build the program and the tests
	@$(ENGINE) cargo test $$flags --no-run

packages: ## install what tools/package.sh makes, without Rust, and try the hooks and the workflow for CI
	@$(ENGINE) cargo build $$flags
	tools/package-test.sh
	tools/ci-test.sh

# The tests that execute SQL on every engine; of scripts and of random agreement only what `make test` may have skipped.
EVERYWHERE = members:: sql_engines:: conformance:: agreement::googlesql agreement::clickhouse dbt::
SCRIPTS = scripts:: expire:: parity:: crash::no_run_builds refresh_incremental::stories

# CI sets SKIP_EVERYWHERE, since it runs these tests in test-engines.
test: ## run all tests, on those engines that this machine has
	@$(ENGINE) cargo test $$flags --no-fail-fast $(if $(SKIP_EVERYWHERE),-- $(addprefix --skip ,$(EVERYWHERE)))

test-engines: ## install what executes BigQuery's, Spark's and ClickHouse's SQL, and run the tests that need all engines
	@tools/engines.sh >/dev/null
	@$(ENGINE) SEGC_ENGINES=all cargo test $$flags --test it -- $(EVERYWHERE)
	@$(ENGINE) SEGC_ENGINES=bigquery,spark,clickhouse,sqlite cargo test $$flags --test it -- $(SCRIPTS)
	@$(ENGINE) SEGC_ENGINES=sqlite cargo test $$flags --test it -- crash::scripts_can

# The site of the example shop, and that of 500 segments.
SITES = target/sites

test-site: ## open the pages of `segc docs` in a headless browser (installs Chromium and its driver if it can)
	@tools/browser.sh >/dev/null
	@$(ENGINE) cargo build $$flags
	@rm -rf $(SITES) && mkdir -p $(SITES) && node tests/browser/large.mjs $(SITES)/project
	@$(ENGINE) cargo run --quiet $$flags -- -C examples/shop docs --out $(SITES)/shop --as-of 2026-03-31T12:00:00Z
	@$(ENGINE) cargo run --quiet $$flags -- -C $(SITES)/project docs --out $(SITES)/large
	@SEGC_BROWSER=$$(tools/browser.sh) SITE=$(SITES)/shop LARGE=$(SITES)/large node --test tests/browser/site.test.mjs

mutants: ## break each clause of the refresh rules in a copy, and see its story fail; half an hour
	@tools/mutants.sh

growth: ## see that the work of every command grows with the project, not with its square
	@$(ENGINE) cargo test $$flags --test it growth:: -- --ignored --nocapture

# This number of cases per entry takes about a minute on two cores; they are the same in every run.
fuzz: ## try hostile inputs on every way into segc, for a minute
	@$(ENGINE) SEGC_FUZZ_CASES=$${SEGC_FUZZ_CASES:-60} cargo test $$flags --test fuzz

# What each of these tries more of is in docs/agreement.md, docs/refresh.md and docs/robustness.md.
SEED ?= 1
HOUR ?= 3600
LONG = SEGC_SEED=$(SEED) cargo test
long: ## the random tests for hours, an hour of hostile inputs for each way in: make long SEED=2
	@$(ENGINE) SEGC_CASES=10000 SEGC_QUERY_CASES=500 $(LONG) $$flags --test it agreement::a_long_run -- --ignored --nocapture
	@$(ENGINE) SEGC_CASES=10000 $(LONG) $$flags --test it refresh_incremental::random -- --nocapture
	@$(ENGINE) SEGC_CRASHES=all $(LONG) $$flags --test it crash
	@$(ENGINE) SEGC_CASES=20000 $(LONG) $$flags --test it language_sequence::
	@$(ENGINE) SEGC_EXPIRE_RUNS=500 $(LONG) $$flags --test it expire::random
	@$(ENGINE) SEGC_FUZZ_INSTRUCTIONS=1 $(LONG) $$flags --test fuzz cost_grows -- --nocapture
	@$(ENGINE) SEGC_FUZZ_SECONDS=$(HOUR) $(LONG) $$flags --test fuzz a_long_run -- --ignored --nocapture

lint: fmt tidy clippy rustdoc deny ## formatting, tidiness, clippy, documentation, licenses: all that CI demands

fmt:
	cargo fmt --check

tidy:
	tools/tidy.sh
	tools/words.sh
	tools/examples.sh

clippy:
	@$(ENGINE) set -x && cargo clippy $$flags --all-targets -- -D warnings

rustdoc:
	@$(ENGINE) set -x && RUSTDOCFLAGS="-D warnings --cfg segc_stages" cargo doc $$flags --no-deps
	@$(ENGINE) set -x && RUSTDOCFLAGS="-D warnings" cargo doc $$flags --no-deps

deny:
	tools/deny.sh

bench: ## measure compile times
	@$(ENGINE) cargo bench $$flags

docs: ## build the documentation of all stages, and say where it is; `cargo doc` shows the public interface only
	@$(ENGINE) RUSTDOCFLAGS="--cfg segc_stages" cargo doc $$flags --no-deps
