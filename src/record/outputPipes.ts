import { execFile } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

/** The read ends of a process's output, and what `spawn` takes for its write ends. */
export interface OutputPipes {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly writeEnds: readonly [number, number];
  /** To be called when the process has its write ends. */
  closeWriteEnds(): void;
}

/**
 * Real pipes. What Node makes by itself are sockets, and a socket cannot be opened again: `echo > /dev/stderr`, common
 * in scripts, would fail. Node cannot make pipes, so they are named ones that lose their names at once. Undefined where
 * that does not work.
 */
export async function openOutputPipes(): Promise<OutputPipes | undefined> {
  if (process.platform === 'win32') return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'execlogs-'));
  const opened: number[] = [];
  try {
    const names = [join(folder, 'out'), join(folder, 'err')] as const;
    await promisify(execFile)('mkfifo', ['-m', '600', ...names]);
    const open = (name: string, flags: number) => {
      const fd = openSync(name, flags);
      opened.push(fd);
      return fd;
    };
    // The read end first, without waiting for a writer; so the write end need not wait for a reader.
    const reads = names.map((name) => open(name, constants.O_RDONLY | constants.O_NONBLOCK));
    const writeEnds = [open(names[0], constants.O_WRONLY), open(names[1], constants.O_WRONLY)] as const;
    const [stdout, stderr] = reads.map((fd) => new Socket({ fd, readable: true, writable: false }));
    if (!stdout || !stderr) return undefined;
    return { stdout, stderr, writeEnds, closeWriteEnds: () => writeEnds.forEach((fd) => closeSync(fd)) };
  } catch {
    // No mkfifo, or a file system without such files: the sockets will do.
    for (const fd of opened) closeSync(fd);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
