# Sourced by quickstart.sh and run_tests.sh: a virtual environment in .venv
# with the package and the exact stack of constraints-cpu.txt.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
stamp=.venv/.installed
if [ ! -e "$stamp" ] || [ setup.cfg -nt "$stamp" ] ||
    [ constraints-cpu.txt -nt "$stamp" ]; then
    echo "Installing into $PWD/.venv (a few minutes the first time) ..."
    [ -e .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        -c constraints-cpu.txt "$(grep ^torch== constraints-cpu.txt)" \
        -e '.[lite,tests]'
    touch "$stamp"
fi
PATH="$PWD/.venv/bin:$PATH"
