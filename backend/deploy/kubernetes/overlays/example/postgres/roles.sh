#!/bin/sh
# The image of PostgreSQL runs this script once, at initialisation. It creates a schema for each service and a role that may read and
# write in that schema only; `migrate` creates the tables, with another role.
set -eu

role() {
    # secrets.sh generates the passwords: letters and digits.
    echo "CREATE ROLE $1 LOGIN PASSWORD '$2' NOSUPERUSER NOCREATEDB NOCREATEROLE;"
    echo "GRANT CONNECT ON DATABASE $POSTGRES_DB TO $1;"
}

schema() {
    cat << END
CREATE SCHEMA $1 AUTHORIZATION migrate;
GRANT USAGE ON SCHEMA $1 TO $2;
ALTER DEFAULT PRIVILEGES FOR ROLE migrate IN SCHEMA $1 GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO $2;
ALTER DEFAULT PRIVILEGES FOR ROLE migrate IN SCHEMA $1 GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO $2;
END
}

{
    echo "REVOKE ALL ON DATABASE $POSTGRES_DB FROM PUBLIC;"
    echo "REVOKE ALL ON SCHEMA public FROM PUBLIC;"
    role migrate "$MIGRATE_PASSWORD"
    role auth "$AUTH_PASSWORD"
    role tickets "$TICKETS_PASSWORD"
    role orders "$ORDERS_PASSWORD"
    role payments "$PAYMENTS_PASSWORD"
    role expiration "$EXPIRATION_PASSWORD"
    schema auth auth
    schema tickets tickets
    schema orders orders
    schema payments payments
    schema expiration expiration
    # The ledger of the simulated card provider; empty with Stripe.
    schema provider payments
} | psql --set ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB"
