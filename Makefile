# Guanxi: two commands for everyone, three for those who build it. Each is a script that can be read in a minute.

.PHONY: run test check bench dev

run:   ## install what is missing, build, start on demonstration data at 127.0.0.1:8080
	@scripts/run

test:  ## install what is missing and run every test, on both engines and in the browser
	@scripts/test

check: ## format, lints, documentation, phrases, arrows, licences
	@scripts/check

bench: ## benchmarks, with JSON in target/bench/
	@scripts/bench

dev:   ## rebuild and restart on every save
	@scripts/dev
