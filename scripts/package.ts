/** `npm run package`: makes a VSIX in the project's folder and prints its path. */
import { join } from 'node:path';
import { packageExtension } from './packageExtension.ts';

console.log(await packageExtension(join(import.meta.dirname, '..')));
