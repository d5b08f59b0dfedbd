#!/usr/bin/env bash
# Plants one fault after the other into a copy of the engine and expects the differential test to find each of them.
#
# usage: run.sh [PATCH...]     (all patches beside this script if none is named)
#
# The copy is built in build/mutants without RocksDB and Redis stores; only what a patch touches is compiled again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${PLAYHEAD_MUTANTS_DIR:-$root/build/mutants}
commands=${PLAYHEAD_MUTANTS_COMMANDS:-400000}
[ $# -gt 0 ] || set -- "$here"/*.patch

rm -rf "$work/source"
mkdir -p "$work/source/benchmarks" "$work/build"
cp -a "$root"/{cmake,engine,backends,tests,CMakeLists.txt} "$work/source/"
cp -a "$root/benchmarks/CMakeLists.txt" "$work/source/benchmarks/"
# An object may be left from a patched source of the last time: these are compiled anew (or taken from the compiler cache).
sed -n 's|^+++ b/||p' "$here"/*.patch | sort -u | (cd "$work/source" && xargs touch)

build() { cmake --build "$work/build" --target test_differential >"$work/build.log" 2>&1; }
cmake -G Ninja -S "$work/source" -B "$work/build" -D CMAKE_BUILD_TYPE=RelWithDebInfo -D PLAYHEAD_ROCKSDB=OFF \
  -D PLAYHEAD_REDIS=OFF >"$work/configure.log" 2>&1 || { tail -n 20 "$work/configure.log"; exit 2; }
build || { tail -n 30 "$work/build.log"; exit 2; }
if ! "$work/build/tests/playhead_differential" --commands "$commands" --differences 1 >"$work/run.log" 2>&1; then
  echo "the engine differs from Redis without any fault planted; see $work/run.log"
  exit 2
fi

caught=0
missed=0
for patch in "$@"; do
  name=$(basename "$patch" .patch)
  patch -s -p1 -d "$work/source" <"$patch"
  begin=$SECONDS
  if ! build; then
    verdict="does not compile"
    missed=$((missed + 1))
  elif timeout 900 "$work/build/tests/playhead_differential" --commands "$commands" --differences 1 >"$work/run.log" 2>&1; then
    verdict="MISSED"
    missed=$((missed + 1))
  else
    verdict="caught: $(grep -m 1 -oE 'DIFFERENCE in [^ ]+' "$work/run.log" || tail -n 1 "$work/run.log")"
    caught=$((caught + 1))
  fi
  printf '%-45s %4d s  %s\n' "$name" $((SECONDS - begin)) "$verdict"
  patch -s -R -p1 -d "$work/source" <"$patch"
done
printf '%d passed, %d failed\n' "$caught" "$missed"
[ "$missed" -eq 0 ]
