#!/usr/bin/env python3
"""A Python program that records itself: JSON over HTTP to a service, by the standard library alone.

    SERVICE=http://127.0.0.1:8000 examples/programs/import.py

Where the service wants a token: TOKEN=… (of one that may write).
"""

import contextlib
import json
import logging
import os
import time
import traceback
import urllib.parse
import urllib.request
import uuid

RECORDS = os.environ["SERVICE"].rstrip("/") + "/api/executor/execution-records/"


def post(path, value=None, lines=None):
    """Sends one value, or lines as NDJSON. Everything may be said again, so what breaks is tried again."""
    body = json.dumps(value or {}) if lines is None else "".join(json.dumps(line) + "\n" for line in lines)
    kind = "application/json" if lines is None else "application/x-ndjson"
    headers = {"Content-Type": kind}
    if "TOKEN" in os.environ:
        headers["Authorization"] = "Bearer " + os.environ["TOKEN"]
    request = urllib.request.Request(RECORDS + path, body.encode(), headers, method="POST")
    for pause in (0.2, 0.5, 1, 2, None):
        try:
            with urllib.request.urlopen(request, timeout=30):
                return
        except urllib.error.HTTPError:
            raise
        except OSError:
            if pause is None:
                raise
            time.sleep(pause)


class StepHandler(logging.Handler):
    """Sends what is logged as lines of one step, numbered, so that a line that is sent again is not there twice."""

    LEVELS = {"WARNING": "warn", "CRITICAL": "fatal"}

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.next = 1

    def emit(self, record):
        level = self.LEVELS.get(record.levelname, record.levelname.lower())
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        lines = [{"text": line, "time": int(record.created * 1000)} for line in text.split("\n")]
        lines[0]["level"] = level
        post(f"{self.path}lines/?first={self.next}", lines=lines)
        self.next += len(lines)


@contextlib.contextmanager
def step(run, name, order):
    """A step on this machine; what is logged within it is its log."""
    path = f"{run}/steps/{urllib.parse.quote(name, safe='')}/"
    host = path + "hosts/local/"
    post(f"{run}/steps/", {"step": name, "order": order, "hosts": [{"id": "local"}]})
    post(host + "start/")
    handler = StepHandler(host)
    logging.getLogger().addHandler(handler)
    status = "succeeded"
    try:
        yield
    except Exception:
        status = "failed"
        logging.exception("it broke")
        raise
    finally:
        logging.getLogger().removeHandler(handler)
        post(host + "finish/", {"status": status})
        post(path + "finish/", {"status": status})


def main():
    logging.getLogger().setLevel(logging.DEBUG)
    run = f"import-{uuid.uuid4()}"
    post("", {"execution": run, "name": "Import orders (Python)", "job": "import-orders"})
    status = "succeeded"
    try:
        with step(run, "read", 1):
            logging.info("reading %s", "monday.csv")
            logging.warning("2 rows are odd")
        with step(run, "store", 2):
            raise RuntimeError("the table is locked")
    except RuntimeError:
        status = "failed"
    finally:
        post(f"{run}/finish/", {"status": status})
    print(run)


main()
