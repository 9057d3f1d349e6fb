#!/bin/sh
# A role and a database of its own for every service whose pgpass file is there; changes nothing that is there already.
set -eu
PGPASSWORD=$(cat /run/secrets/postgres-password)
export PGPASSWORD PGHOST=postgres PGUSER=postgres
for file in /run/secrets/*-pgpass; do
  service=$(basename "$file" -pgpass)
  psql --quiet -v ON_ERROR_STOP=1 -v name="$service" -v password="$(cut -d: -f5 "$file")" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', :'name', :'password') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SQL
done
