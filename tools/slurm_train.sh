#!/usr/bin/env bash
# tools/slurm_train.sh PARTITION JOB_NAME CONFIG [options of train.py]
# Set GPUS (in all), GPUS_PER_NODE, CPUS_PER_TASK and SRUN_ARGS as needed.
set -euo pipefail
if [ $# -lt 3 ]; then sed -n '2,3s/^# //p' "$0"; exit 2; fi
tools=$(dirname "$0")
gpus=${GPUS:-8}
per_node=${GPUS_PER_NODE:-8}

# SRUN_ARGS holds several words.
# shellcheck disable=SC2086
PYTHONPATH="$tools/..:${PYTHONPATH:-}" exec srun -p "$1" --job-name="$2" \
    --gres="gpu:$per_node" --ntasks="$gpus" --ntasks-per-node="$per_node" \
    --cpus-per-task="${CPUS_PER_TASK:-5}" --kill-on-bad-exit=1 \
    ${SRUN_ARGS:-} \
    python -u "$tools/train.py" "$3" --launcher slurm "${@:4}"
