#!/usr/bin/env bash
# Fetches an RTSP server, with which the tests play camera, into a folder that git ignores:
# scripts/fetch_rtsp_server.sh [DIR=.rtsp]
#
# It is GStreamer's (gst-rtsp-server), from Debian packages (apt-get download); nothing is installed. DIR/lib gets the
# libraries, DIR/plugins the few plugins that tests/video/rtsp_server.py needs. Exits 1 where one is missing.
set -euo pipefail

dir=${1:-.rtsp}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# a line for each package, with the names that it has in other releases of Debian and Ubuntu
packages="
libgstrtspserver-1.0-0
libgstreamer1.0-0
libgstreamer-plugins-base1.0-0
libgstreamer-plugins-bad1.0-0
gstreamer1.0-plugins-base
gstreamer1.0-plugins-good
gstreamer1.0-plugins-bad
libglib2.0-0 libglib2.0-0t64
liborc-0.4-0 liborc-0.4-0t64
libunwind8
libdw1 libdw1t64
libelf1 libelf1t64
"
plugins="app coreelements multifile rtp rtpmanager udp videoparsersbad"
libraries="libgst libglib-2.0 libgobject-2.0 libgio-2.0 libgmodule-2.0 liborc-0.4 libunwind libdw libelf"

download() { # name...: the first one that there is
    local name
    for name in "$@"; do
        (cd "$work" && apt-get download -qq "$name" >>apt.log 2>&1 && dpkg-deb -x "$name"_*.deb unpacked) && return
    done
    echo "could not get $1; if apt finds no package, run 'apt-get update' first" >&2
    exit 1
}

while read -r names; do
    # shellcheck disable=SC2086  # a list of words
    [[ -z $names ]] || download $names
done <<<"$packages"

rm -rf "$dir/lib" "$dir/plugins"
mkdir "$dir/lib" "$dir/plugins"
for library in $libraries; do
    find "$work/unpacked" -name "$library*.so*" -not -path '*/gstreamer-1.0/*' -exec cp -P {} "$dir/lib/" \;
done
for plugin in $plugins; do
    find "$work/unpacked" -name "libgst$plugin.so" -path '*/gstreamer-1.0/*' -exec cp {} "$dir/plugins/" \;
    [[ -s $dir/plugins/libgst$plugin.so ]] || { echo "could not get the plugin $plugin" >&2; exit 1; }
done
lost=$(LD_LIBRARY_PATH=$dir/lib ldd "$dir"/lib/libgstrtspserver-1.0.so.0 "$dir"/plugins/*.so | grep 'not found' | sort -u || true)
[[ -z $lost ]] || { echo "libraries are missing: $lost" >&2; exit 1; }
echo "GStreamer's RTSP server is in $dir"
