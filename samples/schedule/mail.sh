#!/bin/sh
# mail.sh UNIT ADDRESS: mails how a unit's last run ended and what that run said. Nobody is named in it at the default log level.
set -eu
unit=$1 address=${2:-}
if [ -z "$address" ]; then
    echo "no address is named: nobody is mailed"
    exit 0
fi
property() { systemctl show --property="$1" --value "$unit"; }
result=$(property Result) code=$(property ExecMainStatus) run=$(property InvocationID)
case $result-$code in
success-0) ended="nothing at or above --fail-on" ;;
success-4) ended="findings to be decided" ;;
exit-code-3) ended="the evidence is incomplete" ;;
exit-code-8) ended="another run holds the archive" ;;
*) ended="it failed" ;;
esac
{
    printf 'To: %s\nSubject: Domo access review on %s: %s\nContent-Type: text/plain; charset=utf-8\n\n' "$address" "$(hostname)" "$ended"
    printf '%s: %s. Result %s, exit code %s.\n\n' "$unit" "$ended" "$result" "$code"
    # What the program said in that run, and what systemd said of it.
    journalctl "_SYSTEMD_INVOCATION_ID=$run" + "INVOCATION_ID=$run" --lines=40 --output=cat --no-pager
} | "${SENDMAIL:-/usr/sbin/sendmail}" -t
