#!/bin/sh
# by-hand.sh VERB ...: the program as domo-reconcile.service runs it, in the archive's folder: as its user, with the secret that only it reads.
# For root, since a review and an apply are somebody's act and no unit's: by-hand.sh review latest; by-hand.sh apply latest --by ana@example.com
set -eu
exec systemd-run --pipe --wait --collect --quiet --uid=domo-reconcile --working-directory=/var/lib/domo-reconcile \
    --property=UMask=0077 --property=EnvironmentFile=-/etc/domo-reconcile/environment \
    --property=LoadCredential=client-secret:/etc/domo-reconcile/client-secret \
    sh -c 'DOMO_CLIENT_SECRET_FILE=$CREDENTIALS_DIRECTORY/client-secret exec /usr/bin/domo-reconcile "$@"' domo-reconcile "$@"
