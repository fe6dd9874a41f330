"""Each refusal, gate and constraint of the database is turned off, and the tests must notice."""
