#!/usr/bin/env bash
# Fetches typefaces that resemble number plates into a folder that git ignores: scripts/fetch_fonts.sh [DIR=.fonts]
#
# They come through Debian packages (apt-get download) and npm packages (npm pack); nothing is installed.
# DIR/held-out and DIR/held-out-chinese get faces that no training sees: confidence is calibrated on plates set in them.
# Faces that are already there are not fetched again. Exits 1 with fewer than ten faces to train on.
set -euo pipefail

dir=${1:-.fonts}
mkdir -p "$dir/held-out" "$dir/held-out-chinese"
dir=$(cd "$dir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missing=()

# package: the faces that are wanted of it
debian="
fonts-opendin: OSP-DIN.ttf
fonts-osifont: osifont.ttf
fonts-roadgeek: RG2014B.ttf RG2014C.ttf RG2014D.ttf RG2014E.ttf
fonts-routed-gothic: routed-gothic.ttf routed-gothic-narrow.ttf routed-gothic-wide.ttf
fonts-bebas-neue: BebasNeue-Bold.otf BebasNeue-Book.otf
fonts-national-park: NationalPark-Regular.otf NationalPark-Heavy.otf
fonts-dosis: Dosis-SemiBold.otf
fonts-play: Play-Bold.ttf
fonts-allerta: allerta_medium.otf
fonts-liberation: LiberationSans-Bold.ttf LiberationSansNarrow-Bold.ttf LiberationMono-Bold.ttf
fonts-kacst: KacstBook.ttf KacstOffice.ttf KacstTitle.ttf
fonts-freefont-ttf: FreeSansBold.ttf FreeSerifBold.ttf
fonts-wqy-microhei: wqy-microhei.ttc
fonts-arphic-ukai: ukai.ttc
"
# the face for Chinese characters that no training sees
held_out_chinese="
fonts-wqy-zenhei: wqy-zenhei.ttc
"
# package of @fontsource, with / the script where it is not Latin: the weights that are wanted
npm="
barlow: 600
barlow-condensed: 500 600
barlow-semi-condensed: 600
saira-condensed: 500 600
saira-semi-condensed: 600
saira-extra-condensed: 600
overpass: 600
overpass-mono: 600
roboto-condensed: 500
share-tech: 400
share-tech-mono: 400
b612-mono: 700
blinker: 600
rajdhani: 600
oswald: 500
antonio: 500
m-plus-rounded-1c: 700
sofia-sans: 700
archivo-narrow: 600
fjalla-one: 400
chakra-petch: 600
jost: 500
noto-sans-sc/chinese-simplified: 500 700
zcool-qingke-huangyou/chinese-simplified: 400
"
# of other families than those above, for no training
held_out="
titillium-web: 600
pt-sans-narrow: 700
ubuntu-condensed: 400
fira-sans-condensed: 500
ibm-plex-sans-condensed: 600
khand: 500
asap-condensed: 600
signika: 600
"

from_debian() { # folder package face...
    local folder=$1 package=$2 face
    shift 2
    for face in "$@"; do [[ -s $folder/$face ]] || break; done
    [[ -s $folder/$face ]] && return
    (cd "$work" && apt-get download -qq "$package" >apt.log 2>&1 && dpkg-deb -x "$package"_*.deb "$package") ||
        { missing+=("$package"); return; }
    for face in "$@"; do
        find "$work/$package" -name "$face" -type f -exec cp {} "$folder/" \; -quit
        [[ -s $folder/$face ]] || missing+=("$package/$face")
    done
}

from_npm() { # folder package[/script] weight...
    local folder=$1 package=${2%/*} script=latin weight face
    [[ $2 == */* ]] && script=${2#*/}
    shift 2
    for weight in "$@"; do
        face=$package-$script-$weight-normal.woff
        [[ -s $folder/$face ]] && continue
        [[ -d $work/npm-$package ]] || unpack_npm "$package" || { missing+=("@fontsource/$package"); return; }
        cp "$work/npm-$package/package/files/$face" "$folder/" 2>/dev/null || missing+=("@fontsource/$package/$weight")
    done
}

unpack_npm() {
    local folder=$work/npm-$1
    mkdir "$folder"
    (cd "$folder" && npm pack --silent "@fontsource/$1" >npm.log 2>&1 && tar xzf ./*.tgz) || { rm -rf "$folder"; return 1; }
}

while IFS=: read -r package faces; do
    # shellcheck disable=SC2086  # a list of words
    [[ -n $package ]] && from_debian "$dir" "$package" $faces
done <<<"$debian"
while IFS=: read -r package faces; do
    # shellcheck disable=SC2086
    [[ -n $package ]] && from_debian "$dir/held-out-chinese" "$package" $faces
done <<<"$held_out_chinese"
while IFS=: read -r package weights; do
    # shellcheck disable=SC2086
    [[ -n $package ]] && from_npm "$dir" "$package" $weights
done <<<"$npm"
while IFS=: read -r package weights; do
    # shellcheck disable=SC2086
    [[ -n $package ]] && from_npm "$dir/held-out" "$package" $weights
done <<<"$held_out"

for name in ${missing[@]+"${missing[@]}"}; do echo "could not get $name" >&2; done
[[ ${missing[*]-} == *fonts-* ]] && echo "if apt finds no package, run 'apt-get update' first" >&2
count=$(find "$dir" -maxdepth 1 -type f \( -name '*.ttf' -o -name '*.otf' -o -name '*.ttc' -o -name '*.woff' \) | wc -l)
echo "$count faces in $dir"
((count >= 10))
