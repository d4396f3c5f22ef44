import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LogError } from '../model/errors.ts';
import { usageError, type Verb } from './commandLine.ts';
import { exitCodes } from './exitCodes.ts';

export const recorder: Verb = {
  name: 'recorder',
  operands: '',
  summary: 'Print what a Node program imports to record itself.',
  about:
    'The module of this installation, as a URL: import { openRecorder } from it. It needs no package, and goes with this program.',
  options: {},
  run(words) {
    if (words.operands.length > 0) throw usageError('"execlogs recorder" takes nothing.');
    const [, program = ''] = process.argv;
    const module = new URL('recorder.mjs', pathToFileURL(realpathSync(program)));
    if (!existsSync(fileURLToPath(module)))
      throw new LogError('notFound', `There is no ${fileURLToPath(module)}. Build it: npm run build`);
    process.stdout.write(`${module.href}\n`);
    return Promise.resolve(exitCodes.done);
  },
};
