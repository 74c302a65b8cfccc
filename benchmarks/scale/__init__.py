"""How far replicas on one PostgreSQL go: what is started, sent, and measured of them."""
