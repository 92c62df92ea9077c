#!/bin/sh
# Debian keeps Python's venv module in a package of its own; everywhere else it is there already.
set -eu
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
else
    echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt install python3-venv. Then run make again." >&2
    exit 1
fi
