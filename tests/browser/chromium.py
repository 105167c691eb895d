"""A headless Chromium, spoken to over a pipe: what it draws, measures and complains about."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from itertools import count

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-pipe",
)


class Browser:
    """One tab. `complaints` collects what the console says: dropped styles, blocked requests, errors."""

    def __init__(self, write, read):
        self._write, self._read, self._ids, self._session = write, read, count(1), None
        self.complaints = []
        self.requests = []
        self._session = self.ask(
            "Target.attachToTarget",
            targetId=self.ask("Target.createTarget", url="about:blank")["targetId"],
            flatten=True,
        )["sessionId"]
        for domain in ("Page", "Log", "Network", "Runtime"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **params):
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params} | (
            {"sessionId": self._session} if self._session else {}
        )
        self._write.write(json.dumps(message).encode() + b"\0")
        self._write.flush()
        return self._until(lambda answer: answer.get("id") == number)["result"]

    def _until(self, wanted):
        while True:
            answer = json.loads(b"".join(iter(lambda: self._read.read(1), b"\0")))
            if answer.get("method") == "Log.entryAdded":
                self.complaints.append(answer["params"]["entry"]["text"])
            if answer.get("method") == "Network.requestWillBeSent":
                self.requests.append(answer["params"]["request"]["url"])
            if wanted(answer):
                assert "error" not in answer, answer
                return answer

    def open(self, path, *, width=800, scheme="light", media=""):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", media=media, features=features)
        self.ask("Page.navigate", url=path.as_uri())
        self._until(lambda answer: answer.get("method") == "Page.loadEventFired")
        return self

    def value(self, script):
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self):
        return base64.b64decode(self.ask("Page.captureScreenshot", captureBeyondViewport=True, **self._whole())["data"])

    def pdf(self):
        return base64.b64decode(self.ask("Page.printToPDF", printBackground=False)["data"])

    def _whole(self):
        box = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": box["width"], "height": box["height"], "scale": 1}}


@contextmanager
def browser(folder):
    program = next(filter(None, map(shutil.which, PROGRAMS)))
    (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()

    def plumb():  # Chromium reads from descriptor 3 and writes to 4; first out of the way of each other
        reading, writing = (fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (theirs_in, theirs_out))
        os.dup2(reading, 3)
        os.dup2(writing, 4)

    quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    command = [program, *FLAGS, f"--user-data-dir={folder}"]
    process = subprocess.Popen(command, preexec_fn=plumb, close_fds=False, **quiet)
    os.close(theirs_in)
    os.close(theirs_out)
    with os.fdopen(ours_out, "wb") as write, os.fdopen(ours_in, "rb") as read:
        try:
            yield Browser(write, read)
        finally:
            process.terminate()
            process.wait(timeout=20)
