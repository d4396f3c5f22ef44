import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names this machine as long as it runs: process ids mean the same wherever this is the same. Containers
 * count processes for themselves, and a restarted machine begins anew.
 */
export const thisMachine = [
  hostname(),
  readable(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  readable(() => readlinkSync('/proc/self/ns/pid')),
].join(' ');

/** Names a process so that a later one with the same id is told apart, where the platform lets us. */
export function processName(pid = process.pid): string {
  const started = processState(pid)?.started;
  return started === undefined ? `${pid}` : `${pid} ${started}`;
}

/** Whether the process of that name on this machine lives; undefined when that cannot be told for sure. */
export function isAlive(name: string): boolean | undefined {
  const [id, started] = name.split(' ');
  const pid = Number(id);
  if (started === undefined) return exists(pid) ? undefined : false;
  const state = processState(pid);
  return state?.started === started && state.running;
}

/** From /proc, see proc_pid_stat(5): the name in brackets may hold anything, so fields count from the last bracket. */
function processState(pid: number): { running: boolean; started: string | undefined } | undefined {
  const stat = readable(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === '') return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { running: fields[0] !== 'Z' && fields[0] !== 'X', started: fields[19] };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH';
  }
}

/** Only Linux has /proc. */
function readable(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
