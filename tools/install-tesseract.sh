#!/bin/sh
# Scanned pages and pictures are read by a real Tesseract.
set -eu
command -v tesseract >/dev/null && tesseract --list-langs 2>/dev/null | grep -qx eng && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq tesseract-ocr >/dev/null
else
    echo "Tesseract is missing. On Debian and Ubuntu: sudo apt install tesseract-ocr. Then run make again." >&2
    exit 1
fi
