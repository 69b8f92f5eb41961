#!/usr/bin/env bash
# tools/dist_train.sh CONFIG PROCESSES [options of train.py]
# One process a GPU; on a machine without GPUs they share the CPU (gloo).
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR and PORT on each.
set -euo pipefail
if [ $# -lt 2 ]; then sed -n '2,4s/^# //p' "$0"; exit 2; fi
tools=$(dirname "$0")

PYTHONPATH="$tools/..:${PYTHONPATH:-}" exec python -m torch.distributed.run \
    --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${PORT:-29500}" --nproc_per_node="$2" \
    "$tools/train.py" "$1" --launcher pytorch "${@:3}"
