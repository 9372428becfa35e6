#!/bin/sh
# One night, started by cron: at most one run per UTC day and never two at once.
#
# cron starts this every hour; it goes on only in the hour NIGHT_HOUR_UTC. Debian's cron
# knows no time zone per line, and a local time inside the gap of a clock change is
# skipped or doubled; an hour of UTC is not.
#
# Environment, all with a default: NIGHT_HOUR_UTC (09), UDN_ENV (a file with settings,
# default .env of the project), NIGHT_ARGUMENTS (further arguments of the crawl).
# Exit code: that of `scrapy crawl` (README, "Exit codes"); 0 outside the hour;
# 5 when a night is still running.
set -u
umask 027
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LANG=C.UTF-8
TZ=UTC
export PATH LANG TZ
cd "$(dirname "$0")/.." || exit 3

hour=${NIGHT_HOUR_UTC:-09}
[ "$hour" = any ] || [ "$(date -u +%H)" = "$hour" ] || exit 0

settings=$(realpath -m -- "${UDN_ENV:-.env}")
if [ -r "$settings" ]; then
    set -a
    # shellcheck disable=SC1090
    . "$settings"
    set +a
fi

var=${VAR_DIR:-var}
mkdir -p "$var/log" || exit 3
log=$var/log/night-$(date -u +%Y-%m-%d).log
exec 9>"$var/night.lock"
if ! flock -n 9; then
    echo "$(date -u +%FT%TZ) night: another one is still running" >>"$log"
    exit 5
fi
echo "$(date -u +%FT%TZ) night: start" >>"$log"
# shellcheck disable=SC2086 # arguments are words
.venv/bin/scrapy crawl udn_world ${NIGHT_ARGUMENTS:-} >>"$log" 2>&1 9>&- </dev/null
code=$?
echo "$(date -u +%FT%TZ) night: exit $code" >>"$log"
exit "$code"
