import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Bytes of arrays that somebody in this process still holds: what merely waits for the garbage collector is collected
 * first, so that it makes no difference when that would have come by itself.
 */
export function heldArrayBytes(): number {
  const collect = collector();
  // Arrays are swept beside the program; the second collection waits for what the first has found.
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
