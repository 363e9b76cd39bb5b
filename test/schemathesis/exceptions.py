"""What a request that fits its schema may be refused for all the same: rules that no JSON Schema can say."""

import uuid

import schemathesis
from schemathesis import GenerationMode

# Only a cursor from an earlier response is valid; a range may not end before it begins.
LIST_PARAMETERS = ({"cursor"}, {"created_to"}, {"created_to", "cursor"})

# Of all codes with three letters, only a few are currencies; of all times, few are at most a year from now.
CURRENCIES = ("EUR", "USD", "JPY")

# Ids and keys that an order may have by now, from any sender.
used = set()


@schemathesis.hook
def before_call(context, case, kwargs):
    """An order id, and an Idempotency-Key, is for one order: where all is valid, those used before are replaced,
    and so are currencies and times."""
    valid = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if operation_id(case) == "createOrder":
        case.body = with_own_id(case.body, valid)
        key = case.headers.get("Idempotency-Key")
        if valid and key in used:
            case.headers["Idempotency-Key"] = key = str(uuid.uuid4())
        used.add(key)
    if operation_id(case) in ("amendOrder", "amendOrderByQuery"):
        case.body = with_valid_values(case.body, valid)
    if operation_id(case) == "createOrders" and isinstance(case.body, dict):
        orders = case.body.get("orders")
        if isinstance(orders, list):
            case.body = {**case.body, "orders": [with_own_id(order, valid) for order in orders]}


def with_valid_values(order, valid):
    if valid and isinstance(order, dict) and "currency" in order:
        order = {**order, "currency": CURRENCIES[len(used) % len(CURRENCIES)]}
    if valid and isinstance(order, dict) and "process_after" in order:
        order = {**order, "process_after": "2026-01-31T12:00:00+05:45"}
    if valid and isinstance(order, dict) and isinstance(order.get("items"), list):
        order = {**order, "items": [with_whole_price(item) for item in order["items"]]}
    return order


def with_whole_price(item):
    """A number as a price has at most 20 decimals, which a schema cannot say."""
    if isinstance(item, dict) and isinstance(item.get("unit_price"), float):
        item = {**item, "unit_price": int(item["unit_price"])}
    return item


def with_own_id(order, valid):
    order = with_valid_values(order, valid)
    order_id = order.get("order_id") if isinstance(order, dict) else None
    if not isinstance(order_id, str):
        return order
    if valid and order_id in used:
        order = {**order, "order_id": str(uuid.uuid4())}
    used.add(order["order_id"])
    return order


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether this is a failure: not when a list was refused for what only the service can know."""
    if "positive_data_acceptance" not in failure.checks or operation_id(case) != "listOrders":
        return True
    wrong = {error["path"] for error in response.json().get("errors", [])}
    return response.status_code != 400 or wrong not in LIST_PARAMETERS


def operation_id(case):
    return case.operation.definition.raw.get("operationId")
