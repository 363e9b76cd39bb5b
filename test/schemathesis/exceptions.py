"""What a request that fits its schema may be refused for all the same: rules that no JSON Schema can say."""

import schemathesis

# By operation: status, and the end of the message or the one parameter that is named.
REFUSALS = {
    "createOrder": {
        # The id was used for an order before.
        (400, "already exists."),
        # The Idempotency-Key was used for another order before.
        (422, "was used for another order"),
    },
    "listOrders": {
        # Only a cursor that an earlier answer had is one.
        (400, "cursor"),
        # A range that ends before it begins.
        (400, "created_to"),
    },
}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether this is a failure: not when a check found only that valid data was refused, for a reason above."""
    if "positive_data_acceptance" not in failure.checks:
        return True
    answer = response.json()
    wrong = {error["path"] for error in answer.get("errors", [])}
    return not any(
        response.status_code == status and (wrong == {reason} or not wrong and answer["message"].endswith(reason))
        for status, reason in REFUSALS.get(case.operation.definition.raw.get("operationId"), ())
    )
