#!/usr/bin/python3
"""What one run of the host's agent costs: CPU and peak memory, by sockets on the host.

As root: python3 bench/agent.py [SOCKETS…]. Makes a network namespace with that many sockets (both ends of connections on its loopback)
and runs the agent in it: one snapshot, compressed and spooled, with an upload that succeeds at once ("cp"), so that the figures are
the agent's own and not the AWS CLI's, which is measured apart (aws --version).
"""
import os, resource, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
AGENT = os.path.join(HERE, '..', 'infra', 'host', 'closewatch-agent')
NAMESPACE = 'cwbench-%d' % os.getpid()
RUNS = 5
HOLD = r'''
import os, socket, sys
left, port = int(sys.argv[1]) // 2, 900
while left > 0:
    n, left, port = min(left, 450), left - 450, port + 1
    if os.fork() == 0:
        server = socket.socket(); server.bind(('127.0.0.1', port)); server.listen(4096)
        held = []
        for i in range(n):
            one = socket.socket(); one.connect(('127.0.0.1', port)); held += [one, server.accept()[0]]
        os.write(1, b'.')
        sys.stdin.read()
        os._exit(0)
sys.stdin.read()
'''


def cost(argv, env):
    """CPU seconds and peak resident MiB of a command and all that it starts."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        subprocess.run(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(writer, ('%f %f' % (used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(pid, 0)
    return tuple(float(word) for word in os.read(reader, 100).split())


def median(costs):
    return tuple(sorted(part)[len(costs) // 2] for part in zip(*costs))


def measure(sockets):
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + '/bin')
        with open(folder + '/bin/aws', 'w') as aws:
            aws.write('#!/bin/sh\nexit 0\n')
        os.chmod(folder + '/bin/aws', 0o755)
        with open(folder + '/conf', 'w') as conf:
            conf.write('DESTINATION=s3://bucket\nHOST=bench\nJITTER=0\nEVERY=1\nNETNS=no\n')
        env = dict(os.environ, PATH=folder + '/bin:' + os.environ['PATH'], CLOSEWATCH_CONFIG=folder + '/conf', CLOSEWATCH_STATE=folder + '/state')
        # Not `ip netns exec`, which hides the cgroups that ss looks up for each socket.
        within = ['nsenter', '--net=/run/netns/' + NAMESPACE]
        subprocess.run(['ip', 'netns', 'add', NAMESPACE], check=True)
        subprocess.run(within + ['ip', 'link', 'set', 'lo', 'up'], check=True)
        subprocess.run(within + ['sysctl', '-qw', 'net.ipv4.ip_local_port_range=1024 65535'], check=True)
        holder = subprocess.Popen(within + ['/usr/bin/python3', '-c', HOLD, str(sockets)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            for _ in range(-(-sockets // 900)):
                holder.stdout.read(1)
            listing = median([cost(within + ['ss', '-tanpeoiO'], env) for _ in range(RUNS)])
            agent = median([cost(within + ['sh', AGENT, 'run'], env) for _ in range(RUNS)])
            print('| %s | %.3f s | %.0f MiB | %.3f s |' % ('{:,}'.format(sockets), agent[0], agent[1], listing[0]), flush=True)
        finally:
            holder.stdin.close()
            holder.wait()
            subprocess.run(['ip', 'netns', 'delete', NAMESPACE])


print('| sockets | CPU of a run | peak memory of a process | of it `ss` |\n| --- | --- | --- | --- |')
for count in [int(word) for word in sys.argv[1:]] or [300, 3000, 30000]:
    measure(count)
