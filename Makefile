# Every target makes what it needs: the private .venv from the lock, and for `test` the means to run real Kafka.

PY := .venv/bin/python
READY := .venv/.ready
COMPILE := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
PYTEST := $(PY) -X dev -bb -m pytest
OLD_KAFKA := 3.9.2 2.8.2
PLAYED_ON_STAGE = $$(grep -l 'stage: Stage' tests/contract/test_*.py) -k kafka-asyncio
COVERED := $(PY) -X dev -bb -m coverage run -m pytest
# Workers don't inherit the interpreter's options. There are two: what CI has, and each test keeps a thread of brokers busy.
IN_TWO := --tx '2*popen//python=$(PY) -X dev -bb' --dist
# asyncio's debug mode, which -X dev brings, takes as long again under the tracer: there the other tiers have it.
ON_ALL_CORES := --tx '2*popen//python=$(PY) -X faulthandler -bb' --dist worksteal

# No wheel of gssapi is made for Linux: its lock's package is built here, by what a lock of its own names.
LOCKS := dev bench gssapi gssapi-build
LOCKED_dev := pyproject.toml --extra cli --group dev
LOCKED_bench := pyproject.toml --group bench
LOCKED_gssapi := --group gssapi
LOCKED_gssapi-build := --group gssapi-build
INSTALL_LOCKED := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r

.PHONY: kerberos help test-old-kafka schedules coverage-table demo test test-fast coverage test-kafka lint format fuzz chaos silence bench kafka lock lock-check audit clean
.DEFAULT_GOAL := help

help:
	@echo 'make demo        watch group offsets being read while their coordinator is killed (20 s)'
	@echo 'make test        lint, and all tests, those on real Kafka brokers included'
	@echo 'make test-fast   all tests but those on real Kafka'
	@echo 'make coverage    the same, and what they reach; fails below the bar in pyproject.toml'
	@echo 'make test-kafka  the tests on real Kafka only: its brokers, and its message classes'
	@echo 'make test-old-kafka  contract tests on real Kafka 3.9.2 and 2.8.2; WHOLE=yes all tests on real Kafka, 20 min'
	@echo 'make chaos       ten minutes of faults on real Kafka; MINUTES= VERSION= BACKEND=docker|jvm SEED= LOOP=asyncio|trio'
	@echo 'make silence     brokers frozen, and on Docker parted, for 20, 45 and 90 s (2 min each); BACKEND=docker|jvm'
	@echo 'make lint        formatting, ruff, mypy, pyright, import contracts, spelling'
	@echo 'make format      puts formatting and imports in order'
	@echo "make fuzz        spoiled messages against kafkawire; ARGS='--inputs 5000000 --seed 1' or --lengths"
	@echo 'make schedules   the router under many more schedules than in the tests; EXAMPLES=10000'
	@echo 'make bench       the benchmarks'
	@echo 'make picture     the picture of the README: four clients through the loss of a coordinator (5 min)'
	@echo 'make kafka       fetches what real Kafka needs (on Debian as root, also Java and Maven)'
	@echo "make kerberos    builds the extra gssapi and looks for MIT's KDC (on Debian as root, installs it)"
	@echo 'make coverage-table  docs/coverage.md anew, from docs/coverage.toml and the contract tests'
	@echo 'make lock        renews the locks in requirements/'
	@echo 'make audit       known vulnerabilities of what the locks name; asks PyPI itself, so it needs the network'
	@echo 'make clean       removes what these targets made in this folder'

$(READY): requirements/dev.lock pyproject.toml tools/make-venv
	tools/make-venv
	@touch $@

demo: $(READY)
	$(PY) -m kafkaadmin demo

test: lint kafka kerberos coverage test-kafka test-old-kafka

test-fast: $(READY)
	$(PYTEST) $(ON_ALL_CORES) -m 'not real_kafka and not jdk and not kerberos' $(ARGS)

# With the tracer and asyncio's debug mode together, tests of scale would measure those two: they run without it.
coverage: $(READY)
	$(PY) -m coverage erase
	$(COVERED) -q $(ON_ALL_CORES) -m 'not real_kafka and not jdk and not kerberos and not scale'
	$(PY) -m coverage combine -q
	$(PY) -m coverage report
	$(PYTEST) -q $(IN_TWO) worksteal -m 'not real_kafka and scale'

# Tests on real brokers wait most of the time. Each worker has brokers of its own.
test-kafka: kafka kerberos
	$(PYTEST) -m jdk
	$(PYTEST) $(IN_TWO) worksteal -m 'real_kafka or kerberos' -rP $(ARGS)

# Of older releases the contract tests are played every day; everything, chaos and security too, takes ten minutes each.
test-old-kafka: $(if $(WHOLE),kerberos,$(READY))
	for version in $(OLD_KAFKA); do \
	  KAFKA_BACKEND=jvm KAFKA_VERSION=$$version $(PY) -m tests.support.kafka.setup && \
	  $(PY) -bb -m pytest $(IN_TWO) loadfile -m real_kafka -q --kafka-backend=jvm --kafka-version=$$version \
	    $(if $(WHOLE),,$(PLAYED_ON_STAGE)) $(ARGS) || exit 1; \
	done

chaos: $(READY)
	KAFKA_BACKEND=$(or $(BACKEND),auto) KAFKA_VERSION=$(or $(VERSION),4.4.0) $(PY) -m tests.support.kafka.setup
	$(PY) -bb -m tests.support.chaos --minutes $(or $(MINUTES),10) --version $(or $(VERSION),4.4.0) \
	  --backend $(or $(BACKEND),auto) --seed '$(SEED)' --loop $(or $(LOOP),both) $(ARGS)

silence: kafka
	$(PYTEST) tests/chaos/test_silence.py --long -rP --kafka-backend=$(or $(BACKEND),auto) $(ARGS)

lint: $(READY)
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/pyright
	.venv/bin/lint-imports
	.venv/bin/codespell

format: $(READY)
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

schedules: $(READY)
	EXAMPLES=$(or $(EXAMPLES),10000) $(PYTEST) tests/unit/test_schedules.py --timeout=0 -q $(ARGS)

fuzz: $(READY)
	$(PY) -m tests.wire.fuzz $(ARGS)

bench: .venv/.bench
	$(PY) benchmarks/codec.py --quick
	$(PY) benchmarks/floor.py
	$(PY) benchmarks/calls.py
	$(PY) benchmarks/fake_cluster.py

.venv/.bench: $(READY) requirements/bench.lock
	$(INSTALL_LOCKED) requirements/bench.lock
	@touch $@

picture: .venv/.bench kafka
	$(PY) benchmarks/failover.py

kafka: $(READY)
	$(PY) -m tests.support.kafka.setup

kerberos: .venv/.gssapi
	$(PY) -m tests.support.kerberos.setup

.venv/.gssapi: $(READY) requirements/gssapi.lock requirements/gssapi-build.lock
	$(PY) -m tests.support.kerberos.setup
	$(INSTALL_LOCKED) requirements/gssapi-build.lock
	CFLAGS=-O0 $(INSTALL_LOCKED) requirements/gssapi.lock --no-build-isolation
	@touch $@

lock: $(READY)
	$(foreach lock,$(LOCKS),$(COMPILE) $(LOCKED_$(lock)) -o requirements/$(lock).lock &&) true

# The lock itself is given as the preference, so that a newer release somewhere is no failure.
lock-check: $(READY)
	$(foreach lock,$(LOCKS),cp requirements/$(lock).lock .venv/$(lock).lock && \
	  $(COMPILE) $(LOCKED_$(lock)) -o .venv/$(lock).lock >/dev/null && \
	  diff -q requirements/$(lock).lock .venv/$(lock).lock &&) true

# Where PyPI can't be asked it fails: what couldn't be audited counts as unsafe.
audit: $(READY)
	for lock in requirements/*.lock; do \
	  .venv/bin/uv tool run pip-audit --strict --require-hashes --disable-pip -r $$lock || exit 1; \
	done

clean:
	rm -rf .venv build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

coverage-table: $(READY)
	$(PY) -m tests.support.coverage_table
