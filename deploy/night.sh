#!/bin/sh
# One night, started by cron: at most one run per UTC day and never two at once.
#
# cron starts this every hour; it goes on only in the hour NIGHT_HOUR_UTC. Debian's cron
# knows no time zone per line, and a local time inside the gap of a clock change is
# skipped or doubled; an hour of UTC is not.
#
# Environment (the cron file, not .env), all with a default: NIGHT_HOUR_UTC (09),
# NIGHT_ARGUMENTS (further arguments of the crawl), UDN_ENV (a file with settings, default
# .env of the project). That file is read by the program, never by a shell.
# Exit code: that of `scrapy crawl` (README, "Exit codes"); 0 outside the hour;
# 3 when it cannot be started; 5 when a night is still running.
set -u
umask 027
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LANG=C.UTF-8
TZ=UTC
export PATH LANG TZ
cd "$(dirname "$0")/.." || exit 3
scrapy=.venv/bin/scrapy

hour=${NIGHT_HOUR_UTC:-09}
[ "$hour" = any ] || [ "$(date -u +%H)" = "$hour" ] || exit 0

# "VAR_DIR" as every command sees it; where that cannot be had, the log goes to var/
ready=yes
var=$("$scrapy" settings --get VAR_DIR 2>/dev/null </dev/null) || ready=no
[ "$ready" = yes ] || var=${VAR_DIR:-var}
if ! mkdir -p "$var/log"; then
    echo "night: VAR_DIR cannot be made: the log goes to $PWD/var/log" >&2
    var=var
    mkdir -p "$var/log" || exit 3
fi
log=$var/log/night-$(date -u +%Y-%m-%d).log
say() { echo "$(date -u +%FT%TZ) night: $*" >>"$log"; }
# for the log, and for cron, which mails it
stop() {
    say "$2"
    say "exit $1"
    echo "night: $2; see $log" >&2
    exit "$1"
}

[ -x "$scrapy" ] || stop 3 "$PWD/.venv is not there: make setup"
if [ "$ready" = no ]; then
    "$scrapy" settings --get VAR_DIR >>"$log" 2>&1 </dev/null
    stop 3 "the settings cannot be read"
fi
exec 9>"$var/night.lock"
if ! flock -n 9; then
    say "another one is still running"
    exit 5
fi
say start
# shellcheck disable=SC2086 # arguments are words
"$scrapy" crawl udn_world ${NIGHT_ARGUMENTS:-} >>"$log" 2>&1 9>&- </dev/null
code=$?
say "exit $code"
exit "$code"
