"""Runs LocalStack for as long as the process that started it lives.

Standard input is a pipe from that process. The kernel closes it however the process ends, `kill -9` included, so that
no LocalStack is ever left behind, nor what it started: it leads a process group of its own.
"""

import os
import runpy
import signal
import sys
import threading


def exit_with_parent():
    sys.stdin.buffer.read()
    os.killpg(os.getpid(), signal.SIGKILL)


threading.Thread(target=exit_with_parent, daemon=True).start()
# Plugins of this project. Nothing else of the caller's Python settings is passed on.
sys.path += filter(None, [os.environ.get("LOCALSTACK_PLUGINS")])
runpy.run_module("localstack.runtime.main", run_name="__main__", alter_sys=True)
