"""Custom resources of CloudFormation, which LocalStack's free edition only pretends to create.

As on AWS (CloudFormation User Guide, "How custom resources work"), the function is invoked with a URL to which it PUTs its
response, and the response says whether the resource succeeded.
"""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

from localstack.services.cloudformation.resource_provider import (
    CloudFormationResourceProviderPlugin,
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
)

# Seconds until a response, if the template does not specify them.
DEFAULT_TIMEOUT = 3600


class CustomResourcePlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::CloudFormation::CustomResource"

    def load(self):
        self.factory = CustomResourceProvider


class CustomResourceProvider(ResourceProvider):
    SCHEMA = {"primaryIdentifier": ["/properties/PhysicalResourceId"]}

    def create(self, request):
        return ask(request, "Create", request.desired_state)

    def update(self, request):
        old = request.previous_state or {}
        return ask(request, "Update", request.desired_state, old=own(old), physical_id=old.get("PhysicalResourceId"))

    def delete(self, request):
        old = request.desired_state or request.previous_state or {}
        return ask(request, "Delete", own(old), physical_id=old.get("PhysicalResourceId"))


def own(state):
    """The properties that the template gave it."""
    return {name: value for name, value in state.items() if name != "PhysicalResourceId"}


def ask(request, request_type, properties, old=None, physical_id=None):
    with AnswerBox() as box:
        event = {
            "RequestType": request_type,
            "RequestId": str(uuid.uuid4()),
            "ResponseURL": box.address,
            "StackId": request.stack_id,
            "LogicalResourceId": request.logical_resource_id,
            "ResourceType": request.resource_type,
            "ServiceToken": properties["ServiceToken"],
            "ResourceProperties": properties,
            **({"PhysicalResourceId": physical_id} if physical_id else {}),
            **({"OldResourceProperties": old} if old is not None else {}),
        }
        threading.Thread(target=invoke, args=[request, event], daemon=True).start()
        answer = box.wait(float(properties.get("ServiceTimeout", DEFAULT_TIMEOUT)))
    if answer.get("Status") == "SUCCESS":
        model = {**properties, "PhysicalResourceId": answer["PhysicalResourceId"]}
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)
    return ProgressEvent(
        status=OperationStatus.FAILED, resource_model=properties, message=answer.get("Reason", "There was no reason.")
    )


def invoke(request, event):
    """Waits for the function, unlike AWS: LocalStack loses events for a function that was updated just before."""
    function = request.aws_client_factory.lambda_
    function.invoke(FunctionName=event["ServiceToken"], Payload=json.dumps(event).encode())


class AnswerBox:
    """Receives one response, as CloudFormation's bucket in S3 does."""

    def __enter__(self):
        box = self
        box.answer = None
        box.answered = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self):
                box.answer = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()
                box.answered.set()

            def log_message(self, *_args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/answer"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def wait(self, seconds):
        if not self.answered.wait(seconds):
            return {"Reason": f"The custom resource did not answer within {seconds:.0f} s."}
        return self.answer

    def __exit__(self, *_args):
        self.server.shutdown()
        self.server.server_close()
