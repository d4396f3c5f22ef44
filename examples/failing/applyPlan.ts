/** Reads the plan of a region and pretends to apply it. With PLAN=broken the plan has a mistake, and reading it throws. */
import { setTimeout as pause } from 'node:timers/promises';
import { readPipeline } from '../../src/record/pipeline/readPipeline.ts';

const region = process.env['EXECLOGS_HOST'] ?? 'nowhere';

function planOf(name: string): string {
  const steps = process.env['PLAN'] === 'broken' ? 'stages' : 'steps';
  return `name: Plan of ${name}
modules:
  - name: Service
    tasks:
      - name: Restart
        ${steps}:
          - name: Restart
            run: systemctl restart service
`;
}

async function applyPlan(name: string): Promise<void> {
  console.log(`\u001b[36minfo\u001b[0m  reading the plan of ${name}`);
  const plan = readPipeline(`${name}.yaml`, planOf(name));
  for (const batch of [1, 2, 3, 4, 5, 6]) {
    console.log(`\u001b[36minfo\u001b[0m  ${plan.name}: batch ${batch} of 6 restarted`);
    if (batch === 4) console.error(`\u001b[33mwarn\u001b[0m  ${name}: 1 instance took longer than 2 s`);
    await pause(300);
  }
}

for (let line = 1; line <= 40; line++)
  console.log(`\u001b[2mdebug\u001b[0m inventory of ${region}: instance ${line} is up`);
await pause(500);
await applyPlan(region);
