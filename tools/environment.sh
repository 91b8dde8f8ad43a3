#!/bin/sh
# Makes a virtual environment and installs a requirements file into it, unless that was done already.
#
#   tools/environment.sh FOLDER REQUIREMENTS
#
# PYTHON names the interpreter to make it with; without, the first of Python 3.11 to 3.13 that is found.
set -eu
folder=$1
requirements=$2

say() { printf 'dlviz: %s\n' "$1" >&2; }

# Whether $1 runs and is a version that all dependencies have wheels for.
suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }

# What was installed: the text of the file, and of those that it includes.
print_of() { cat requirements.txt "$1" | cksum; }

if [ -x "$folder/bin/python" ] && suits "$folder/bin/python"; then
    if [ "$(cat "$folder/installed-$requirements" 2>/dev/null)" = "$(print_of "$requirements")" ]; then
        exit 0
    fi
else
    if [ "$(uname -sm)" = "Darwin x86_64" ]; then
        say "PyTorch 2.13 is not built for Intel Macs; a Mac with Apple silicon and macOS 14, or Linux, is needed."
        exit 1
    fi
    found=
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python; do
        if suits "$candidate"; then found=$candidate; break; fi
    done
    if [ -z "$found" ]; then
        say "Python 3.11, 3.12 or 3.13 is needed and was not found (set PYTHON to its path if it is somewhere else)."
        exit 1
    fi
    if ! "$found" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        say "$found comes without its venv module; on Debian and Ubuntu: sudo apt install python3-venv"
        exit 1
    fi
    say "making a virtual environment with $("$found" --version)"
    "$found" -m venv --clear "$folder"
fi

say "installing $requirements (the first time this takes a few minutes)"
"$folder/bin/python" -m pip install -qq --disable-pip-version-check -r "$requirements"
print_of "$requirements" >"$folder/installed-$requirements"
print_of requirements.txt >"$folder/installed-requirements.txt"
