/** `npm run check`: everything that needs neither a browser nor an editor. */
import { runChecks } from './checks.ts';
import { run } from './processes.ts';

const { failed } = await runChecks();
const unit = await run('vitest', ['run', '--project', 'unit'], { stdio: 'inherit' });
process.exitCode = failed > 0 || unit !== 0 ? 1 : 0;
