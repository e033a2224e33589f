#!/usr/bin/env bash
# A script of a user's own, as people have them around rforge: it must go on working with every version.
#
#   PYTHONPATH=rforge bash tests/regression/test-user-scripts.sh FOLDER_OF_R_PACKAGES
#
# PYTHON names the Python to use (python3). Exit status: 0 everything is as ever, 1 something is not.
set -u

packages=$1
python=${PYTHON:-python3}
rforge() { "$python" -m rforge "$@"; }
passed=0 tried=0

expect() { # NAME EXPECTED FOUND
    tried=$((tried + 1))
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        printf 'not as ever: %s\n  expected: %s\n  found:    %s\n' "$1" "$2" "$3"
    fi
}

cd "$packages" || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The score of a package, for a badge.
score=$(rforge status medfit --format json |
    "$python" -c 'import json, sys; print(json.load(sys.stdin)["packages"][0]["score"] > 0)')
expect "the score of a package is in the json" True "$score"

# Every package's name and version, for a table.
table=$(rforge status --format json |
    "$python" -c 'import json, sys
for package in json.load(sys.stdin)["packages"]:
    if package["package"] in ("medfit", "probmed"):
        print(package["package"], bool(package["version"]))')
expect "every package has a name and a version" "medfit True
probmed True" "$table"

# Answers go to stdout and nothing else does.
rforge analyze medfit --format json >"$scratch/out" 2>"$scratch/err"
expect "an answer has status 0" 0 $?
expect "an answer leaves stderr empty" "" "$(cat "$scratch/err")"

# A failure stops a script, with its words on stderr.
mkdir "$scratch/empty"
rforge status --path "$scratch/empty" >"$scratch/out" 2>"$scratch/err"
expect "a failure has status 1" 1 $?
expect "a failure leaves stdout empty" "" "$(cat "$scratch/out")"

# What a pull request shows.
rforge status --format markdown | grep -q '^|.*medfit' && found=yes || found=no
expect "the markdown has a row for the package" yes "$found"

echo "$passed of $tried as ever"
[ "$passed" = "$tried" ]
