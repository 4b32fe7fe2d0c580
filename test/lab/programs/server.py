"""Actors that listen. Each mode is one way to treat accepted connections."""
import os
import socket
import subprocess
import threading
import time

from common import CONFIG, REQUEST, RESPONSE, Reaper, failed, family_of, info, report


def listener():
    host = CONFIG.get('bind', '0.0.0.0')
    s = socket.socket(family_of(host), socket.SOCK_STREAM)
    if CONFIG.get('reuse', True):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if CONFIG.get('v6only'):
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    s.bind((host, CONFIG['port']))
    s.listen(CONFIG.get('backlog', 512))
    return s


def serve():
    serve_on(listener())


def serve_on(s):
    """Answers each request, then closes at once (`idle` 0), when idle for so many seconds, or only after its client has (`idle` null)."""
    import asyncio
    idle = CONFIG.get('idle')

    class Connection(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport, self.timer = transport, None

        def data_received(self, _data):
            self.transport.write(RESPONSE)
            if self.timer:
                self.timer.cancel()
            if idle is not None:
                self.timer = asyncio.get_running_loop().call_later(idle, self.transport.close)

    async def main():
        server = await asyncio.get_running_loop().create_server(Connection, sock=s, backlog=CONFIG.get('backlog', 512))
        await server.serve_forever()

    asyncio.run(main())


def leak():
    """Answers, and never closes what its clients have closed. Out of descriptors, it says so and tries on."""
    s, held = listener(), []
    info(f"listening on {CONFIG['port']}")
    while True:
        try:
            c, _ = s.accept()
        except OSError as e:
            failed('accept failed', e, 'accept', port=CONFIG['port'])
            time.sleep(CONFIG.get('pause', 0.7))
            continue
        c.recv(4096)
        c.sendall(RESPONSE)
        held.append(c)
        report('holds', open=len(held))


def late():
    """Accepts at once and closes `lag` seconds later, whatever its clients do: those have gone long before."""
    s, reaper = listener(), Reaper(CONFIG.get('lag', 2))
    s.settimeout(0.01)
    while True:
        try:
            reaper.keep(s.accept()[0])
        except TimeoutError:
            pass
        reaper.reap()


def hang_up():
    """Accepts and closes at once."""
    s = listener()
    while True:
        s.accept()[0].close()


def retire():
    """Serves for `seconds`, then stops listening, and never closes what its clients have closed."""
    s, held, end = listener(), [], time.monotonic() + CONFIG.get('seconds', 3)
    s.settimeout(0.05)
    while time.monotonic() < end:
        try:
            c = s.accept()[0]
        except TimeoutError:
            continue
        c.recv(4096)
        c.sendall(RESPONSE)
        held.append(c)
        report('holds', open=len(held))
    s.close()
    report('retired', open=len(held))
    time.sleep(3600)


def never_accept():
    """Serves the first few, then is stuck: the queue fills."""
    s = listener()
    served = [s.accept()[0] for _ in range(CONFIG.get('accepts', 0))]
    info(f'warmed up with {len(served)} clients')
    report('stuck', accepted=len(served))
    time.sleep(3600)


def slow():
    """Accepts at once, reads and answers one request in `seconds`: clients have given up before their turn."""
    s, waiting = listener(), []

    def work():
        while True:
            if not waiting:
                time.sleep(0.05)
                continue
            c = waiting.pop(0)
            time.sleep(CONFIG.get('seconds', 2))
            try:
                c.recv(65536)
                c.sendall(RESPONSE)
            except OSError:
                pass
            c.close()

    threading.Thread(target=work, daemon=True).start()
    while True:
        waiting.append(s.accept()[0])
        report('holds', open=len(waiting))


def inherit():
    """Leaves its listener to a child that outlives it, as a daemon does that starts a helper with open descriptors."""
    s = listener()
    os.set_inheritable(s.fileno(), True)
    child = subprocess.Popen(['sleep', '120'], close_fds=False, start_new_session=True)
    report('child', child=child.pid)
    time.sleep(CONFIG.get('seconds', 1))


def bound():
    """Binds and never listens: no row of `ss` 6.1 or netstat shows it (KERNEL.md)."""
    s = socket.socket()
    s.bind((CONFIG.get('bind', '0.0.0.0'), CONFIG['port']))
    report('bound', port=CONFIG['port'])
    time.sleep(3600)


def datagrams():
    """Receives UDP: its port is another protocol's."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(('0.0.0.0', CONFIG['port']))
    report('bound', port=CONFIG['port'])
    time.sleep(3600)


def listen_retry():
    """A server that wants its fixed port and tries again and again."""
    for _ in range(CONFIG.get('tries', 4)):
        try:
            s = listener()
        except OSError as e:
            kind = 'bind-address' if e.errno == 99 else 'listen'
            failed(f"cannot start server on port {CONFIG['port']}", e, kind, port=CONFIG['port'])
            time.sleep(CONFIG.get('every', 1))
            continue
        info(f"listening on {CONFIG['port']}")
        report('listening', port=s.getsockname()[1])
        serve_on(s)
    time.sleep(CONFIG.get('linger', 3600))


def files_and_pool():
    """Keeps `pool` connections that its peer closes, as a pool does that looks at them only when it needs one, and leaks files."""
    held = []
    for _ in range(CONFIG['pool']):
        s = socket.create_connection((CONFIG['to'], CONFIG['toPort']))
        s.sendall(REQUEST)
        held.append(s)
    files()


def files():
    """Opens files and forgets them."""
    held = []
    while True:
        try:
            held.append(open('/etc/hostname'))
            report('holds', open=len(held))
        except OSError as e:
            failed('cannot open spool file', e, 'open')
            time.sleep(CONFIG.get('pause', 0.7))
        time.sleep(1 / CONFIG.get('rate', 100))
