#!/bin/sh
# The store of kept answers is tested on a real Redis.
set -eu
command -v redis-server >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq redis-server >/dev/null
else
    echo "redis-server is missing. On Debian and Ubuntu: sudo apt install redis-server. Then run make again." >&2
    exit 1
fi
