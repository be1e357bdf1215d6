# One command for everything; `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench docs

# Finds or fetches DuckDB's library; prints the flags that cargo needs, if any.
ENGINE = flags=$$(tools/engine.sh) &&

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

demo: ## run the example shop on the embedded DuckDB and print who is in which segment
	@$(ENGINE) cargo run --quiet $$flags -- -C examples/shop run --as-of 2026-03-31T12:00:00Z

test: ## run all tests (those on Postgres where its server is installed)
	@$(ENGINE) cargo test $$flags

lint: ## formatting, clippy, documentation, licenses, tidiness, data of examples: all that CI demands
	cargo fmt --check
	tools/tidy.sh
	tools/examples.sh
	@$(ENGINE) set -x && cargo clippy $$flags --all-targets -- -D warnings
	@$(ENGINE) set -x && RUSTDOCFLAGS="-D warnings" cargo doc $$flags --no-deps
	tools/deny.sh

bench: ## measure compile times
	@$(ENGINE) cargo bench $$flags

docs: ## build the library's documentation, and say where it is
	@$(ENGINE) cargo doc $$flags --no-deps
