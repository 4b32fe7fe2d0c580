"""What every actor shares: its configuration, its name, and the report in which it says what it truly did."""
import collections
import ctypes
import json
import os
import socket
import time
import traceback

# Taken from the environment, since a process list would show arguments and give the truth away.
CONFIG = json.loads(os.environ['ACTOR'])
# Opened at once: an actor that runs out of descriptors must still be able to report.
_REPORT = open(os.environ['ACTOR_REPORT'], 'a', buffering=1)
PR_SET_NAME = 15


def report(event, **more):
    _REPORT.write(json.dumps({'t': time.time(), 'event': event, 'pid': os.getpid(), **more}) + '\n')


def set_name():
    name = CONFIG.get('comm')
    if name:
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)
    with open('/proc/self/comm') as f:
        report('start', comm=f.read().rstrip('\n'))


def info(text):
    report('log', level='INFO', text=text, trace=[], failure=None)


def failed(text, error, call, peer=None, port=None):
    """One failure, with the traceback Python itself prints."""
    report('log', level='ERROR', text=text, trace=traceback.format_exc().rstrip().split('\n'),
           failure={'errno': error.errno or 0, 'call': call, 'peer': peer, 'port': port})


def family_of(host):
    return socket.AF_INET6 if ':' in host else socket.AF_INET


def peer_text(host, port):
    return f'[{host}]:{port}' if ':' in host else f'{host}:{port}'


class Reaper:
    """Closes what it is given `lag` seconds later, and reports once a second how many it holds and how late it was at worst."""

    def __init__(self, lag):
        self.lag, self.held, self.longest, self.told = lag, collections.deque(), 0, time.monotonic()

    def keep(self, connection):
        self.held.append((time.monotonic(), connection))

    def reap(self):
        now = time.monotonic()
        while self.held and self.held[0][0] + self.lag < now:
            since, connection = self.held.popleft()
            connection.close()
            self.longest = max(self.longest, now - since)
        if self.held:
            self.longest = max(self.longest, now - self.held[0][0])
        if now - self.told > 1:
            report('reaped', open=len(self.held), longest=self.longest)
            self.told = now


REQUEST = b'GET /v1/items HTTP/1.1\r\nHost: svc\r\nUser-Agent: lab\r\n\r\n'
RESPONSE = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
