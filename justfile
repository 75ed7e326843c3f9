# Tasks for people who change Kith. `./kith test` makes the environment; after that: .venv/bin/just TASK

python := ".venv/bin/python"
lock := ".venv/bin/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate"

# the tasks
default:
    @.venv/bin/just --list --unsorted

# style, types, imports, translations: everything that needs no server
check:
    .venv/bin/ruff check .
    .venv/bin/mypy crm config tools
    .venv/bin/lint-imports --no-cache
    {{python}} tools/translations.py check
    {{python}} tools/reference.py check
    {{python}} manage.py makemigrations --check --dry-run

# all tests; further words go to pytest
test *words:
    ./kith test {{words}}

# brings the lock files in line with the .in files (add --upgrade to move to newer versions)
lock *words:
    {{lock}} {{words}} requirements/uv.in -o requirements/uv.txt
    {{lock}} {{words}} requirements/app.in -o requirements/app.txt
    {{lock}} {{words}} requirements/dev.in -o requirements/dev.txt

# words of the interface: sources → locale/zh_Hans
words:
    {{python}} tools/translations.py update

# docs/reference, from declarations and docstrings
reference:
    {{python}} tools/reference.py write

# kill -9 of web, worker and PostgreSQL under load at random moments: what was acknowledged must be there
soak kills="100":
    KITH_SOAK={{kills}} ./kith test -n 0 -s tests/faults/test_kill.py

# many people at work (15 s between two acts of each): errors, p95 and memory
soak-users users="500" minutes="10" *words:
    {{python}} tools/soak.py {{users}} {{minutes}} {{words}}

# how long the main requests take at 1,000,000 accounts, beside a raw-SQL floor
bench *words:
    {{python}} tools/bench.py {{words}}

# the same at 10,000, 100,000 and 1,000,000 accounts, and with ever more people at once
growth *words:
    {{python}} tools/bench_growth.py {{words}}

# what Lighthouse says of sign-in, my day, list, record, board and sales of a running demonstration: just lighthouse EMAIL PASSWORD
lighthouse *words:
    {{python}} tools/lighthouse/measure.py {{words}}

# how soon a running demonstration answers each act, and what moves meanwhile: just feel EMAIL PASSWORD
feel *words:
    {{python}} -m tools.feel {{words}}

# pictures of every screen in three widths, languages and two themes: just screens EMAIL PASSWORD --out FOLDER
screens *words:
    {{python}} -m tools.screens {{words}}
