"""The tables of the demo, by domain."""

from core.demo.shape import Collection
from core.demo.specs import content, crm, governed, helpdesk, knowledge, sales, taxonomy, workflow

COLLECTIONS: tuple[Collection, ...] = tuple(
    each
    for domain in (governed, taxonomy, workflow, knowledge, content, helpdesk, crm, sales)
    for each in domain.COLLECTIONS
)
