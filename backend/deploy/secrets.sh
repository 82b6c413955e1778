#!/bin/sh
# Creates every secret of a deployment once: `secrets.sh FOLDER`, by default in the folder `secrets` beside this file.
# secrets.example describes each file. Existing files are not changed, so the script can run again.
set -eu
umask 077

folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
cd "$folder"

# A letter first: NATS parses a password from the environment like its configuration, where digits are a number.
random() {
    printf 'p%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}

# Writes stdin to a file unless it exists. The containers read it as other users, so the mode of the folder
# protects it.
keep() {
    if [ -e "$1" ]; then
        echo "$1 is there and stays as it is"
        cat > /dev/null
    else
        cat > "$1"
        chmod 644 "$1"
    fi
}

# The password of a user: the existing one, or a new one.
password() {
    [ -e "passwords/$1" ] || { mkdir -p passwords && random > "passwords/$1"; }
    cat "passwords/$1"
}

for service in auth tickets orders payments expiration; do
    keep "$service.env" << END
TICKETING_DATABASE_URL=postgres://$service:$(password "postgres-$service")@postgres:5432/ticketing?sslmode=disable
END
    keep "$service.nats" << END
$service:$(password "nats-$service")
END
done

# The role and the user that create tables and streams.
keep migrate.env << END
TICKETING_DATABASE_URL=postgres://migrate:$(password postgres-migrate)@postgres:5432/ticketing?sslmode=disable
END
keep operator.nats << END
operator:$(password nats-operator)
END

keep sessions.env << END
TICKETING_JWT_KEY=$(random)
END

# 32 bytes in base64. A new key changes the codes of all passes, so keep it.
keep passes.env << END
TICKETING_PASS_KEY=$(head -c 32 /dev/urandom | base64 | tr -d '\n')
END

# Empty: the simulated card provider. secrets.example describes the content.
keep stripe.env << END
END

keep nats.env << END
NATS_AUTH_PASSWORD=$(password nats-auth)
NATS_TICKETS_PASSWORD=$(password nats-tickets)
NATS_ORDERS_PASSWORD=$(password nats-orders)
NATS_PAYMENTS_PASSWORD=$(password nats-payments)
NATS_EXPIRATION_PASSWORD=$(password nats-expiration)
NATS_OPERATOR_PASSWORD=$(password nats-operator)
NATS_CLUSTER_PASSWORD=$(password nats-cluster)
END

keep postgres.env << END
POSTGRES_PASSWORD=$(password postgres-superuser)
MIGRATE_PASSWORD=$(password postgres-migrate)
AUTH_PASSWORD=$(password postgres-auth)
TICKETS_PASSWORD=$(password postgres-tickets)
ORDERS_PASSWORD=$(password postgres-orders)
PAYMENTS_PASSWORD=$(password postgres-payments)
EXPIRATION_PASSWORD=$(password postgres-expiration)
END
