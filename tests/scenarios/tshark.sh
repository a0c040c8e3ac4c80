#!/usr/bin/env bash
# Wireshark reads what holdfast writes: replays traces with --pcap, lets tshark decode the capture,
# and compares MTI, STAN, amount and response code of every message with what holdfast says of it.
# 77 where tshark is not installed.
#
#   tshark.sh SCENARIO_RUNNER HOLDFAST DIALECTS RULES TRACE…
set -euo pipefail

command -v tshark >/dev/null || { echo "tshark is not installed: skipped"; exit 77; }
runner=$1 holdfast=$2 dialects=$3 rules=$4
shift 4

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# "MTI STAN AMOUNT CODE" of each line that replay --print writes; amounts in minor units, "-" for
# what is not there. A message that holdfast cannot read has no line here.
said_by_holdfast() {
  awk -F ' · ' '
    !/^(->|  <-) / || /not readable/ { next }
    {
      split($1, words, " "); mti = words[2]; stan = amount = code = "-"
      for (i = 2; i <= NF; ++i) {
        if ($i ~ /^stan /) stan = substr($i, 6)
        else if ($i ~ /^code /) code = substr($i, 6)
        else if ($i ~ /^[0-9.]+ [A-Z0-9][A-Z0-9][A-Z0-9]$/) { amount = $i; sub(/ .*/, "", amount); sub(/\./, "", amount); amount += 0 }
      }
      print mti, stan, amount, code
    }' "$1"
}

# The same of each message that tshark decodes, without those it calls malformed.
said_by_tshark() {
  tshark -n -r "$1" -d tcp.port==8584,iso8583 -Y 'iso8583 && !_ws.malformed' \
    -o 'iso8583.len_endian:Big endian' \
    -o 'iso8583.charset:Digits represented as ASCII Characters' \
    -o 'iso8583.binencode:Bin data represented as Hex Ascii characters' \
    -T fields -E separator=, -E occurrence=f \
    -e iso8583.mti -e iso8583.bit11 -e iso8583.bit4 -e iso8583.bit39 2>/dev/null |
    awk -F , '{ print $1, $2 == "" ? "-" : $2, $3 == "" ? "-" : $3 + 0, $4 == "" ? "-" : $4 }'
}

for trace in "$@"; do
  name=$(basename "$trace" .trace)
  capture=$folder/$name.pcap
  "$runner" "$holdfast" "$dialects" "$rules" "$trace" --print --pcap "$capture" >"$folder/printed"
  said_by_holdfast "$folder/printed" >"$folder/holdfast"
  said_by_tshark "$capture" >"$folder/tshark"
  [ -s "$folder/holdfast" ] || { echo "$name: holdfast said nothing"; exit 1; }
  diff -u --label "holdfast: $name" --label "tshark: $name" "$folder/holdfast" "$folder/tshark"
  echo "$name: $(wc -l <"$folder/tshark") messages agree"
done
