#!/bin/sh
# smoke.sh HOLDFAST CONFIG_FOLDER DATA_FOLDER: all parts of the bench, as short as they can be.
set -eu

report=$("$1" bench --accounts 1000 --connections 8 --window 1,4 --rounds 1 --seconds 1 \
  --warm-up 0.2 --verify --json --config-dir "$2" --dir "$3")

fail() {
  echo "bench-smoke: $1" >&2
  echo "$report" >&2
  exit 1
}
count() {
  echo "$report" | grep -o "$1" | wc -l
}

# Two steps of three targets each.
[ "$(count '"messages_per_second":[1-9]')" -eq 6 ] || fail "figures are missing"
[ "$(count '"approved":[1-9]')" -eq 6 ] || fail "replies were not checked"
[ "$(count '"declined":{},"wrong":0')" -eq 6 ] || fail "a reply was not an approval"
[ "$(count '"ratio":[0-9]')" -eq 2 ] || fail "ratios are missing"
[ "$(count '"allocations":0')" -ge 8 ] || fail "dialects are missing"
[ "$(count '"verification":')" -eq 1 ] || fail "the journal was not verified"

# Two files of 500 records, alone and beside authorizations; then two starts.
report=$("$1" bench clearing --accounts 1000 --records 500 --rate 200 --seconds 1 --warm-up 0.2 \
  --verify --json --config-dir "$2" --dir "$3")
[ "$(count '"records_per_second":[1-9]')" -eq 2 ] || fail "ingestion was not measured"
[ "$(count '"count":[1-9]')" -eq 2 ] || fail "authorizations were not measured"
[ "$(count '"p99_ratio":[0-9]')" -eq 1 ] || fail "the ratio is missing"
[ "$(count '"verification":')" -eq 1 ] || fail "the journal was not verified"

report=$("$1" bench recover --accounts 1000 --records 500 --json --config-dir "$2" --dir "$3")
[ "$(count '"accounts":1000,"cards":1000')" -eq 2 ] || fail "accounts are missing"
[ "$(count '"events_per_second":[1-9]')" -ge 1 ] || fail "recovery was not measured"

[ -z "$(find "$3" -maxdepth 1 -name 'holdfast-bench-*')" ] || fail "data was left behind"
