from hypothesis import settings

# `make test-unit` is to answer while one waits; `make test` tries as many as hypothesis wants.
settings.register_profile("quick", max_examples=25)
