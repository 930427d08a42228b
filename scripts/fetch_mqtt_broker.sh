#!/usr/bin/env bash
# Fetches an MQTT broker, to which the tests tell of events, into a folder that git ignores:
# scripts/fetch_mqtt_broker.sh [DIR=.mosquitto]
#
# It is Eclipse Mosquitto, from Debian packages (apt-get download); nothing is installed. DIR gets the programs
# mosquitto and mosquitto_passwd, and DIR/lib the libraries that this machine has not. Exits 1 where one is missing.
set -euo pipefail

dir=${1:-.mosquitto}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$work"
# what an installation would bring, which names the libraries as this release of Debian or Ubuntu does
packages=$(apt-get install --simulate --no-install-recommends mosquitto 2>apt.log | awk '/^Inst/ {print $2}' || true)
for package in ${packages:-mosquitto}; do
    { apt-get download -qq "$package" >>apt.log 2>&1 && dpkg-deb -x "$package"_*.deb unpacked; } \
        || { echo "could not get $package; if apt finds no package, run 'apt-get update' first" >&2; exit 1; }
done

rm -rf "$dir/lib"
mkdir "$dir/lib"
cp unpacked/usr/sbin/mosquitto unpacked/usr/bin/mosquitto_passwd "$dir/"
find unpacked -path '*/lib/*' -name '*.so*' -exec cp -P {} "$dir/lib/" \;
lost=$(LD_LIBRARY_PATH=$dir/lib ldd "$dir/mosquitto" "$dir/mosquitto_passwd" | grep 'not found' | sort -u || true)
[[ -z $lost ]] || { echo "libraries are missing: $lost" >&2; exit 1; }
echo "the MQTT broker Mosquitto is in $dir"
