#!/usr/bin/env bash
# Fetches typefaces that resemble number plates into a folder that git ignores: scripts/fetch_fonts.sh [DIR=.fonts]
#
# They come through Debian packages (apt-get download) and npm packages (npm pack); nothing is installed.
# DIR/held-out, DIR/held-out-more and DIR/held-out-chinese get faces that no training sees: confidence is calibrated on
# plates set in those of DIR/held-out. Of a variable font (woff2) the synthesis makes several faces.
# Faces that are already there are not fetched again. Exits 1 with fewer than ten faces to train on.
set -euo pipefail

dir=${1:-.fonts}
mkdir -p "$dir/held-out" "$dir/held-out-more" "$dir/held-out-chinese"
dir=$(cd "$dir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
missing=$work/missing  # a line for each
: >"$missing"
at_once=6  # npm packages

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
fonts-arphic-uming: uming.ttc
fonts-arphic-gkai00mp: gkai00mp.ttf
"
# the face for Chinese characters that no training sees
held_out_chinese="
fonts-wqy-zenhei: wqy-zenhei.ttc
"
# package of @fontsource, with / the script where it is not Latin: the weights that are wanted
npm="
barlow: 600
barlow-condensed: 500 600 700
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
pathway-extreme: 600
saira-stencil-one: 400
ruda: 700
cousine: 700
unica-one: 400
six-caps: 400
staatliches: 400
racing-sans-one: 400
squada-one: 400
orbitron: 600
tomorrow: 600
kanit: 500
prompt: 500
sarabun: 600
arimo: 700
nunito: 700
comfortaa: 700
allerta-stencil: 400
noto-sans-sc/chinese-simplified: 500 700 900
noto-serif-sc/chinese-simplified: 700
zcool-xiaowei/chinese-simplified: 400
zcool-kuaile/chinese-simplified: 400
ma-shan-zheng/chinese-simplified: 400
zcool-qingke-huangyou/chinese-simplified: 400
"
# variable fonts, packages of @fontsource-variable: the file that has the axes of weight and width
variable="
archivo: standard
encode-sans: standard
saira: standard
mona-sans: standard
instrument-sans: standard
anybody: standard
league-gothic: wdth
sofia-sans-condensed: wght
oswald: wght
antonio: wght
big-shoulders-display: wght
roboto-condensed: wght
dosis: wght
overpass: wght
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
# ten further ones
held_out_more="
economica: 700
ropa-sans: 400
viga: 400
armata: 400
francois-one: 400
quantico: 700
mohave: 600
varela-round: 400
pragati-narrow: 700
electrolize: 400
"

from_debian() { # folder package face...
    local folder=$1 package=$2 face
    shift 2
    for face in "$@"; do [[ -s $folder/$face ]] || break; done
    [[ -s $folder/$face ]] && return
    (cd "$work" && apt-get download -qq "$package" >apt.log 2>&1 && dpkg-deb -x "$package"_*.deb "$package") ||
        { echo "$package" >>"$missing"; return; }
    for face in "$@"; do
        find "$work/$package" -name "$face" -type f -exec cp {} "$folder/" \; -quit
        [[ -s $folder/$face ]] || echo "$package/$face" >>"$missing"
    done
}

from_npm() { # folder scope suffix package[/script] weight...
    local folder=$1 scope=$2 suffix=$3 package=${4%/*} script=latin weight face unpacked=
    [[ $4 == */* ]] && script=${4#*/}
    shift 4
    for weight in "$@"; do
        face=$package-$script-$weight-normal.$suffix
        [[ -s $folder/$face ]] && continue
        [[ -n $unpacked ]] || unpacked=$(unpack_npm "$scope/$package") || { echo "$scope/$package" >>"$missing"; return; }
        cp "$unpacked/package/files/$face" "$folder/" 2>/dev/null || echo "$scope/$package/$weight" >>"$missing"
    done
}

unpack_npm() { # prints the folder
    local folder
    folder=$(mktemp -d "$work/npm.XXXXXX")
    (cd "$folder" && npm pack --silent "$1" >npm.log 2>&1 && tar xzf ./*.tgz) && echo "$folder"
}

all_from_npm() { # folder scope suffix list: several packages at once
    local package weights
    while IFS=: read -r package weights; do
        [[ -n $package ]] || continue
        while (($(jobs -rp | wc -l) >= at_once)); do wait -n || true; done
        # shellcheck disable=SC2086  # a list of words
        from_npm "$1" "$2" "$3" "$package" $weights &
    done <<<"$4"
}

while IFS=: read -r package faces; do
    # shellcheck disable=SC2086  # a list of words
    [[ -n $package ]] && from_debian "$dir" "$package" $faces
done <<<"$debian"
while IFS=: read -r package faces; do
    # shellcheck disable=SC2086
    [[ -n $package ]] && from_debian "$dir/held-out-chinese" "$package" $faces
done <<<"$held_out_chinese"
all_from_npm "$dir" @fontsource woff "$npm"
all_from_npm "$dir" @fontsource-variable woff2 "$variable"
all_from_npm "$dir/held-out" @fontsource woff "$held_out"
all_from_npm "$dir/held-out-more" @fontsource woff "$held_out_more"
wait

sort "$missing" | sed 's/^/could not get /' >&2
grep -q '^fonts-' "$missing" && echo "if apt finds no package, run 'apt-get update' first" >&2
count=$(find "$dir" -maxdepth 1 -type f \( -name '*.ttf' -o -name '*.otf' -o -name '*.ttc' -o -name '*.woff' -o -name '*.woff2' \) | wc -l)
echo "$count faces in $dir"
((count >= 10))
