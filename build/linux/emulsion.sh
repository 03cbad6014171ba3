#!/bin/sh
# Starts the window. Chromium ends at once where the system does not allow its sandbox, and says so only on a terminal, so
# this says it to the person.
#
# SECURITY: Emulsion never runs without the sandbox. The start script of AppImages would switch it off where user
# namespaces are forbidden, so that option is dropped.

here=$(dirname "$(readlink -f "$0")")

count=$#
while [ "$count" -gt 0 ]; do
  argument=$1
  shift
  count=$((count - 1))
  [ "$argument" = --no-sandbox ] || set -- "$@" "$argument"
done

"$here/emulsion.bin" "$@" &
window=$!
for signal in HUP INT TERM; do
  # shellcheck disable=SC2064
  trap "kill -s $signal $window" "$signal"
done
# A signal ends the first wait early.
wait "$window"
code=$?
while kill -0 "$window" 2>/dev/null; do
  wait "$window"
  code=$?
done

# 133: ended by SIGTRAP, as Chromium ends itself.
if [ "$code" -eq 133 ] && ! unshare --user --map-root-user true 2>/dev/null; then
  case ${LC_ALL:-${LC_MESSAGES:-$LANG}} in
    pt*)
      text='O Emulsion não pôde abrir: este sistema não permite a sandbox que protege você de arquivos maliciosos. Instale o pacote deb ou rpm do Emulsion, que traz a permissão necessária, ou peça a quem administra o computador que permita namespaces de usuário.'
      ;;
    *)
      text='Emulsion could not open: this system does not allow the sandbox that protects you from malicious files. Install the deb or rpm package of Emulsion, which brings the permission, or ask your administrator to allow user namespaces.'
      ;;
  esac
  echo "emulsion: $text" >&2
  if command -v zenity >/dev/null; then
    zenity --error --title=Emulsion --width=420 --text="$text" 2>/dev/null
  elif command -v kdialog >/dev/null; then
    kdialog --title Emulsion --error "$text" 2>/dev/null
  elif command -v xmessage >/dev/null; then
    xmessage -center "$text" 2>/dev/null
  fi
fi
exit "$code"
