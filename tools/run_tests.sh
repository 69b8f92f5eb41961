#!/usr/bin/env bash
# bash tools/run_tests.sh [--newest] [options of pytest]
# Installs what is missing into .venv, then runs linter and test suite.
# With --newest into .venv-newest, segmentation alone with the newest packages
# that setup.cfg admits, and runs the fast part of the suite.
set -euo pipefail
if [[ ${1:-} == -h || ${1:-} == --help ]]; then
    sed -n '2,5s/^# //p' "$0"
    exit
fi
if [[ ${1:-} == --newest ]]; then
    shift
    source "$(dirname "$0")/env.sh" --newest openmmlab tests
    [ $# -gt 0 ] || set -- tests/test_{compat,bad_input,tour,downstream_page}.py \
        tests/test_{layers,models,datasets,evaluation,apis} \
        tests/test_tools/test_{stock_tools,train_test}.py \
        tests/test_faults/test_geometry.py \
        --ignore tests/test_apis/test_translator.py
else
    source "$(dirname "$0")/env.sh" openmmlab tests translation timm deploy
    ruff check .
fi
# Small nets: more threads than one only wait for each other.
OMP_NUM_THREADS=1 python -m pytest -q --durations=10 "$@"
