#!/usr/bin/env bash
# Fails, with the offending lines, where an include crosses a wall of the house.
set -u
root=$1
status=0

# forbid WHAT PATTERN FOLDER...: no source in the folders includes what the pattern matches.
forbid() {
  local what=$1 pattern=$2
  shift 2
  local found
  found=$(cd "$root" && grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" "$@")
  if [ -n "$found" ]; then
    printf '%s:\n%s\n' "$what" "$found"
    status=1
  fi
}

forbid "iso8583 includes the engine, Asio or Beast" 'engine/|boost/(asio|beast)' iso8583
forbid "engine includes iso8583, Asio or Beast" 'iso8583/|boost/(asio|beast)' engine

# Private headers: what lies in src/ of a library is included by that library alone.
private_names() { (cd "$root/$1/src" && ls ./*.hpp 2>/dev/null | sed 's|^\./||'); }
for library in iso8583 engine; do
  for header in $(private_names "$library"); do
    forbid "a private header of $library is used outside" "(\\.\\./)*($library/src/)?$header[\">]" src tools
  done
  if grep -nE "target_include_directories\($library PUBLIC[^)]*src" "$root/$library/CMakeLists.txt" |
    grep -v 'PRIVATE src'; then
    echo "$library/CMakeLists.txt makes src/ public"
    status=1
  fi
done
exit $status
