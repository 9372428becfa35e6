#!/bin/sh
# Makes .venv anew with the locked dependencies; `setup.sh tests` sees to what only tests need.
# Called by make; safe to call again.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@" 2>/dev/null; fi
}
apt_install() {
    command -v apt-get >/dev/null || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$@" >/dev/null 2>&1 && return
    as_root apt-get update -qq >/dev/null 2>&1 || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y "$@" >/dev/null 2>&1
}

if [ "${1:-}" = tests ]; then
    # the real daemon starts a night in one, in another a tool writes the archive
    for part in cron wget; do
        command -v "$part" >/dev/null || apt_install "$part" ||
            say "$part is not installed and cannot be had without root: its test will be skipped (apt-get install $part)"
    done
    exit 0
fi

command -v "$PYTHON" >/dev/null || { say "Python 3.11 or newer is needed: apt-get install python3, or make PYTHON=/path/to/python3"; exit 1; }
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    say "$("$PYTHON" --version) is too old, 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
# Debian's python3 has no ensurepip until its package python3-venv is there
if ! "$PYTHON" -c 'import ensurepip' 2>/dev/null && ! apt_install python3-venv; then
    say "Python cannot make virtual environments here: run 'apt-get install python3-venv' as root, then this again"
    exit 1
fi
say "Setting up .venv (once; a minute or so)"
# Each environment is a folder of its own, .venv a link to the one in use: a build that
# fails changes nothing, and a night that is on keeps the one it was started from.
fresh=.venvs/$(date -u +%Y%m%dT%H%M%SZ)-$$
undo() {
    rm -rf "$fresh"
    say "The set-up failed, .venv is as it was"
}
trap undo EXIT
trap 'exit 1' INT TERM HUP
"$PYTHON" -m venv "$PWD/$fresh"
# twice quiet: errors only; some indexes are worth a hundred warnings
"$fresh/bin/python" -m pip install --quiet --quiet --disable-pip-version-check \
    --require-hashes --requirement requirements.lock
touch "$fresh/.stamp"
former=$(readlink .venv || true)
[ -L .venv ] || [ ! -e .venv ] || mv .venv .venvs/folder # as setups of before made it
ln -s "$fresh" "$fresh/link"
mv -fT "$fresh/link" .venv
trap - EXIT
mkdir -p var
for old in .venvs/*; do
    [ "$old" = "$fresh" ] || [ "$old" = "$former" ] || rm -rf "$old"
done
