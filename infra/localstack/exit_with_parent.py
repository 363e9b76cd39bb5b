"""Runs LocalStack for as long as the process that started it lives.

Standard input is a pipe from that process. The kernel closes it however the process ends, `kill -9` included, so that
no LocalStack is ever left behind.
"""

import os
import runpy
import sys
import threading


def exit_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=exit_with_parent, daemon=True).start()
runpy.run_module("localstack.runtime.main", run_name="__main__", alter_sys=True)
