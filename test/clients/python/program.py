"""Uses the client that openapi-python-client generated, and prints what it saw as one line of JSON."""

import json
import sys

from order_client import Client
from order_client.api.orders import create_order, get_order, list_orders
from order_client.models import Accepted, Failure, NewOrder, OrderPage, OrderWithSteps

client = Client(base_url=sys.argv[1])
order = NewOrder(order_id="PY-1", user_id=7, item_ids=[1, 2], total_amount="19.99")

accepted = create_order.sync(client=client, body=order)
assert isinstance(accepted, Accepted), accepted
again = create_order.sync(client=client, body=order)
assert isinstance(again, Failure), again
read = get_order.sync("PY-1", client=client, wait=25)
assert isinstance(read, OrderWithSteps), read
page = list_orders.sync(client=client, order_id_prefix="PY-")
assert isinstance(page, OrderPage), page

print(
    json.dumps(
        {
            "accepted": accepted.status_code,
            "refused": again.code.value,
            "status": read.status.value,
            "amount": read.total_amount,
            "listed": [each.order_id for each in page.orders],
        }
    )
)
