#!/bin/sh
# The console is tested in a real browser.
set -eu
for name in chromium chromium-browser google-chrome; do command -v $name >/dev/null && exit 0; done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null
else
    echo "Chromium is missing. On Debian and Ubuntu: sudo apt install chromium. Then run make again." >&2
    exit 1
fi
