#!/usr/bin/env bash
# bash tools/quickstart.sh
# From a fresh clone to a trained CEN RefineNet on rendered rooms, on a CPU.
# Run it again to resume where it stopped.
set -euo pipefail
source "$(dirname "$0")/env.sh" lite

config=configs/cen/refinenet_r18_rooms.py
work=work_dirs/refinenet_r18_rooms
start=$SECONDS

echo "== 1/4 rendering rooms into data/rooms"
python tools/dataset_converters/rooms.py

echo "== 2/4 training into $work"
python tools/train.py "$config" --resume

echo "== 3/4 testing"
python tools/test.py "$config" "$(cat "$work/last_checkpoint")" \
    --work-dir "$work/test" 2>&1 | tee "$work/test.log"
sed -n '/streams:/,/^ *$/p' "$work/test.log" | grep '^[+|]' > "$work/test.txt"

echo "== 4/4 drawing"
python tools/analysis_tools/contact_sheet.py "$config" \
    "$(cat "$work/last_checkpoint")" "$work/contact_sheet.png"
python tools/analysis_tools/exchange_plot.py "$work" "$work/exchange.png"

echo; cat "$work/test.txt"
cat <<END

Done in $(((SECONDS - start) / 60)) min $(((SECONDS - start) % 60)) s. Look at
  $work/test.txt           mIoU, mAcc, aAcc of rgb, depth and ensemble
  $work/contact_sheet.png  inputs, labels and predictions
  $work/exchange.png       share of exchanged channels by layer
Next
  source .venv/bin/activate
  python tools/train.py $config --cfg-options randomness.seed=1 --work-dir work_dirs/seed1
  tools/dist_train.sh $config 2 --work-dir work_dirs/two_processes
  README.md: NYUDv2 in four commands, the paper's checkpoints in two
END
