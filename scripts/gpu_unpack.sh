#!/usr/bin/env bash
# Takes parts of scripts/gpu_pack.sh on a GPU machine, in one call or several: scripts/gpu_unpack.sh [PART...]
#
# Each part is checked against the `index` that lies beside it and kept under WORK (/tmp/number-plate); once all are
# there they are unpacked to WORK/data, fonts, wheels, start and runs. A checkpoint that a sitting here has left stays. Without
# PART it says what is missing, and exits 1 if anything is.
set -euo pipefail

work=${WORK:-/tmp/number-plate}
parts=$work/parts
fail() { echo "gpu_unpack: $*" >&2; exit 1; }

adopt() { # index: of a new pack; parts that are the same in both stay
    local other
    mkdir -p "$parts"
    cp "$1" "$parts/index"
    for other in $(cd "$parts" && sha256sum --check index 2>/dev/null | sed -n 's/: FAILED.*//p'); do
        rm -f "$parts/$other"
    done
}

take() { # part
    local name index sum
    name=$(basename "$1") index=$(dirname "$1")/index
    [[ -f $1 ]] || fail "$1: no such part"
    [[ -f $index ]] || fail "$index: must lie beside the parts"
    sum=$(awk -v name="$name" '$2 == name {print $1}' "$index")
    [[ -n $sum ]] || fail "$1: not in $index"
    sha256sum --check --status <<<"$sum  $1" || fail "$1: its sha256 differs from the one in $index"
    cmp -s "$index" "$parts/index" || adopt "$index"
    cp "$1" "$parts/$name.new" && mv "$parts/$name.new" "$parts/$name"
}

for part in "$@"; do take "$part"; done
[[ -f $parts/index ]] || fail "no part has been unpacked in $work: see scripts/gpu_pack.sh"
missing=()
while read -r _ name; do [[ -f $parts/$name ]] || missing+=("$name"); done <"$parts/index"
if ((${#missing[@]})); then
    echo "still missing in $work: ${missing[*]}"
    (($#)) && exit 0 || exit 1
fi
cmp -s "$parts/index" "$work/unpacked" && exit 0
rm -rf "$work"/{data,fonts,wheels,site,start}
(cd "$parts" && awk '{print $2}' index | xargs cat) | tar -x -C "$work" --skip-old-files
cp "$parts/index" "$work/unpacked"
echo "unpacked in $work: $(find "$work/data" -type f | wc -l) files of data"
