#!/usr/bin/env bash
# bash tools/quickstart.sh [translation]
# From a fresh clone to a trained network on rendered rooms, on a CPU: a CEN
# RefineNet that labels them, or a CEN U-Net that paints them from shade and
# texture. Run it again to resume where it stopped.
set -euo pipefail
case ${1:-segmentation} in
segmentation)
    extras=(openmmlab)
    config=configs/cen/refinenet_r18_rooms.py
    inputs="inputs, labels and predictions"
    metrics="mIoU, mAcc, aAcc of rgb, depth and ensemble"
    next="NYUDv2 in four commands, the paper's checkpoints in two" ;;
translation)
    extras=(openmmlab translation)
    config=configs/translation/cen/shade-texture2rgb_rooms.py
    inputs="inputs, translations and targets"
    metrics="MAE, RMSE, SSIM, KID-lite0 of both streams and ensemble"
    next="Taskonomy and its configs" ;;
*)
    echo "usage: bash tools/quickstart.sh [translation]" >&2
    exit 2 ;;
esac
source "$(dirname "$0")/env.sh" "${extras[@]}"

work=work_dirs/$(basename "$config" .py)
start=$SECONDS

echo "== 1/4 rendering rooms into data/rooms"
python tools/dataset_converters/rooms.py

echo "== 2/4 training into $work"
python tools/train.py "$config" --resume

echo "== 3/4 testing"
python tools/test.py "$config" "$(cat "$work/last_checkpoint")" \
    --work-dir "$work/test" 2>&1 | tee "$work/test.log"
sed -n '/streams:/,/^ *$/p; /pictures, /,/^ *$/p' "$work/test.log" |
    grep '^[+|]' > "$work/test.txt"

echo "== 4/4 drawing"
python tools/analysis_tools/contact_sheet.py "$config" \
    "$(cat "$work/last_checkpoint")" "$work/contact_sheet.png"
python tools/analysis_tools/exchange_plot.py "$work" "$work/exchange.png"

echo; cat "$work/test.txt"
cat <<END

Done in $(((SECONDS - start) / 60)) min $(((SECONDS - start) % 60)) s. Look at
  $work/test.txt           $metrics
  $work/contact_sheet.png  $inputs
  $work/exchange.png       share of exchanged channels by layer
Next
  source .venv/bin/activate
  python tools/train.py $config --cfg-options randomness.seed=1 --work-dir work_dirs/seed1
  tools/dist_train.sh $config 2 --work-dir work_dirs/two_processes
  README.md: $next
END
