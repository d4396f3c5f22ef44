import { localHost, type Step } from '../pipeline/model.ts';
import type { RunEcho } from '../pipeline/pipelineRecording.ts';
import { both, type CommandEcho } from '../recordCommand.ts';

/** Shows a run as `echo` does, and tells `other` of it too. */
export function besides(echo: RunEcho, other: RunEcho): RunEcho {
  return {
    begins(step, host) {
      echo.begins(step, host);
      other.begins(step, host);
    },
    output: (step, host) => both(other.output(step, host), echo.output(step, host)),
    ends(result) {
      echo.ends(result);
      other.ends(result);
    },
  };
}

/** Shows a command as `echo` does, and tells `other` of it as of a run's only step. */
export function commandBesides(echo: CommandEcho, other: RunEcho, step: Step): CommandEcho {
  return {
    ...both(other.output(step, localHost), echo),
    begins() {
      echo.begins?.();
      other.begins(step, localHost);
    },
    ends(result) {
      echo.ends?.(result);
      other.ends(result);
    },
  };
}
