#!/usr/bin/env bash
# One sitting of a training on a GPU machine without network: scripts/gpu_train.sh detector|ocr [HYDRA OVERRIDES]
#
# Trains experiment=MODEL_gpu under WORK (/tmp/number-plate), where gpu_unpack.sh has laid out data, fonts and wheels,
# going on from where the sitting before stopped; exports the best checkpoint; writes what there is to OUT (WORK/out)
# in parts of 15 MiB with a JOIN.txt, also when something failed: the exit status tells. All this within MINUTES (9).
# STEPS=20 is the rehearsal, on a CPU too: one small epoch of so many steps, then the same export and results.
set -euo pipefail
cd "$(dirname "$0")/.."

model=$1
shift
work=$(realpath -m "${WORK:-/tmp/number-plate}")
out=$(realpath -m "${OUT:-$work/out}")
python=${PYTHON:-python3}
name=${model}_gpu${STEPS:+_rehearsal}
run=$work/runs/$name
end=$((SECONDS + ${MINUTES:-9} * 60))
export_seconds=150 # kept free at the end for export and results

results() { # the newest of what has been reached, exports first, last.ckpt last
    local wanted=()
    cd "$work/runs"
    for path in "$name"/exports "$name"/{train.log,config.yaml} "$name"/csv/*/metrics.csv \
        "$(ls -t "$name"/samples/*.png 2>/dev/null | head -n 1)" "$name"/checkpoints/last.ckpt; do
        if [[ -e $path ]]; then wanted+=("$path"); fi
    done
    mkdir -p "$out"
    rm -f "$out/$name".tar.* "$out/JOIN.txt"
    tar -cz "${wanted[@]}" | split -b 15M -d -a 1 - "$out/$name.tar.gz."
    cat >"$out/JOIN.txt" <<-END
		Results of $name: ${wanted[*]}
		In the repository's root: mkdir -p runs && cat $name.tar.gz.? | tar -xz -C runs
		$name/exports/$model is the folder that ships as exports/$model. scripts/gpu_pack.sh takes last.ckpt along, so that
		a sitting on a fresh machine goes on from it.
	END
    du -bh "$out"/*
}

finish() {
    local status=$?
    trap - EXIT INT TERM
    # shellcheck disable=SC2046  # a list of process ids
    kill $(jobs -p) 2>/dev/null || true
    (results) || status=1
    echo "gpu_train: $name ends with status $status after $SECONDS s"
    exit "$status"
}

hearing() { # command...: waits for it, but a signal to this script is heard at once
    "$@" &
    wait $!
}

scripts/gpu_unpack.sh # ends here where parts are missing
mkdir -p "$run"
trap finish EXIT
trap 'exit 143' INT TERM
if [[ ! -d $work/site ]]; then
    "$python" -m pip install -q --disable-pip-version-check --no-index --no-deps --no-compile \
        --target "$work/site.new" "$work"/wheels/*.whl
    mv "$work/site.new" "$work/site"
fi
export PLATE_DATA=$work/data PYTHONPATH=$work/site PYTHONUNBUFFERED=1

train_seconds=$((end - SECONDS - export_seconds))
((train_seconds > 0)) || { echo "gpu_train: MINUTES must leave $export_seconds s for the export" >&2; exit 2; }
minutes=$(awk "BEGIN {print $train_seconds / 60}")
set -- "experiment=${model}_gpu" "output_dir='$run'" "minutes=$minutes" "$@"
[[ $model == detector ]] && set -- "$@" "cache='$work/cache'" "data.copy_paste.fonts='$work/fonts'" ||
    set -- "$@" "data.fonts='$work/fonts'"
start=() # the weights to begin with
[[ $model == detector && -f $work/start/weights.safetensors ]] && start=("init_from='$work/start'")
# a rehearsal begins with the shipped weights: fresh ones answer alike to every image, and of such no export passes
[[ -n ${STEPS:-} && -d exports/$model ]] && start=("init_from=exports/$model")
set -- "${start[@]}" "$@"
[[ -f $run/checkpoints/last.ckpt ]] && set -- "$@" resume=last
if [[ -n ${STEPS:-} ]]; then
    set -- debug=smoke trainer.accelerator=auto "trainer.limit_train_batches=$STEPS" data.batch_size=8 data.workers=1 "$@"
fi

echo "$name: $(nproc --all) cores,$(df -h --output=avail /dev/shm | tail -n 1) of shared memory, $minutes minutes" |
    tee -a "$run/train.log"
status=0
# the callback ends a sitting between two epochs; `timeout` is for an epoch that takes far longer than those before
hearing timeout --signal=INT --kill-after=15 "$((train_seconds + 30))" \
    "$python" -m "src.train_$model" "$@" > >(tee -a "$run/train.log") 2>&1 || status=$?
checkpoint=$run/checkpoints/best.ckpt
[[ -f $checkpoint ]] || checkpoint=$run/checkpoints/last.ckpt # taken along from another machine, none better since
if [[ -f $checkpoint ]]; then
    hearing "$python" -m src.export "models=[$model]" "$model.checkpoint='$checkpoint'" \
        "$model.out='$run/exports/$model'" "hydra.run.dir='$run'" >>"$run/train.log" 2>&1 || status=$?
    tail -n 1 "$run/train.log" # what was exported, or why not
fi
exit "$status"
