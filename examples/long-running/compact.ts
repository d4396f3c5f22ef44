/** Shows a progress bar the way programs do on a terminal: one line, overwritten. */
import { setTimeout as pause } from 'node:timers/promises';

const width = 30;
for (let percent = 0; percent <= 100; percent++) {
  const done = Math.round((percent * width) / 100);
  process.stdout.write(
    `\rcompacting [${'█'.repeat(done)}${'░'.repeat(width - done)}] ${String(percent).padStart(3)} %`,
  );
  await pause(150);
}
process.stdout.write('\n\u001b[32mdone\u001b[0m\n');
