import { spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { ended, Program, type Ended } from '../harness/program.ts';
import { findPlace, startClient, type Client, type Place } from './document001/place.ts';

const fixture = (name: string): string => join(import.meta.dirname, 'document001', name);
const python = '/usr/bin/python3';
const hasPython = spawnSync(python, ['-c', 'import requests, websockets']).status === 0;

let program: Program;
let place: Place;
let service: ChildProcess;
let end: Promise<Ended>;
const clients = new Set<ChildProcess>();

beforeAll(async () => {
  program = new Program();
  place = await findPlace();
  const pipelines = join(program.home, 'pipelines');
  mkdirSync(pipelines);
  cpSync(fixture('job123.yaml'), join(pipelines, 'job123.yaml'));
  service = program.startUnder(place.prefix, 'serve', '--port', String(place.port), '--pipelines', pipelines);
  end = ended(service);
  if (!service.stdout) throw new Error('it has no output');
  const ready = once(createInterface(service.stdout), 'line').then(() => undefined);
  const early = await Promise.race([ready, end]);
  if (early) throw new Error(`it ended: ${early.stderr}`);
});
afterAll(async () => {
  for (const child of clients) child.kill('SIGKILL');
  service.kill('SIGTERM');
  await end;
  program[Symbol.dispose]();
});

function client(...command: string[]): Client {
  const started = startClient([...place.clientPrefix(service.pid ?? 0), ...command]);
  clients.add(started.child);
  return started;
}

/** What `curl` prints, as the document calls it. */
async function curl(...options: string[]): Promise<{ status: number; body: unknown }> {
  const { child, lines } = startCurl(options);
  await once(child, 'close');
  const status = Number(lines().at(-1));
  return { status, body: JSON.parse(lines().slice(0, -1).join('\n')) as unknown };
}

function startCurl(options: readonly string[]) {
  const typed = options.map((word) => word.replace('localhost:8000', `localhost:${place.port}`));
  const curling = client('curl', '-s', '-w', '\n%{http_code}\n', ...typed);
  return { child: curling.child, lines: () => curling.lines };
}

const json = ['-H', 'Content-Type: application/json'];
const trigger = (): Promise<{ status: number; body: unknown }> =>
  curl('-X', 'POST', 'http://localhost:8000/api/cronjobs/job123/trigger', ...json, '-d', '{"force_reprocess": false}');

describe('the clients of document 001, unmodified', () => {
  test('curl is told that jobs are files, starts one and reads its logs', async () => {
    const made = await curl(
      ...['-X', 'POST', 'http://localhost:8000/api/cronjobs', ...json],
      ...['-d', '{"name": "Test Job", "keywords": ["test"], "cron_expression": "0 0 * * *", "enabled": true}'],
    );
    expect(made).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(/Jobs are files/) as string } },
    });
    const started = await trigger();
    expect(started).toMatchObject({ status: 200, body: { status: 'started', message: expect.any(String) as string } });
    const { job_run_id } = started.body as { job_run_id: string };
    await eventually(async () => {
      const { body } = await curl('http://localhost:8000/api/cronjobs/job123/logs');
      expect(body).toMatchObject({
        total: 3,
        logs: [
          { job_run_id, step: 'paper-search', message: 'ERROR: the index is away', level: 'ERROR' },
          { message: 'INFO no error so far', level: 'INFO' },
          { message: 'INFO 开始处理论文搜索', level: 'INFO' },
        ],
      });
    });
  });

  test('Python reads what is there, and is told of errors as they happen', async ({ skip }) => {
    skip(!hasPython, 'python3-requests and python3-websockets are not installed');
    const own = client(python, '-u', place.client(fixture('client.py'), program.home));
    // It says nothing of its own before a line comes: runs are started until it does.
    await eventually(
      async () => {
        await trigger();
        expect(own.lines.join('\n')).toContain('日志: ');
      },
      { interval: 500, timeout: 60_000 },
    );
    await eventually(() =>
      expect(own.lines.filter((line) => line.includes("'type': 'log'"))).toContainEqual(
        expect.stringMatching(/'message': 'ERROR: the index is away'/),
      ),
    );
    expect(own.lines.filter((line) => !line.startsWith('日志: '))).toEqual([]);
    expect(own.lines.join('\n')).not.toContain("'level': 'INFO'");
  });

  test('JavaScript reads what is there, and is told of lines as they come', async () => {
    await trigger();
    const script = place.client(fixture('client.js.txt'), program.home);
    const own = client(process.execPath, fixture('inNode.ts'), script, `http://localhost:${place.port}`);
    await eventually(
      async () => {
        await trigger();
        expect(own.lines).toContain('[INFO] INFO 开始处理论文搜索');
        expect(own.lines).toContain('[ERROR] ERROR: the index is away');
      },
      { interval: 500, timeout: 60_000 },
    );
    const [read] = own.lines.filter((line) => line.startsWith('{'));
    expect(JSON.parse(read ?? '')).toMatchObject({ limit: 1, logs: [{ level: 'ERROR' }] });
  });
});
