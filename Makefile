# One word per job; `make help` lists them. All the work is done by dev/run.py.
#
#   PYTHON=…       another Python (3.11 or newer)
#   ODOO_HOME=…    your own Odoo 19 instead of Debian's package
#   PGHOST=… etc.  your own PostgreSQL instead of the embedded one
#   DUNNING_HOST=… another folder than .host for all that is set up

PYTHON ?= python3
RUN := $(PYTHON) dev/run.py
TAGS ?=
FEATURE ?=
DATA ?=
ARGS ?=
.DEFAULT_GOAL := help

.PHONY: help
help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-9s %s\n", $$1, $$2}' Makefile

.PHONY: setup
setup:  ## set up what is missing, nothing else
	@$(RUN) setup

.PHONY: demo
demo:  ## start Odoo on a French demo company
	@$(RUN) demo

.PHONY: demo-db
demo-db:  ## only prepare the demo database
	@$(RUN) demo-db

.PHONY: update
update:  ## upgrade the module in the demo database
	@$(RUN) update

.PHONY: test
test:  ## run every check in fresh databases (TAGS=/account_dunning:TestX for some)
	@$(RUN) test --tags "$(TAGS)"

.PHONY: retest
retest:  ## run tests in a database that is kept: quicker (TAGS=…)
	@$(RUN) retest --tags "$(TAGS)"

.PHONY: mutants
mutants:  ## change tools/ in small ways: do its tests notice? (ARGS="ladder days --sample 50")
	@$(RUN) mutants -- $(ARGS)

.PHONY: unit
unit:  ## run the tests of tools/, which need no Odoo (ARGS="-k instalment")
	@$(RUN) unit -- $(ARGS)

.PHONY: times
times:  ## note how long each test class took in the last `make test`
	@$(RUN) times

.PHONY: check
check:  ## lint and test, as for every submission
	@$(RUN) check

.PHONY: lint
lint:  ## check style, rules, XML, CSV and translations
	@$(RUN) lint

.PHONY: format
format:  ## bring Python files into shape
	@$(RUN) format

.PHONY: security
security:  ## write docs/security.md from the table that the tests try
	@$(RUN) security

.PHONY: pot
pot:  ## export the texts and merge the new ones into the French translation
	@$(RUN) pot

.PHONY: package
package:  ## write an archive of the module and of each bridge into dist/
	@$(RUN) package

.PHONY: replay
replay:  ## run the engine on invoices from a file (DATA=file.csv, DISPUTES=1)
	@PYTHONPATH=dev $(PYTHON) -m replay $(if $(DATA),--data "$(DATA)") \
	    $(if $(DISPUTES),--mode disputes) $(ARGS)

.PHONY: tone
tone:  ## count the messages of the demo softer than one before
	@$(RUN) script dev/tone.py

.PHONY: bench
bench:  ## measure speed and memory (SIZE=small, medium or large)
	@PYTHONPATH=dev $(PYTHON) -m bench --size $(or $(SIZE),small) $(ARGS)

.PHONY: faults
faults:  ## kill processes, break servers, move money meanwhile (ARGS="kill-run --kills 10")
	@$(RUN) faults -- $(ARGS)

.PHONY: lifecycle
lifecycle:  ## upgrade from the version before (VERSION=main), uninstall, install again
	@$(RUN) lifecycle --version "$(or $(VERSION),main)"

.PHONY: without
without:  ## run the core's tests without each feature in turn (FEATURE=dispute)
	@$(RUN) without --feature "$(FEATURE)"

.PHONY: shell
shell:  ## open a Python shell inside Odoo, on the demo database
	@$(RUN) shell

.PHONY: psql
psql:  ## open an SQL prompt on the demo database
	@$(RUN) psql

.PHONY: stop
stop:  ## stop the database server
	@$(RUN) stop

.PHONY: clean
clean:  ## stop the database server and remove all that was set up
	@$(RUN) clean
