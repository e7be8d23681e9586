#!/bin/sh
# Writes who may sign in, from the environment, and serves.
set -eu
umask 077
printf '"sayso" "%s"\n"sayso_reader" "%s"\n' "$OWNER_PASSWORD" "$READER_PASSWORD" >/etc/pgbouncer/userlist.txt
exec pgbouncer /etc/pgbouncer/pgbouncer.ini
