"""Products: what is ordered, and what is returned."""

from agents.alerts import Alerts
from agents.observers.telling import head, tell
from schemas.customer import Customer
from schemas.interaction import Interaction
from schemas.observation import Order, Return, group_key

ORDERED, RETURNED = "order_completed", "order_returned"
MOST_PRODUCTS = 32
"""Of one order; what stands behind them is not observed."""


class ProductObserver:
    """Each product of an order, or of a return that names what came back."""

    kinds = ()
    reacts_to = frozenset({ORDERED, RETURNED})

    def on_event(self, customer: Customer, event: Interaction, alerts: Alerts) -> None:
        products = event.properties.products
        if not products:
            return
        found: dict[str, int] = {}
        for product in products:
            name = product.product_id or product.sku
            if name and (name in found or len(found) < MOST_PRODUCTS):
                number = 1 if product.quantity is None else product.quantity
                found[name] = found.get(name, 0) + number
        begun = head(customer, event, alerts)
        of = Order if event.kind == ORDERED else Return
        for name, quantity in found.items():
            if quantity:
                tell(alerts, (group_key("product", name),), of(*begun, quantity))
