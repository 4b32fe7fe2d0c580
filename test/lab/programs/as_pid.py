"""as_pid.py PID COMMAND…: becomes the parent of COMMAND, which runs as PID."""
import os
import sys

TRIES = 2000
pid, command = int(sys.argv[1]), sys.argv[2:]
for _ in range(TRIES):
    with open('/proc/sys/kernel/ns_last_pid', 'w') as f:
        f.write(str(pid - 1))
    child = os.fork()
    if child == 0:
        if os.getpid() == pid:
            os.execvp(command[0], command)
        os._exit(0)
    if child == pid:
        os.waitpid(child, 0)
        sys.exit(0)
    os.waitpid(child, 0)
sys.exit(f'nobody could be given the PID {pid}')
