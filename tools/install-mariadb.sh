#!/bin/sh
# Sources of the kind SQL are tested on a real MariaDB.
set -eu
PATH="$PATH:/usr/sbin"
command -v mariadbd >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq mariadb-server-core >/dev/null
else
    echo "mariadbd is missing. On Debian and Ubuntu: sudo apt install mariadb-server-core. Then run make again." >&2
    exit 1
fi
