from hypothesis import HealthCheck, settings

# No test depends on how fast the machine is.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
# `make test-unit` is to answer while one waits; `make test` tries as many examples as hypothesis wants.
settings.register_profile("quick", settings.get_profile("patient"), max_examples=10, database=None)
