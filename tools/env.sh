# source env.sh EXTRAS: a virtual environment in .venv with the package, these
# extras of setup.cfg and the exact stack of constraints-cpu.txt.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
missing=()
for extra in "$@"; do
    for list in setup.cfg constraints-cpu.txt translation-no-deps.txt; do
        if [ "$list" -nt ".venv/.$extra" ]; then
            missing+=("$extra")
            break
        fi
    done
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "Installing into $PWD/.venv (a few minutes the first time) ..."
    [ -e .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
    pip_install() {
        .venv/bin/python -m pip install --quiet --disable-pip-version-check \
            -c constraints-cpu.txt "$@"
    }
    pip_install "$(grep ^torch== constraints-cpu.txt)" \
        -e ".[$(IFS=,; echo "${missing[*]}")]"
    if [[ " ${missing[*]} " == *' translation '* ]]; then
        pip_install --no-deps -r translation-no-deps.txt
    fi
    touch "${missing[@]/#/.venv/.}"
fi
PATH="$PWD/.venv/bin:$PATH"
