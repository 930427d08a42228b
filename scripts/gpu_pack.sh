#!/usr/bin/env bash
# Packs what both trainings need on a GPU machine without network: scripts/gpu_pack.sh [DATA_ROOT=$PLATE_DATA or data]
#
# Makes the git-ignored folder .gpu with part-00, part-01, ... of at most PART (24M) bytes each and their sha256 in
# `index`. In them: data/ (scenes, ocr, those of more/ and the sets that data/labels speaks of; never benchmarks), fonts/, wheels/ of
# packages that a GPU image seldom holds (for Python 3.12 on x86-64, versions from constraints.txt), and runs/, the
# checkpoints of earlier sittings that lie in runs/*_gpu. INIT_FROM=FOLDER takes along the weights.safetensors that the
# detector's training starts from, as those of COCO. The same input gives the same parts. Needs the network only
# for wheels and fonts that are not there yet.
set -euo pipefail
cd "$(dirname "$0")/.."

data=${1:-${PLATE_DATA:-data}}
python=${PYTHON:-$([[ -x .venv/bin/python ]] && echo .venv/bin/python || echo python3)}
packages=(hydra-core omegaconf antlr4-python3-runtime ultralytics albumentations albucore simsimd stringzilla
    pydantic pydantic_core annotated-types typing-inspection typing_extensions faster-coco-eval)
reproducible=(--sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w,go-w --format=gnu)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

fail() { echo "gpu_pack: $*" >&2; exit 1; }

sets() { # the sets that are trained on
    {
        printf '%s\n' scenes ocr more/scenes more/ocr
        sed -n 's/.*"set": *"\([^"]*\)".*/\1/p' data/labels/*.jsonl
    } | sort -u
}

files_of() { # set: its manifest and every image in it, relative to the data root
    local manifest=$data/$1/manifest.jsonl
    [[ $1 != benchmarks* ]] || fail "data/labels speaks of $1: benchmarks are not for training"
    [[ -s $manifest ]] || fail "no $manifest: name the data root, scripts/gpu_pack.sh DATA_ROOT"
    echo "$1/manifest.jsonl"
    sed -n "s|^.*\"image\": *\"\([^\"]*\)\".*|$1/\1|p" "$manifest" | sort -u
}

fetch_wheel() { # package
    local pin name
    pin=$(grep -m1 -i "^${1}==" constraints.txt) || fail "constraints.txt has no version of $1"
    name=${pin//-/_}
    compgen -G ".gpu/wheels/${name/==/-}-*.whl" >/dev/null && return
    rm -f .gpu/wheels/"${name%%==*}"-*.whl # of another version
    echo "fetching $pin"
    if [[ $1 == antlr4-python3-runtime ]]; then # published as source alone, pure Python
        SOURCE_DATE_EPOCH=315532800 "$python" -m pip wheel -q --disable-pip-version-check --no-deps -w .gpu/wheels "$pin"
    else
        "$python" -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: -d .gpu/wheels \
            --python-version 3.12 --implementation cp --platform manylinux_2_28_x86_64 \
            --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 "$pin"
    fi
}

for set in $(sets); do files_of "$set" >>"$stage/data"; done
while read -r file; do [[ -f $data/$file ]] || fail "$data/$file: no such image"; done <"$stage/data"
mkdir -p .gpu/wheels runs
for package in "${packages[@]}"; do fetch_wheel "$package"; done
[[ -e .fonts/.fetched ]] || { scripts/fetch_fonts.sh .fonts && touch .fonts/.fetched; }
compgen -G 'runs/*_gpu/checkpoints/last.ckpt' >"$stage/runs" || true
mkdir "$stage/start"
[[ -z ${INIT_FROM:-} ]] || cp "$INIT_FROM/weights.safetensors" "$stage/start" || fail "$INIT_FROM: no weights.safetensors"

rm -f .gpu/part-* .gpu/index
# data first: the parts that hold it stay the same when only a wheel or a checkpoint has changed
tar -c "${reproducible[@]}" -C "$data" --transform 's|^|data/|' -T "$stage/data" -f "$stage/tar"
tar -r "${reproducible[@]}" -C .fonts --transform 's|^\./|fonts/|' --exclude ./.fetched -f "$stage/tar" .
tar -r "${reproducible[@]}" -C .gpu -f "$stage/tar" wheels
tar -r "${reproducible[@]}" -C "$stage" -f "$stage/tar" start
tar -r "${reproducible[@]}" -T "$stage/runs" -f "$stage/tar"
split -b "${PART:-24M}" -d -a 2 "$stage/tar" .gpu/part-
(cd .gpu && sha256sum part-* >index)

echo "$(wc -l <"$stage/data") files of data, $(find .gpu/wheels -name '*.whl' | wc -l) wheels," \
    "$(wc -l <"$stage/runs") checkpoints to go on from"
(cd .gpu && du -bh --apparent-size part-* && du -cbh part-* | tail -n 1)
