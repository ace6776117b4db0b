-- Roles and databases of a real PostgreSQL, 16 or newer, as shared/db/roles.py defines them (a test compares).
--
-- Run once as a superuser, with each password in the environment so that none stands in a file or command line:
--
--   INGEST_MIGRATOR_PASSWORD=… INGEST_APP_PASSWORD=… SCREENING_MIGRATOR_PASSWORD=… … \
--     psql --no-psqlrc --dbname postgres --file deploy/database/roles.sql
--
-- It may run again: roles and databases that exist stay, passwords are set anew.
\set ON_ERROR_STOP on

-- ingest
\getenv ingest_migrator_password INGEST_MIGRATOR_PASSWORD
\getenv ingest_app_password INGEST_APP_PASSWORD
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ingest_owner') THEN CREATE ROLE ingest_owner NOLOGIN; END IF; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ingest_migrator') THEN CREATE ROLE ingest_migrator LOGIN NOINHERIT; END IF; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ingest_app') THEN CREATE ROLE ingest_app LOGIN NOINHERIT; END IF; END $$;
ALTER ROLE ingest_migrator PASSWORD :'ingest_migrator_password';
ALTER ROLE ingest_app PASSWORD :'ingest_app_password';
GRANT ingest_owner TO ingest_migrator WITH INHERIT FALSE, SET TRUE;
SELECT 'CREATE DATABASE ingest OWNER ingest_owner TEMPLATE template0 ENCODING ''UTF8''' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'ingest') \gexec
\connect ingest
REVOKE ALL ON DATABASE ingest FROM PUBLIC;
GRANT CONNECT ON DATABASE ingest TO ingest_migrator, ingest_app;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ingest_migrator, ingest_app;
\connect postgres

-- screening
\getenv screening_migrator_password SCREENING_MIGRATOR_PASSWORD
\getenv screening_app_password SCREENING_APP_PASSWORD
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'screening_owner') THEN CREATE ROLE screening_owner NOLOGIN; END IF; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'screening_migrator') THEN CREATE ROLE screening_migrator LOGIN NOINHERIT; END IF; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'screening_app') THEN CREATE ROLE screening_app LOGIN NOINHERIT; END IF; END $$;
ALTER ROLE screening_migrator PASSWORD :'screening_migrator_password';
ALTER ROLE screening_app PASSWORD :'screening_app_password';
GRANT screening_owner TO screening_migrator WITH INHERIT FALSE, SET TRUE;
SELECT 'CREATE DATABASE screening OWNER screening_owner TEMPLATE template0 ENCODING ''UTF8''' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'screening') \gexec
\connect screening
REVOKE ALL ON DATABASE screening FROM PUBLIC;
GRANT CONNECT ON DATABASE screening TO screening_migrator, screening_app;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO screening_migrator, screening_app;
\connect postgres

-- sharing
\getenv sharing_migrator_password SHARING_MIGRATOR_PASSWORD
\getenv sharing_app_password SHARING_APP_PASSWORD
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sharing_owner') THEN CREATE ROLE sharing_owner NOLOGIN; END IF; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sharing_migrator') THEN CREATE ROLE sharing_migrator LOGIN NOINHERIT; END IF; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sharing_app') THEN CREATE ROLE sharing_app LOGIN NOINHERIT; END IF; END $$;
ALTER ROLE sharing_migrator PASSWORD :'sharing_migrator_password';
ALTER ROLE sharing_app PASSWORD :'sharing_app_password';
GRANT sharing_owner TO sharing_migrator WITH INHERIT FALSE, SET TRUE;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sharing_vault') THEN CREATE ROLE sharing_vault NOLOGIN NOINHERIT; END IF; END $$;
GRANT sharing_vault TO sharing_app WITH INHERIT FALSE, SET TRUE;
SELECT 'CREATE DATABASE sharing OWNER sharing_owner TEMPLATE template0 ENCODING ''UTF8''' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'sharing') \gexec
\connect sharing
REVOKE ALL ON DATABASE sharing FROM PUBLIC;
GRANT CONNECT ON DATABASE sharing TO sharing_migrator, sharing_app;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sharing_migrator, sharing_app;
\connect postgres

-- console
\getenv console_migrator_password CONSOLE_MIGRATOR_PASSWORD
\getenv console_app_password CONSOLE_APP_PASSWORD
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'console_owner') THEN CREATE ROLE console_owner NOLOGIN; END IF; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'console_migrator') THEN CREATE ROLE console_migrator LOGIN NOINHERIT; END IF; END $$;
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'console_app') THEN CREATE ROLE console_app LOGIN NOINHERIT; END IF; END $$;
ALTER ROLE console_migrator PASSWORD :'console_migrator_password';
ALTER ROLE console_app PASSWORD :'console_app_password';
GRANT console_owner TO console_migrator WITH INHERIT FALSE, SET TRUE;
SELECT 'CREATE DATABASE console OWNER console_owner TEMPLATE template0 ENCODING ''UTF8''' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'console') \gexec
\connect console
REVOKE ALL ON DATABASE console FROM PUBLIC;
GRANT CONNECT ON DATABASE console TO console_migrator, console_app;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO console_migrator, console_app;
\connect postgres
