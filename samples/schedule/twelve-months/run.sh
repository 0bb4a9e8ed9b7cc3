#!/bin/sh
# Rehearses a year: twelve monthly audits of a small company over the sandbox, with joins, moves, departures, a changed rule and a month
# whose export is empty. No network beyond loopback, no credentials.
#
#   ./run.sh [FOLDER]        FOLDER (default ./twelve-months) must not exist; look at the last report in FOLDER/audits afterwards
#
# DOMO_RECONCILE names the program where it is not on the PATH.
set -eu

program=${DOMO_RECONCILE:-domo-reconcile}
case $program in
/*) ;;
*/*) program=$PWD/$program ;; # we change folders
esac
story=$(cd "$(dirname "$0")" && pwd)
folder=${1:-twelve-months}
mkdir "$folder"
cd "$folder"
cp "$story/users.jsonl" "$story/workers.csv" "$story/domo-reconcile.toml" .

edit() { # FILE SED-SCRIPT
    sed "$2" "$1" >"$1.new"
    mv "$1.new" "$1"
}

happens() { # in month $1
    case $1 in
    02) # Mara joins the company; her account comes a month later.
        echo '1013,Mara Novak,mara.novak@example.com,Analyst,Data,Active,2025-02-03,' >>workers.csv ;;
    03)
        echo '{"id":113,"email":"mara.novak@example.com","name":"Mara Novak","title":"Analyst","department":"Data","role":"Participant","employeeNumber":1013,"active":true,"createdAt":"2025-02-20T09:00:00Z"}' >>users.jsonl ;;
    04) # Somebody looks after the orphan: Olga was a contractor who is long gone.
        edit users.jsonl '/olga.petrova/s/"active": true/"active": false/' ;;
    05) # Deniz moves up, in the directory only.
        edit workers.csv '/Deniz Eren/s/,Analyst,/,Senior Analyst,/' ;;
    06) # Hugo leaves; his account stays.
        edit workers.csv '/Hugo Iversen/s/,Active,2021-03-08,/,Terminated,2021-03-08,2025-05-31/' ;;
    07) # Deniz moves again, before anybody updated Domo. Hugo's account is made an Admin, of all things.
        edit workers.csv '/Deniz Eren/s/,Finance,/,Data,/'
        edit users.jsonl '/hugo.iversen/s/"role": "Participant"/"role": "Admin"/' ;;
    08) # Domo follows Deniz.
        edit users.jsonl '/deniz.eren/s/"title": "Analyst", "department": "Finance"/"title": "Senior Analyst", "department": "Data"/' ;;
    09) # Hugo is switched off at last.
        edit users.jsonl '/hugo.iversen/s/"active": true/"active": false/' ;;
    10) # A rule changes: service accounts are not people. Nothing in the world does.
        printf '\n[[exclude]]\nemail = "svc-*@example.com"\nreason = "service accounts"\nowner = "data-platform@example.com"\n' >>domo-reconcile.toml ;;
    11) # The export arrives empty. Nobody is called an orphan for that, and nothing is called resolved.
        mv workers.csv workers.kept
        head -n 1 workers.kept >workers.csv ;;
    12) # The export is whole again, and somebody has switched Hugo's account back on.
        mv workers.kept workers.csv
        edit users.jsonl '/hugo.iversen/s/"active": false/"active": true/' ;;
    esac
}

month() { # MM, and the second its first day begins, UTC
    happens "$1"
    : >address
    "$program" sandbox --accounts users.jsonl --client-id rehearsal --client-secret rehearsal >address 2>sandbox.log &
    sandbox=$!
    trap 'kill $sandbox 2>/dev/null || true' EXIT
    until grep -q listening address; do
        kill -0 $sandbox || { cat sandbox.log >&2; exit 1; }
        sleep 0.05
    done
    echo "--- 2025-$1-01"
    code=0
    SOURCE_DATE_EPOCH=$2 DOMO_API_URL=$(sed -n 's/^listening on //p' address) DOMO_CLIENT_ID=rehearsal DOMO_CLIENT_SECRET=rehearsal \
        "$program" audit --config domo-reconcile.toml --archive audits -q || code=$?
    kill $sandbox
    wait $sandbox 2>/dev/null || true
    trap - EXIT
    # 3: the evidence is incomplete, which month 11 is meant to be.
    [ $code = 0 ] || [ "$1 $code" = "11 3" ] || exit $code
}

month 01 1735711200
month 02 1738389600
month 03 1740808800
month 04 1743487200
month 05 1746079200
month 06 1748757600
month 07 1751349600
month 08 1754028000
month 09 1756706400
month 10 1759298400
month 11 1761976800
month 12 1764568800

echo "---"
"$program" runs --archive audits
last=$("$program" runs --archive audits show latest --json | sed -n 's/^ *"path": "\(.*\)",*$/\1/p' | head -n 1)
"$program" verify "$last"
echo "The last report: $(pwd)/$last/report.html"
