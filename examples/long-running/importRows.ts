/** Prints what an import of some MINUTES might print, a few lines a second. */
import { setTimeout as pause } from 'node:timers/promises';

const host = process.env['EXECLOGS_HOST'] ?? 'here';
const until = Date.now() + Number(process.env['MINUTES'] ?? 4) * 60_000;

const colours = { info: 36, ok: 32, warn: 33, error: 31 } as const;

function say(level: keyof typeof colours, words: string): void {
  const time = new Date().toISOString();
  console.log(`\u001b[2m${time}\u001b[0m \u001b[${colours[level]}m${level.padEnd(5)}\u001b[0m ${words}`);
}

let rows = 0;
for (let batch = 1; Date.now() < until; batch++) {
  rows += 500 + ((batch * 37) % 250);
  say('info', `${host}: batch ${batch}, ${rows.toLocaleString('en')} rows so far`);
  if (batch % 17 === 0) say('warn', `${host}: batch ${batch} was slow: ${1_000 + (batch % 7) * 130} ms`);
  if (batch % 53 === 0) {
    console.error(
      `\u001b[31merror\u001b[0m ${host}: row ${rows} refused: value too long for column "name"; trying it alone`,
    );
    say('ok', `${host}: row ${rows} imported after all`);
  }
  await pause(250);
}
say('ok', `${host}: ${rows.toLocaleString('en')} rows, 0 errors left`);
