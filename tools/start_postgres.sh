#!/usr/bin/env bash
# Start a PostgreSQL server of our own for the tests, on loopback and with a folder and a password of its own, and print
# the address of an empty database in it:  export OUTPRODUCE_TEST_POSTGRES=$(tools/start_postgres.sh)
# It needs Debian's package postgresql (initdb and pg_ctl). Stop it with: tools/start_postgres.sh --stop ADDRESS
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1) || true
if [ -z "$bin" ]; then
  echo "there is no PostgreSQL under /usr/lib/postgresql; install it with: apt-get install postgresql" >&2
  exit 1
fi
as=()
if [ "$(id -u)" = 0 ]; then as=(runuser -u postgres --); fi # the server refuses to run as root
if [ "${1:-}" = --stop ]; then
  port=${2##*:} && port=${port%%/*}
  folder=/tmp/outproduce-postgres.$port
  cd /tmp && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m fast -w stop >/dev/null
  rm -rf "$folder"
  exit 0
fi
password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
folder=/tmp/outproduce-postgres.$port
mkdir -m 700 "$folder"
printf %s "$password" > "$folder/password"
if [ "$(id -u)" = 0 ]; then chown -R postgres "$folder"; fi
cd "$folder"
"${as[@]}" "$bin/initdb" -D "$folder/data" -U outproduce -A scram-sha-256 --pwfile="$folder/password" -E UTF8 \
  --locale=C.UTF-8 >/dev/null
options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder -c fsync=off"
"${as[@]}" "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "$options" start >/dev/null 2>&1 </dev/null
echo "postgresql://outproduce:$password@127.0.0.1:$port/postgres"
