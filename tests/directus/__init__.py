"""A real Directus in front of a database that the console watches: `make test-directus`."""
