# A throw-away PostgreSQL cluster for scripts, which source this file.
#
#   start_postgres   starts one and sets $postgres_url
#   stop_postgres    stops and removes it, if there is one

# PostgreSQL refuses to run as root: there the cluster belongs to the user postgres.
as_postgres() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_postgres() {
  local initdb port
  initdb=$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1)
  [ -n "$initdb" ] || return 1
  postgres_bin=$(dirname "$initdb")
  cluster=$(as_postgres mktemp -d "${TMPDIR:-/tmp}/zelos-postgres.XXXXXX") || return 1
  port=$((20000 + RANDOM % 20000))
  (cd "$cluster" &&
    as_postgres "$postgres_bin/initdb" -D "$cluster/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync &&
    as_postgres "$postgres_bin/pg_ctl" -D "$cluster/data" -l "$cluster/log" -w \
      -o "-p $port -k '$cluster' -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300" start) || return 1
  postgres_url="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
}

stop_postgres() {
  [ -n "${cluster:-}" ] || return 0
  (cd "$cluster" && as_postgres "$postgres_bin/pg_ctl" -D "$cluster/data" -m immediate stop) >/dev/null 2>&1
  rm -rf "$cluster"
  cluster=''
}
