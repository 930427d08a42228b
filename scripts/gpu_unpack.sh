#!/usr/bin/env bash
# Takes parts of scripts/gpu_pack.sh on a GPU machine, in one call or several: scripts/gpu_unpack.sh [PART...]
#
# Each part is checked against the `index` that lies beside it and kept under WORK (/tmp/number-plate); once all are
# there they are unpacked to WORK/data, fonts, wheels and runs. A checkpoint that a sitting here has left stays. Without
# PART it says what is missing, and exits 1 if anything is.
set -euo pipefail

work=${WORK:-/tmp/number-plate}
parts=$work/parts
fail() { echo "gpu_unpack: $*" >&2; exit 1; }

take() { # part
    local name index sum
    name=$(basename "$1") index=$(dirname "$1")/index
    [[ -f $1 ]] || fail "$1: no such part"
    [[ -f $index ]] || fail "$index: must lie beside the parts"
    sum=$(awk -v name="$name" '$2 == name {print $1}' "$index")
    [[ -n $sum ]] || fail "$1: not in $index"
    sha256sum --check --status <<<"$sum  $1" || fail "$1: its sha256 differs from the one in $index"
    if ! cmp -s "$index" "$parts/index"; then # parts of two packs would make a broken tar
        rm -rf "$parts" "$work/unpacked"
        mkdir -p "$parts"
        cp "$index" "$parts/index"
    fi
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
rm -rf "$work"/{data,fonts,wheels,site}
cat "$parts"/part-* | tar -x -C "$work" --skip-old-files
cp "$parts/index" "$work/unpacked"
echo "unpacked in $work: $(find "$work/data" -type f | wc -l) files of data"
