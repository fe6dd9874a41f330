-- Since 0.2.0: whether sources are read in windows is asked as birth_caller, as which they are read.
GRANT SELECT ON {S}.birth_setting TO birth_caller;
