import { join } from 'node:path';

/** The project, which is the extension under development too. */
export const projectFolder = join(import.meta.dirname, '../..');
