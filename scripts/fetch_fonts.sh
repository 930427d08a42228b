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
at_once=8  # runs of npm
in_one=8   # packages of each

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
fonts-arphic-gbsn00lp: gbsn00lp.ttf
fonts-babelstone-han: BabelStoneHan.ttf
fonts-smiley-sans: SmileySans-Oblique.ttf
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
abel: 400
acme: 400
alata: 400
aldrich: 400
alfa-slab-one: 400
allan: 700
alumni-sans: 500 700
amaranth: 700
amatic-sc: 700
anonymous-pro: 700
anton: 400
archivo-black: 400
architects-daughter: 400
arvo: 700
atkinson-hyperlegible: 700
audiowide: 400
average-sans: 400
azeret-mono: 600
bai-jamjuree: 600
baloo-2: 600
be-vietnam-pro: 600
black-han-sans: 400
black-ops-one: 400
bowlby-one-sc: 400
bubblegum-sans: 400
bungee: 400
cabin: 700
calistoga: 400
cantarell: 700
carter-one: 400
catamaran: 700
caveat-brush: 400
changa: 600
changa-one: 400
chivo: 700
clear-sans: 700
coiny: 400
comic-neue: 700
cooper-hewitt: 600
courier-prime: 700
darker-grotesque: 700
days-one: 400
dejavu-sans: 700
dejavu-mono: 700
dela-gothic-one: 400
dm-mono: 500
dm-sans: 600
encode-sans-condensed: 600
exo: 600
exo-2: 500 700
familjen-grotesk: 600
fredoka: 600
gabarito: 600
gaegu: 700
geologica: 500
germania-one: 400
gloria-hallelujah: 400
gochi-hand: 400
goldman: 700
gothic-a1: 600
graduate: 400
gugi: 400
handlee: 400
hepta-slab: 600
hind-siliguri: 600
iceberg: 400
iceland: 400
inconsolata: 700
inter-tight: 600
itim: 400
jockey-one: 400
josefin-sans: 600
jura: 700
k2d: 600
kalam: 700
karla: 700
kosugi-maru: 400
krona-one: 400
kumbh-sans: 600
lalezar: 400
lato: 700
league-spartan: 600
lekton: 700
lexend-deca: 500
libre-franklin: 600
lilita-one: 400
line-seed-jp: 700
londrina-solid: 400
luckiest-guy: 400
m-plus-1p: 700
maven-pro: 600
merriweather-sans: 600
michroma: 400
mochiy-pop-one: 400
monda: 700
montserrat: 600
montserrat-alternates: 600
mouse-memoirs: 400
mukta: 600
nanum-gothic: 700
nanum-gothic-coding: 700
neucha: 400
norwester: 400
noto-sans-mono: 600
nova-square: 400
onest: 600
open-sans-condensed: 700
orienta: 400
outfit: 500
oxanium: 600
oxygen: 700
passion-one: 400
patrick-hand: 400
patua-one: 400
paytone-one: 400
permanent-marker: 400
plus-jakarta-sans: 600
public-sans: 600
questrial: 400
quicksand: 700
radio-canada-big: 600
rammetto-one: 400
red-hat-mono: 600
reddit-sans: 600
righteous: 400
roboto-mono: 600
roboto-slab: 600
rokkitt: 600
rowdies: 400
rubik: 500
rubik-mono-one: 400
russo-one: 400
schoolbell: 400
sen: 700
short-stack: 400
sigmar-one: 400
sniglet: 400
sora: 600
source-code-pro: 600
source-sans-3: 600
space-grotesk: 600
space-mono: 700
special-elite: 400
spline-sans: 600
spline-sans-mono: 600
stack-sans-notch: 600
sunflower: 500
syncopate: 700
teko: 500
tinos: 700
titan-one: 400
unbounded: 500
urbanist: 600
victor-mono: 600
vt323: 400
work-sans: 600
yanone-kaffeesatz: 600
yantramanav: 700
yusei-magic: 400
zen-dots: 400
zen-maru-gothic: 700
zilla-slab: 600
biz-udgothic: 700
sometype-mono: 600
tajawal: 700
tenor-sans: 400
hind-madurai: 600
iosevka: 700
commit-mono: 700
fragment-mono: 400
science-gothic: 600
funnel-display: 600
hanken-grotesk: 600
big-shoulders-text: 700
ia-writer-mono: 700
jetbrains-mono: 700
sawarabi-gothic: 400
golos-text: 600
manrope: 700
lexend-zetta: 500
hind: 600
noto-sans-sc/chinese-simplified: 300 500 700 800 900
noto-serif-sc/chinese-simplified: 500 700 900
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
tektur: standard
noto-sans: standard
open-sans: standard
hubot-sans: standard
sono: wght
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

from_npm() { # folder scope suffix line...: the faces of several packages, by one run of npm
    local folder=$1 scope=$2 suffix=$3 line package script weight weights name packed
    shift 3
    packed=$(mktemp -d "$work/npm.XXXXXX")
    pack "$packed" "$scope" "$@"
    for line in "$@"; do
        IFS=: read -r package weights <<<"$line"
        script=$(script_of "$package") package=${package%/*}
        name=$(ls "$packed" | grep -E "^${scope#@}-$package-[0-9]+\.[0-9]+\.[0-9]+\.tgz$" | head -n 1)
        for weight in $weights; do
            [[ -s $folder/$package-$script-$weight-normal.$suffix ]] && continue
            if [[ -z $name ]] ||
                ! tar xzf "$packed/$name" -C "$packed" "package/files/$package-$script-$weight-normal.$suffix" 2>/dev/null; then
                echo "$scope/$package/$weight" >>"$missing"
                continue
            fi
            mv "$packed/package/files/$package-$script-$weight-normal.$suffix" "$folder/"
        done
    done
}

pack() { # folder scope line...: the archives of the packages; where npm lacks one of them, those of the others
    local folder=$1 scope=$2 line names=()
    shift 2
    for line in "$@"; do line=${line%%:*} && names+=("$scope/${line%/*}"); done
    (cd "$folder" && npm pack --silent "${names[@]}" >npm.log 2>&1) && return
    for line in "${names[@]}"; do (cd "$folder" && npm pack --silent "$line" >>npm.log 2>&1) || true; done
}

script_of() { if [[ $1 == */* ]]; then echo "${1#*/}"; else echo latin; fi; }

all_from_npm() { # folder scope suffix list: the faces that are not there yet, several packages at once
    local package weights weight wanted=() at
    while IFS=: read -r package weights; do
        for weight in $weights; do
            [[ -s $1/${package%/*}-$(script_of "$package")-$weight-normal.$3 ]] && continue
            wanted+=("$package:$weights")
            break
        done
    done <<<"$4"
    for ((at = 0; at < ${#wanted[@]}; at += in_one)); do
        while (($(jobs -rp | wc -l) >= at_once)); do wait -n || true; done
        from_npm "$1" "$2" "$3" "${wanted[@]:at:in_one}" &
    done
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
