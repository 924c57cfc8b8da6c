"""What the company sells and where: products, branches, queues, plans, and what people write."""

from typing import Any, NamedTuple

CURRENCY = "EUR"
REGIONS = ("north", "south", "islands")
ALONE = "islands"
"""The region without a competitor: who is unhappy there stays."""


class Branch(NamedTuple):
    """A branch: how slow it is beside the others, and how often each element is given."""

    slowness: float
    elements: dict[str, float]


BRANCHES = {
    "station": Branch(0.7, {"welcome": 0.98, "drink": 0.95, "farewell": 0.95}),
    "market": Branch(1.0, {"welcome": 0.97, "drink": 0.9, "farewell": 0.9}),
    "harbour": Branch(2.2, {"welcome": 0.7, "drink": 0.2, "farewell": 0.5}),
}
_ALIKE = {"welcome": 0.97, "drink": 0.9, "farewell": 0.9}
CHAIN = {
    name: Branch(slowness, _ALIKE)
    for name, slowness in (
        ("station", 0.9), ("market", 1.0), ("harbour", 1.1), ("castle", 0.95), ("meadow", 1.05),
        ("bridge", 1.0), ("mill", 0.9), ("tower", 1.1),
    )
}  # fmt: skip
"""A chain of branches that are much alike, among which a bad one can be planted."""
TURNED_BAD = Branch(2.6, {"welcome": 0.65, "drink": 0.4, "farewell": 0.55})
QUEUES = ("orders", "support", "billing")

# product_id, category, price
_PRODUCTS = (
    ("kettle", "kitchen", 64.90), ("grinder", "kitchen", 89.00), ("moka", "kitchen", 32.50),
    ("beans", "kitchen", 14.50), ("lamp", "home", 129.00), ("blanket", "home", 98.00),
    ("clock", "home", 54.00), ("vase", "home", 38.00), ("notebook", "desk", 14.90),
    ("pen", "desk", 42.00), ("tray", "desk", 27.50), ("ink", "desk", 11.00),
    ("backpack", "travel", 149.00), ("bottle", "travel", 29.90), ("umbrella", "travel", 49.00),
    ("headphones", "sound", 199.00), ("speaker", "sound", 119.00), ("radio", "sound", 89.00),
)  # fmt: skip
PRODUCTS: tuple[dict[str, Any], ...] = tuple(
    {"product_id": name, "category": category, "price": price}
    for name, category, price in _PRODUCTS
)
STEPS = ("address", "payment")
"""The steps of a checkout."""
CATEGORIES: tuple[str, ...] = tuple(dict.fromkeys(category for _, category, _ in _PRODUCTS))

ANGRY = (
    "This is the third time I write. Nobody answers, I am furious.",
    "Terrible service. I want my money back and I am never buying here again.",
    "Absolutely unacceptable, you ruined my birthday. I am very disappointed.",
    "Worst company ever. Your support is useless and rude.",
    "Ich bin stinksauer. Seit zwei Wochen keine Antwort, eine Frechheit.",
    "Unverschämt, nie wieder. Das ist der schlechteste Service überhaupt.",
)
PLAIN = (
    "Hello, when will my parcel arrive?",
    "Could you send me the invoice for the last order, please?",
    "I have moved, here is my new address.",
    "Does the kettle also work with induction?",
    "Guten Tag, ich hätte gern die Rechnung von letzter Woche.",
    "Könnten Sie bitte meine Adresse ändern?",
    "Hei, milloin tilaukseni saapuu?",
)
GLAD = (
    "Thank you, that was quick and very kind!",
    "Wonderful, exactly what I was looking for. I am delighted.",
    "Vielen Dank, das hat wunderbar geklappt!",
)
