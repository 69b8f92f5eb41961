#!/usr/bin/env bash
# bash tools/run_tests.sh [options of pytest]
# Installs what is missing into .venv, then runs linter and test suite.
set -euo pipefail
source "$(dirname "$0")/env.sh" lite tests translation timm deploy

ruff check .
# Small nets: more threads than one only wait for each other.
OMP_NUM_THREADS=1 python -m pytest -q --durations=10 "$@"
