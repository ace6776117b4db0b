"""The services in containers: image, databases, secrets (see docker-compose.yml)."""
