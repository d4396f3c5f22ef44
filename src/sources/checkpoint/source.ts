import { TranscriptSource } from '../../held/transcriptSource.ts';
import { LogError } from '../../model/errors.ts';
import { CheckpointSystem } from './system.ts';

export interface CheckpointOptions {
  /** How often a file is looked at while somebody follows it, in milliseconds. Default 250. */
  readonly pause?: number;
}

/** Opens a folder of kubexm's checkpoints, `<folder>/<cluster>/<pipeline>.checkpoint.json`, to browse. */
export function openCheckpoints(folder: string, { pause = 250 }: CheckpointOptions = {}): TranscriptSource {
  if (folder === '') throw new LogError('invalidRequest', 'Which folder? Write checkpoint:<folder>.');
  return new TranscriptSource(new CheckpointSystem(folder, pause));
}
