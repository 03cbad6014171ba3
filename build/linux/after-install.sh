#!/bin/sh
# Runs after the deb or rpm package was installed or updated.
set -e
resources=/usr/lib/emulsion/resources

# An AppArmor that does not know this kind of profile, as in Ubuntu 22.04, does not forbid user namespaces either.
if [ -d /etc/apparmor.d ] && command -v apparmor_parser >/dev/null; then
  if apparmor_parser --skip-kernel-load --skip-cache "$resources/apparmor-profile" >/dev/null 2>&1; then
    cp "$resources/apparmor-profile" /etc/apparmor.d/emulsion
    # In a chroot or an image that is being made, the profile is loaded at the next start.
    apparmor_parser --replace --write-cache /etc/apparmor.d/emulsion 2>/dev/null || true
  fi
fi

# "Restore with Emulsion" in the menus of Dolphin and Nautilus.
mkdir -p /usr/share/kio/servicemenus /usr/share/nautilus-python/extensions
cp "$resources/servicemenu.desktop" /usr/share/kio/servicemenus/emulsion.desktop
cp "$resources/nautilus.py" /usr/share/nautilus-python/extensions/emulsion.py

mkdir -p /usr/share/mime/packages
cp "$resources/emulsion-mime.xml" /usr/share/mime/packages/emulsion.xml
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
if command -v update-desktop-database >/dev/null; then update-desktop-database -q || true; fi
