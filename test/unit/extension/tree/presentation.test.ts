import { expect, test } from 'vitest';
import type { Connection } from '../../../../src/extension/connection.ts';
import type { ExecutionNode, HostNode, StepNode } from '../../../../src/extension/tree/nodes.ts';
import { isTicking, lookOf } from '../../../../src/extension/tree/presentation.ts';
import { tooltipOf } from '../../../../src/extension/tree/tooltip.ts';
import type { ExecutionSummary, HostResult, Step } from '../../../../src/model/execution.ts';
import type { Status } from '../../../../src/model/status.ts';
import { english } from '../words.ts';

const now = Date.UTC(2026, 5, 1, 12);
const connection: Connection = {
  name: 'local',
  label: 'This machine',
  kind: 'own',
  place: 'memory:',
  connected: true,
  open: () => Promise.reject(new Error('not opened here')),
};
const root = { kind: 'connection', id: 'connection/local', parent: undefined, connection } as const;

function executionNode(execution: Partial<ExecutionSummary>): ExecutionNode {
  return {
    kind: 'execution',
    id: 'e',
    parent: root,
    execution: { id: 'e', name: 'deploy', status: 'succeeded', ...execution },
  };
}

function stepNode(step: Partial<Step>): StepNode {
  return {
    kind: 'step',
    id: 's',
    parent: executionNode({}),
    step: { id: 's', name: 'build', order: 1, status: 'failed', ...step },
  };
}

function hostNode(host: Partial<HostResult>): HostNode {
  return { kind: 'host', id: 'h', parent: stepNode({}), host: { id: 'h', name: 'web-1', status: 'failed', ...host } };
}

test('an execution tells how long it took and how long ago that was', () => {
  const look = lookOf(executionNode({ startedAt: now - 3_720_000, endedAt: now - 3_600_000 }), now, english);
  expect(look).toMatchObject({ label: 'deploy', description: '2 min 0 s · 1 hr. ago', expands: 'collapsed' });
  expect(look.icon).toEqual({ id: 'pass', colour: 'testing.iconPassed' });
});

test('a step tells how many of its hosts failed and what it is part of', () => {
  const look = lookOf(
    stepNode({
      startedAt: 0,
      endedAt: 4_250,
      hosts: { failed: 2, timedOut: 1, succeeded: 37 },
      path: ['app', 'compile'],
    }),
    now,
    english,
  );
  expect(look.description).toBe('4.2 s · 3 of 40 failed · app › compile');
  expect(look.context).toBe('step finished failed');
});

test('a step with one host is known as such', () => {
  expect(lookOf(stepNode({ hosts: { running: 1 }, status: 'running' }), now, english).context).toBe('step open single');
});

test('a host tells its exit code and error lines, and the system’s own word when it says more', () => {
  const look = lookOf(
    hostNode({ exitCode: 127, errors: 1, rawStatus: 'EXIT_NONZERO', startedAt: 0, endedAt: 350 }),
    now,
    english,
  );
  expect(look.description).toBe('EXIT_NONZERO · exit 127 · 350 ms · 1 error line');
  expect(lookOf(hostNode({ rawStatus: 'FAILED' }), now, english).description).toBe('');
});

test('what runs counts whole seconds and nothing else ticks', () => {
  const running = hostNode({ status: 'running', startedAt: now - 5_900 });
  expect(lookOf(running, now, english).description).toBe('5 s');
  expect(isTicking(running)).toBe(true);
  expect(isTicking(hostNode({}))).toBe(false);
});

test('an interrupted run without an end has no duration', () => {
  expect(lookOf(executionNode({ status: 'interrupted', startedAt: now - 90_000 }), now, english).description).toBe(
    '1 min. ago',
  );
});

test('every node says to a screen reader what it is and how it stands', () => {
  expect(lookOf(hostNode({ exitCode: 1 }), now, english).accessible).toBe('Host web-1, failed, exit 1');
  expect(lookOf(stepNode({ hosts: { succeeded: 2 }, status: 'succeeded' }), now, english).accessible).toBe(
    'Step build, succeeded, 2 hosts',
  );
});

test('menus can tell what can be done with an execution', () => {
  const invocation = { command: ['npm', 'test'], directory: '/home/me' };
  const { context } = lookOf(
    executionNode({ invocation, url: 'https://ci.example/1', status: 'failed' }),
    now,
    english,
  );
  expect(context).toBe('execution finished failed again link deletable');
  expect(lookOf(executionNode({ status: 'running' }), now, english).context).toBe('execution open');
});

test('a tooltip holds what is known and leaves out the rest', () => {
  const { title, facts, message } = tooltipOf(
    hostNode({ lines: 12_345, message: 'boom', rawStatus: 'ERR' }),
    now,
    english,
  );
  expect(title).toBe('web-1');
  expect(message).toBe('boom');
  expect(facts).toEqual([
    ['Status', 'failed (ERR)'],
    ['Lines', '12,345'],
  ]);
});

test('hosts cancelled because another failed are not counted as failed', () => {
  const counts = { failed: 1, cancelled: 2 };
  expect(lookOf(stepNode({ hosts: counts }), now, english).description).toBe('1 of 3 failed');
  expect(lookOf(stepNode({ hosts: { cancelled: 2, succeeded: 1 } }), now, english).description).toBe(
    '2 of 3 cancelled',
  );
});

test('what a step is part of is said once', () => {
  expect(lookOf(stepNode({ path: ['Import', 'Import'] }), now, english).description).toBe('Import');
  expect(lookOf(stepNode({ path: ['app', 'build'] }), now, english).description).toBe('app');
});

test('a long name leaves room for how it went', () => {
  const name = `sh -c ${'x'.repeat(100)}`;
  const look = lookOf(executionNode({ name }), now, english);
  expect(look.label).toHaveLength(40);
  expect(look.label.endsWith('…')).toBe(true);
  expect(look.accessible).toContain(name);
});

test('a job shows its type by icon and title, and how it went beside it', () => {
  const look = (kind: string, status: Status = 'running') => lookOf(executionNode({ kind, status }), now, english);
  expect(look('plan_decompose')).toMatchObject({
    icon: { id: 'type-hierarchy-sub', colour: 'charts.blue' },
    badge: 'running',
    description: 'Task decomposition',
    context: 'execution open job',
  });
  expect(look('plan_execute', 'failed')).toMatchObject({
    icon: { id: 'play', colour: 'charts.green' },
    badge: 'failed',
    accessible: 'Execution deploy, failed, Plan execution',
  });
  for (const kind of ['chat_action', 'task_operation', 'chat_deep_think', 'phagescope_track'])
    expect(look(kind).icon).toEqual({ id: 'tools', colour: 'charts.orange' });
});

test('what is no job shows how it went, and its kind in the tooltip', () => {
  for (const kind of ['deployment', 'command', 'something of theirs']) {
    const look = lookOf(executionNode({ kind, status: 'failed' }), now, english);
    expect(look.icon.id).toBe('error');
    expect(look.badge).toBeUndefined();
  }
  const kindIn = (kind: string) => tooltipOf(executionNode({ kind }), now, english).facts[2];
  expect(kindIn('deployment')).toEqual(['Kind', 'Deployment']);
  expect(kindIn('plan_execute')).toEqual(['Kind', 'Plan execution (plan_execute)']);
  expect(kindIn('something of theirs')).toEqual(['Kind', 'something of theirs']);
});

test('a failure that was ignored is told apart', () => {
  const node = hostNode({ ignored: true, exitCode: 1 });
  const look = lookOf(node, now, english);
  expect(look.icon).toEqual({ id: 'warning', colour: 'problemsWarningIcon.foreground' });
  expect(look.description).toBe('failure ignored · exit 1');
  expect(look.accessible).toBe('Host web-1, failed, failure ignored, exit 1');
  expect(tooltipOf(node, now, english).facts).toContainEqual(['Failure', expect.stringMatching(/^ignored/)]);
});

test('what ended badly says why, in one line', () => {
  const message = `Nothing was written for 35 minutes\n${'x'.repeat(200)}`;
  expect(lookOf(executionNode({ status: 'interrupted', message }), now, english).description).toBe(
    'Nothing was written for 35 minutes',
  );
  expect(lookOf(stepNode({ message }), now, english).description).toBe('Nothing was written for 35 minutes');
  expect(lookOf(executionNode({ message }), now, english).description).toBe('');
});
