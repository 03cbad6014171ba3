#!/bin/sh
# Runs after the deb or rpm package was removed, and also during an update, when nothing must go: dpkg then says `upgrade`,
# rpm the number of versions that stay.
set -e
case "$1" in
  remove | purge | 0) ;;
  *) exit 0 ;;
esac

if [ -f /etc/apparmor.d/emulsion ]; then
  if command -v apparmor_parser >/dev/null; then apparmor_parser --remove /etc/apparmor.d/emulsion 2>/dev/null || true; fi
  rm -f /etc/apparmor.d/emulsion
fi
rm -f /usr/share/kio/servicemenus/emulsion.desktop /usr/share/nautilus-python/extensions/emulsion.py
rm -f /usr/share/mime/packages/emulsion.xml
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database -q || true; fi
