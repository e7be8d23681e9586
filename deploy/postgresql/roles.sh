#!/bin/sh
# The database, who owns it, and who may only read. Run once, as a superuser, by the image or by hand.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres \
    --set=owner_password="$OWNER_PASSWORD" --set=reader_password="$READER_PASSWORD" <<'SQL'
CREATE ROLE sayso LOGIN PASSWORD :'owner_password';
CREATE ROLE sayso_reader LOGIN PASSWORD :'reader_password';
CREATE DATABASE sayso OWNER sayso ENCODING 'UTF8' TEMPLATE template0;
\connect sayso
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO sayso;
ALTER ROLE sayso SET jit = off;
ALTER ROLE sayso SET lock_timeout = '5s';
ALTER ROLE sayso_reader SET jit = off;
ALTER ROLE sayso_reader SET default_transaction_read_only = on;
ALTER DEFAULT PRIVILEGES FOR ROLE sayso IN SCHEMA public GRANT SELECT ON TABLES TO sayso_reader;
SQL
