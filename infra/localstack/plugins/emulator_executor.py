"""Makes LocalStack run Lambda functions as processes on this machine instead of in Docker containers.

Each execution environment is a process of AWS's own emulator (aws-lambda-rie), which runs AWS's runtime client for Node
(aws-lambda-ric) as Lambda does: init, invocations one at a time, timeouts. LocalStack does everything else: event source
mappings, retries of asynchronous invocations, versions. Chosen by LAMBDA_RUNTIME_EXECUTOR=emulator.
"""

import json
import os
import socket
import subprocess
import threading
import time
import urllib.request

from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

# The command lines of both programs, and variables that every function gets, as JSON.
EMULATOR = os.environ["EMULATOR"]
RUNTIME = json.loads(os.environ["EMULATED_RUNTIME"])
ENVIRONMENT = json.loads(os.environ["EMULATED_ENVIRONMENT"])

# Seconds for the emulator to listen; it takes milliseconds.
START_LIMIT = 30

# Seconds beyond the timeout of the function for the emulator to report the timeout.
ANSWER_MARGIN = 30


class EmulatorExecutorPlugin(RuntimeExecutorPlugin):
    name = "emulator"

    def load(self, *_args, **_kwargs):
        return EmulatorExecutor


class EmulatorExecutor(RuntimeExecutor):
    def __init__(self, id, function_version):
        super().__init__(id, function_version)
        self.process = None
        self.port = None
        self.logs = ""

    def start(self, env_vars):
        code = str(self.function_version.config.code.get_unzipped_code_location())
        self.port, api_port = free_ports(2)
        self.process = subprocess.Popen(
            [
                EMULATOR,
                *("--runtime-interface-emulator-address", f"127.0.0.1:{self.port}"),
                *("--runtime-api-address", f"127.0.0.1:{api_port}"),
                *RUNTIME,
                env_vars["_HANDLER"],
            ],
            cwd=code,
            env={
                "PATH": os.environ["PATH"],
                **{name: str(value) for name, value in env_vars.items()},
                "LAMBDA_TASK_ROOT": code,
                **ENVIRONMENT,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        threading.Thread(target=self._collect_logs, daemon=True).start()
        self._wait_until_it_listens()

    def invoke(self, payload):
        before = len(self.logs)
        body, is_error = self._ask(payload["payload"])
        return InvocationResult(payload["invoke-id"], body, is_error=is_error, logs=self.logs[before:])

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def get_logs(self):
        return self.logs

    # Functions reach LocalStack at the same address as other programs.
    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    def prepare_version(cls, function_version):
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        pass

    def _ask(self, event):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations", data=event.encode()
        )
        try:
            timeout = self.function_version.config.timeout + ANSWER_MARGIN
            with urllib.request.urlopen(request, timeout=timeout) as response:
                body = response.read()
        except OSError as error:
            return json.dumps({"errorType": "Runtime.ExitError", "errorMessage": str(error)}).encode(), True
        return body, is_failure(body)

    def _collect_logs(self):
        for line in self.process.stdout:
            self.logs += line.decode(errors="replace")

    def _wait_until_it_listens(self):
        end = time.monotonic() + START_LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise RuntimeError(f"The Lambda emulator did not start: {self.logs}")


def is_failure(body):
    """The emulator always returns 200. The body of a failure has a type and a message, or is not JSON (a timeout)."""
    try:
        answer = json.loads(body)
    except ValueError:
        return True
    return isinstance(answer, dict) and "errorType" in answer and "errorMessage" in answer


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
