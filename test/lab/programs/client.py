"""Actors that connect. Each mode is one way to treat connections of one's own."""
import collections
import http.client
import os
import socket
import time

from common import CONFIG, REQUEST, Reaper, failed, family_of, info, peer_text, report

HOST, PORT = CONFIG.get('to'), CONFIG.get('toPort')
SOURCE = (CONFIG['source'], CONFIG.get('sourcePort', 0)) if 'source' in CONFIG else None
TIMEOUT = CONFIG.get('timeout', 5)


def probed(s):
    """With keep-alive probes, where the configuration wants them: each `keepalive` seconds, given up after two."""
    every = CONFIG.get('keepalive')
    if every:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in ((socket.TCP_KEEPIDLE, every), (socket.TCP_KEEPINTVL, every), (socket.TCP_KEEPCNT, 2)):
            s.setsockopt(socket.IPPROTO_TCP, option, value)
    return s


def connect():
    return probed(socket.create_connection((HOST, PORT), timeout=TIMEOUT, source_address=SOURCE))


def what_failed():
    return 'bind-any' if SOURCE else 'connect'


def ask(s):
    s.sendall(REQUEST)
    return s.recv(4096)


def attempt(action):
    """`action`'s result, or `None` after a failure, which is reported and followed by a pause."""
    try:
        return action()
    except OSError as e:
        call = 'connect' if e.errno == 99 else what_failed()
        if e.errno == 24:
            call = 'open'
        failed(CONFIG.get('text', 'call failed'), e, call, peer=peer_text(HOST, PORT))
        time.sleep(CONFIG.get('pause', 0.5))
        return None


def pace():
    time.sleep(1 / CONFIG.get('rate', 50))


def http_kept():
    """http.client, which keeps the connection alive for a next request that never comes: nobody reads the FIN."""
    c = http.client.HTTPConnection(HOST, PORT, timeout=TIMEOUT, source_address=SOURCE)
    c.request('GET', '/v1/items')
    c.getresponse().read()
    probed(c.sock)
    return c


def read_to_end():
    """Consumes the response and the end of the stream, and does not close."""
    s = connect()
    s.sendall(REQUEST)
    while s.recv(4096):
        pass
    return s


def plain_kept():
    s = connect()
    ask(s)
    return s


def quick_kept():
    """No request: whoever wants tens of thousands of connections has no time to ask."""
    return connect()


KEEPERS = {'quick': quick_kept, 'http': http_kept, 'eof': read_to_end, 'plain': plain_kept}


def keep():
    """Opens up to `limit` connections and keeps them all: a leak or a pool, as the other side closes them or not."""
    held, limit = [], CONFIG.get('limit', 1 << 30)
    keeper = KEEPERS[CONFIG.get('how', 'http')]
    while len(held) < limit:
        c = attempt(keeper)
        if c is not None:
            held.append(c)
            if len(held) % CONFIG.get('reportEvery', 1) == 0:
                report('holds', open=len(held))
        pace()
    time.sleep(3600)


def lag():
    """A pool that reaps what its peers closed `lag` seconds late: many in CLOSE_WAIT at any moment, none for long."""
    held = collections.deque()
    while True:
        c = attempt(http_kept)
        if c is not None:
            held.append((time.time() + CONFIG.get('lag', 2), c))
        while held and held[0][0] < time.time():
            held.popleft()[1].close()
        pace()


def batch():
    """Opens `rate` connections a second and closes all that its peers have closed every `lag` seconds: a sawtooth."""
    held, since = [], time.monotonic()
    while True:
        c = attempt(http_kept)
        if c is not None:
            held.append(c)
        age = time.monotonic() - since
        if age >= CONFIG.get('lag', 6):
            report('reaped', open=len(held), longest=age)
            for c in held:
                c.close()
            held, since = [], time.monotonic()
        pace()


def sometimes():
    """Closes every connection `lag` seconds late, except each `every`th, which it forgets: a leak beneath much traffic."""
    reaper, forgotten, n, step = Reaper(CONFIG.get('lag', 1)), [], 0, 0.02
    while True:
        begun = time.monotonic()
        for _ in range(max(1, int(CONFIG['rate'] * step))):
            s = attempt(connect)
            if s is None:
                break
            n += 1
            if n % CONFIG['every']:
                reaper.keep(s)
            else:
                forgotten.append(s)
                report('holds', open=len(forgotten))
        reaper.reap()
        time.sleep(max(0, begun + step - time.monotonic()))


def bursts():
    """Keeps `size` more connections every `lag` seconds, all at once."""
    held = []
    while True:
        for _ in range(CONFIG['size']):
            c = attempt(http_kept)
            if c is not None:
                held.append(c)
        report('holds', open=len(held))
        time.sleep(CONFIG['lag'])


def forked():
    """Keeps connections, and once it has `limit` has a child that inherits every one of them and lives on beside it."""
    held = []
    while len(held) < CONFIG['limit']:
        c = attempt(http_kept)
        if c is not None:
            held.append(c)
            report('holds', open=len(held))
        pace()
    if os.fork() == 0:
        time.sleep(3600)
    while True:
        c = attempt(http_kept)
        if c is not None:
            held.append(c)
            report('holds', open=len(held))
        pace()


def late():
    """Connects to peers that hang up at once, and closes each connection `lag` seconds later: thousands in CLOSE_WAIT, none for long."""
    reaper, step = Reaper(CONFIG.get('lag', 2)), 0.01
    while True:
        begun = time.monotonic()
        for _ in range(int(CONFIG['rate'] * step)):
            reaper.keep(connect())
        reaper.reap()
        time.sleep(max(0, begun + step - time.monotonic()))


def hang_up():
    """Connects and closes at once, again and again."""
    step = 0.01
    while True:
        begun = time.monotonic()
        for _ in range(int(CONFIG['rate'] * step)):
            try:
                connect().close()
            except OSError:
                report('unanswered')
        time.sleep(max(0, begun + step - time.monotonic()))


def churn():
    """A connection for each request, closed by this side: TIME_WAIT."""
    done, limit = 0, CONFIG.get('limit', 1 << 30)
    while done < limit:
        s = attempt(connect)
        if s is not None:
            ask(s)
            s.close()
            done += 1
            report('closed', count=done)
        pace()
    time.sleep(3600)


def call():
    """An ordinary client: its peer closes first, so that it leaves nothing behind. Fails only by what others do."""
    ok = 0
    while True:
        s = attempt(connect)
        if s is not None:
            try:
                s.sendall(REQUEST)
                while s.recv(4096):
                    pass
            except OSError:
                # Its server has gone meanwhile: not what is played here.
                report('unanswered')
            s.close()
            ok += 1
            if ok % CONFIG.get('tellEvery', 10) == 1:
                info(f'call {ok} ok')
        pace()


def fixed():
    """One outbound connection that has the local port `sourcePort`; closed by this side after `closeAfter` seconds, if that is given."""
    s = connect()
    ask(s)
    report('outbound', localPort=s.getsockname()[1], peer=peer_text(HOST, PORT))
    after = CONFIG.get('closeAfter')
    if after is not None:
        time.sleep(after)
        s.close()
        report('closed', count=1)
    time.sleep(3600)


def give_up():
    """Asks and waits only `timeout` seconds for the answer, then closes."""
    gone = 0
    limit = CONFIG.get('limit', 1 << 30)
    waiting = collections.deque()
    while True:
        if gone + len(waiting) < limit:
            s = socket.socket(family_of(HOST))
            s.settimeout(0.3)
            try:
                s.connect((HOST, PORT))
                s.sendall(REQUEST)
            except OSError:
                report('unanswered')
            waiting.append((time.time() + TIMEOUT, s))
        while waiting and waiting[0][0] < time.time():
            waiting.popleft()[1].close()
            gone += 1
        pace()


def polite():
    """Asks, reads the answer, closes."""
    while True:
        try:
            s = connect()
            ask(s)
            s.close()
        except OSError:
            report('unanswered')
        pace()
