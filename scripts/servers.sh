# A private PostgreSQL and Redis on loopback for tests and load runs: own folder, free ports, removed afterwards. Sourced, not run.
# start_servers sets SERVERS_DATABASE_URL and SERVERS_REDIS_URL; stop_servers ends both by their own process ids.

free_port() { "$PY" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# initdb refuses root: run as an unprivileged user when we are root.
as_server() {
  if [ "$(id -u)" = 0 ]; then runuser -u "$SERVERS_USER" -- "$@"; else "$@"; fi
}

start_servers() {
  SERVERS_DIR=$(mktemp -d "${TMPDIR:-/tmp}/portal-servers-XXXXXX")
  SERVERS_USER=postgres
  id postgres >/dev/null 2>&1 || SERVERS_USER=nobody
  [ "$(id -u)" = 0 ] && chown "$SERVERS_USER" "$SERVERS_DIR"
  local bin
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  [ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb)")
  SERVERS_PG_PORT=$(free_port)
  (cd "$SERVERS_DIR" && as_server "$bin/initdb" -D "$SERVERS_DIR/pg" -U portal --auth=trust --no-sync -E UTF8 --locale=C.UTF-8 >"$SERVERS_DIR/initdb.log")
  (cd "$SERVERS_DIR" && as_server "$bin/postgres" -D "$SERVERS_DIR/pg" -p "$SERVERS_PG_PORT" -k "$SERVERS_DIR" \
    -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off -c full_page_writes=off >"$SERVERS_DIR/postgres.log" 2>&1) &
  SERVERS_PG_PID=$!
  SERVERS_REDIS_PORT=$(free_port)
  redis-server --port "$SERVERS_REDIS_PORT" --bind 127.0.0.1 --save '' --appendonly no --dir "$SERVERS_DIR" >"$SERVERS_DIR/redis.log" 2>&1 &
  SERVERS_REDIS_PID=$!
  local try
  for try in $(seq 100); do
    if "$bin/pg_isready" -q -h 127.0.0.1 -p "$SERVERS_PG_PORT" -U portal && redis-cli -p "$SERVERS_REDIS_PORT" ping >/dev/null 2>&1; then
      "$bin/createdb" -h 127.0.0.1 -p "$SERVERS_PG_PORT" -U portal portal
      SERVERS_DATABASE_URL=postgres://portal@127.0.0.1:$SERVERS_PG_PORT/portal
      SERVERS_REDIS_URL=redis://127.0.0.1:$SERVERS_REDIS_PORT/0
      return 0
    fi
    sleep 0.1
  done
  tail -5 "$SERVERS_DIR"/*.log >&2
  fail "PostgreSQL or Redis did not start"
}

stop_servers() {
  [ -n "${SERVERS_REDIS_PID:-}" ] && kill "$SERVERS_REDIS_PID" 2>/dev/null
  # the first line of postmaster.pid is the server itself, not the shell that started it
  [ -f "${SERVERS_DIR:-}/pg/postmaster.pid" ] && kill -INT "$(head -1 "$SERVERS_DIR/pg/postmaster.pid")" 2>/dev/null
  wait "${SERVERS_REDIS_PID:-}" "${SERVERS_PG_PID:-}" 2>/dev/null
  [ -n "${SERVERS_DIR:-}" ] && rm -rf "$SERVERS_DIR"
  return 0
}
