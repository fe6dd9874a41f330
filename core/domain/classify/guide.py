"""Tiers and the parts of a score in words. A test holds the names against those that ranking gives."""

from core.domain.classify.ranking import REJECTED
from core.domain.classify.suggestion import LIKELY, OPEN, SAFE

TIERS = {
    SAFE: "safe to accept unseen: declared or proven, no other candidate is close, and no doubt is left.",
    LIKELY: "likely: at least one doubt is left. Check the evidence and the resulting codes, then accept.",
    OPEN: "open: no candidate is more likely than all others together, or none was found. Ask the table's owner.",
}
PARTS = {
    "declared": "a primary key or a unique constraint: a promise that the database keeps.",
    "meaning": "a declared code that people made: it outlives the database that a number belongs to.",
    "structure": "the columns join two tables or number the parts of a parent; a surrogate beside them loses points.",
    "referenced": "other tables refer to these columns.",
    "shared": "other tables name these rows by the same column.",
    "names": "the name means an id, a code, a reference, a label, or something that changes.",
    "position": "identities stand at the front of a table.",
    "size": "each further column costs points.",
    "nullable": "NULL is allowed, in a table that forbids it elsewhere.",
    "type": "types that seldom identify: booleans, enums, dates, moments, fractions.",
    "values": "numbers without gaps and codes of one pattern gain points, prose loses them.",
    "length": "long codes are hard to read and compare.",
    "chance": "few rows, or many different values: unique perhaps by accident.",
    "chosen so for sister tables": "people chose the same in tables of the same kind.",
    REJECTED: "people passed the same over, or took it back, in tables of the same kind.",
}
