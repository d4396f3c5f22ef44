import { describe, expect, test } from 'vitest';
import { LineBatchBuilder } from '../../src/base/lineBatch.ts';
import { News } from '../../src/base/news.ts';
import { LogError } from '../../src/model/errors.ts';
import type { TailState } from '../../src/model/page.ts';
import type { LogSource } from '../../src/model/source.ts';
import type { Status } from '../../src/model/status.ts';
import { mount, numbered, painted, press, recorded, relative, wheel, type Mounted } from './mount.ts';
import { eventually } from '../harness/eventually.ts';

const last = (view: Mounted): string | undefined => view.lines().at(-1)?.text;
const state = (view: Mounted): string => view.find('.state .words')?.textContent ?? '';

describe('a running log', () => {
  test('opens at its end and keeps it in view while lines are written', async () => {
    const { store, address, append } = await recorded(numbered(500));
    const view = await mount(store, { address });
    expect(last(view)).toBe('line 500');
    await append(numbered(100, 501));
    await eventually(() => {
      expect(last(view)).toBe('line 600');
    });
    expect(state(view)).toBe('Live');
  });

  test('is left in peace once scrolled up; a pill tells what has come, and leads there', async () => {
    const { store, address, append } = await recorded(numbered(500));
    const view = await mount(store, { address });
    wheel(view.rows, -400);
    await painted();
    const before = view.lines();
    await append([...numbered(41, 501), { text: 'ERROR it broke', level: 'error' }]);
    await eventually(() => {
      expect(view.find('.pill')?.textContent.trim()).toMatch(/42 new lines, 1 error$/);
    });
    expect(view.lines()).toEqual(before);
    view.find('.pill')?.click();
    await eventually(() => {
      expect(last(view)).toBe('ERROR it broke');
    });
    expect(view.find('.pill')).toBeNull();
    await append(['more']);
    await eventually(() => {
      expect(last(view)).toBe('more');
    });
  });

  test('tells how fast lines come', async () => {
    const { store, address, append } = await recorded(numbered(5));
    const view = await mount(store, { address });
    await append(['one']);
    await eventually(() => {
      expect(view.find('.state ~ .figure')?.textContent).toBe('1 line/s');
    });
    await append(numbered(30));
    await eventually(() => {
      expect(view.find('.state ~ .figure')?.textContent).toMatch(/^1\d lines\/s$/);
    });
  });

  test('is followed again after End, and after scrolling down to its end', async () => {
    const { store, address, append } = await recorded(numbered(500));
    const view = await mount(store, { address });
    view.rows.focus();
    await press('{Home}');
    await append(['a']);
    await eventually(() => {
      expect(view.find('.pill')).not.toBeNull();
    });
    await press('{End}');
    await append(['b']);
    await eventually(() => {
      expect(last(view)).toBe('b');
    });
    wheel(view.rows, -300);
    await painted();
    wheel(view.rows, 5_000);
    await append(['c']);
    await eventually(() => {
      expect(last(view)).toBe('c');
    });
  });

  test('ends with its result in words', async () => {
    const { store, address, append, finish } = await recorded(numbered(10));
    const view = await mount(store, { address });
    await append(['done']);
    await finish('failed', 3);
    await eventually(() => {
      expect(state(view)).toBe('Failed after 12 s');
    });
    expect(view.find('.badge')?.textContent).toBe('exit 3');
    expect(view.find('[title="Follow New Lines (End)"]')?.matches(':disabled')).toBe(true);
  });

  test('says so while there is nothing yet, and when nothing ever came', async () => {
    const { store, address, finish } = await recorded();
    const view = await mount(store, { address });
    expect(view.find('.notice')?.textContent).toBe('No output yet.');
    await finish();
    await eventually(() => {
      expect(view.find('.notice')?.textContent).toBe('Nothing was written here.');
    });
  });

  test('written faster than it can be shown is jumped to its end, and every line can be reached', async () => {
    const { store, address, append } = await recorded(numbered(10));
    const view = await mount(store, { address });
    await append(numbered(60_000, 11));
    await eventually(() => {
      expect(last(view)).toBe('line 60010');
    });
    wheel(view.rows, -200_000);
    await eventually(async () => {
      await painted();
      const lines = view.lines();
      expect(lines.length).toBeGreaterThan(5);
      for (const { number, text } of lines) expect(text).toBe(`line ${number}`);
    });
  });

  test('tells a screen reader what is new, but not while one reads elsewhere', async () => {
    const { store, address, append } = await recorded(numbered(500));
    const view = await mount(store, { address });
    await append(numbered(3, 501));
    await eventually(() => {
      expect(view.find('.said')?.textContent).toBe('3 new lines');
    });
    wheel(view.rows, -400);
    await append(numbered(3, 504));
    await eventually(() => {
      expect(view.find('.pill')).not.toBeNull();
    });
    expect(view.find('.said')?.textContent).toBe('3 new lines');
  });
});

describe('a stream that breaks', () => {
  test('is told, begun again where it stopped, and nothing is missing or twice', async () => {
    const { store, address, append } = await recorded(numbered(20));
    const line = breakable(store);
    const view = await mount(line.source, { address });
    line.cut();
    await eventually(() => {
      expect(state(view)).toMatch(/^Reconnecting in \d+ s: the cable is out$/);
    });
    await append(numbered(5, 21));
    line.mend();
    view.find('.retry')?.click();
    await eventually(() => {
      expect(state(view)).toBe('Live');
      expect(last(view)).toBe('line 25');
    });
    expect(view.lines().map(({ text }) => text)).toEqual(numbered(25));
  });

  test('is begun again after the last line that came, also where lines are known only by pointers', async () => {
    const { store, address, append } = await recorded(numbered(20));
    const line = breakable(relative(store));
    const view = await mount(line.source, { address });
    await append(numbered(5, 21));
    await eventually(() => {
      expect(last(view)).toBe('line 25');
    });
    line.cut();
    await eventually(() => {
      expect(state(view)).toMatch(/^Reconnecting/);
    });
    await append(numbered(5, 26));
    line.mend();
    view.find('.retry')?.click();
    await eventually(() => {
      expect(last(view)).toBe('line 30');
    });
    expect(view.lines().map(({ text }) => text)).toEqual(numbered(30));
  });

  test('for good says why and waits for the user', async () => {
    const { store, address } = await recorded(numbered(5));
    const line = breakable(store, new LogError('forbidden', 'You may not see this any more.'));
    const view = await mount(line.source, { address });
    line.cut();
    await eventually(() => {
      expect(state(view)).toBe('You may not see this any more.');
    });
    line.mend();
    view.find('.retry')?.click();
    await eventually(() => {
      expect(state(view)).toBe('Live');
    });
  });
});

describe('a writer that was thought to be gone', () => {
  test('is followed again when it comes back', async () => {
    const { store, address, append } = await recorded(numbered(20));
    const writer = silent(store);
    const view = await mount(writer.source, { address });
    await eventually(() => {
      expect(state(view)).toMatch(/^Interrupted/);
    });
    writer.comeBack();
    await append(numbered(5, 21));
    await eventually(() => {
      expect(state(view)).toBe('Live');
    });
    view.rows.focus();
    await press('{End}');
    await append(['line 26']);
    await eventually(() => {
      expect(last(view)).toBe('line 26');
    });
    expect(view.lines().map(({ text }) => text)).toEqual(numbered(26).slice(-view.lines().length));
  });
});

/** The source as readers see it whose writer has not been heard of for long. */
function silent(source: LogSource) {
  let isGone = true;
  const interrupted = <T extends { readonly status: Status }>(what: T): T =>
    isGone ? { ...what, status: 'interrupted' } : what;
  const seen: LogSource = {
    capabilities: source.capabilities,
    listExecutions: (query, options) => source.listExecutions(query, options),
    getExecution: async (ref, options) => {
      const execution = await source.getExecution(ref, options);
      return interrupted({ ...execution, steps: execution.steps.map(interrupted) });
    },
    getStepResult: async (query, options) => {
      const { step, hosts, ...rest } = await source.getStepResult(query, options);
      return { ...rest, step: interrupted(step), hosts: hosts.map(interrupted) };
    },
    readLog: async (query, options) => {
      const page = await source.readLog(query, options);
      return { ...page, complete: isGone || page.complete };
    },
    watch: (query, options) => source.watch(query, options),
    async *tailLog(query, options) {
      if (isGone) yield { ...(await source.readLog(query, options)), complete: true };
      else yield* source.tailLog(query, options);
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
  return {
    source: seen,
    comeBack: () => {
      isGone = false;
    },
  };
}

describe('a source that keeps itself connected', () => {
  test('has how it keeps up told in words, and is begun again at once when asked to', async () => {
    const { store, address, append } = await recorded(numbered(20));
    const remote = talkative(store);
    const view = await mount(remote.source, { address });
    remote.say({ kind: 'catchingUp' });
    await eventually(() => {
      expect(state(view)).toBe('Catching up');
    });
    remote.say({ kind: 'polling', seconds: 5, why: 'the proxy keeps the stream' });
    await eventually(() => {
      expect(state(view)).toBe('Asking every 5 s: the proxy keeps the stream');
    });
    remote.say({ kind: 'reconnecting', at: Date.now() + 20_000, why: 'the service is restarting' });
    await eventually(() => {
      expect(state(view)).toMatch(/^Reconnecting in (19|20) s: the service is restarting$/);
    });
    expect(remote.begun()).toBe(1);
    await append(numbered(2, 21));
    view.find('.retry')?.click();
    await eventually(() => {
      expect(state(view)).toBe('Live');
      expect(last(view)).toBe('line 22');
    });
    expect(remote.begun()).toBe(2);
    expect(view.lines().map(({ text }) => text)).toEqual(numbered(22));
  });
});

test('a log is live where its source says so, though what else it tells is asked for', async () => {
  const { store, address } = await recorded(numbered(20));
  const remote = talkative(store);
  const capabilities = { ...store.capabilities, watch: 'poll' as const };
  const view = await mount({ ...remote.source, capabilities }, { address });
  remote.say({ kind: 'polling', seconds: 5 });
  await eventually(() => {
    expect(state(view)).toBe('Asking every 5 s');
  });
  remote.say({ kind: 'live' });
  await eventually(() => {
    expect(state(view)).toBe('Live');
  });
});

describe('a source that has given up', () => {
  test('leaves the log readable, asks nothing more, and goes on where it stopped once refreshed', async () => {
    const { store, address, append, finish } = await recorded(numbered(20));
    const remote = talkative(store);
    let watched = 0;
    const watch = remote.source.watch.bind(remote.source);
    remote.source.watch = (query, options) => {
      watched++;
      return watch(query, options);
    };
    const view = await mount(remote.source, { address });
    remote.say({ kind: 'polling', seconds: 5 });
    await eventually(() => {
      expect(state(view)).toBe('Asking every 5 s');
    });
    expect(view.find('.retry')).toBeNull();
    await append(numbered(2, 21));
    remote.giveUp('nobody answers at jobs:9000');
    await eventually(() => {
      expect(state(view)).toBe('Not live any more: nobody answers at jobs:9000');
      expect(view.find('.said')?.textContent).toBe('Not live any more: nobody answers at jobs:9000');
    });
    expect(view.lines().map(({ text }) => text)).toEqual(numbered(20));
    const before = watched;
    expect(view.find('.retry')?.textContent).toBe('Refresh');
    expect(remote.begun()).toBe(1);
    view.find('.retry')?.click();
    await eventually(() => {
      expect(state(view)).toBe('Live');
      expect(view.lines().map(({ text }) => text)).toEqual(numbered(22));
    });
    await eventually(() => {
      expect(watched).toBe(before + 1);
    });
    await finish('failed', 3);
    await eventually(() => {
      expect(state(view)).toBe('Failed after 12 s');
    });
  });
});

/** The source with a tail that first tells how it keeps up, as one that reads from far away does. */
function talkative(source: LogSource) {
  let begun = 0;
  const said: TailState[] = [];
  let why: string | undefined;
  const news = new News();
  const far: LogSource = {
    capabilities: source.capabilities,
    listExecutions: (query, options) => source.listExecutions(query, options),
    getExecution: (ref, options) => source.getExecution(ref, options),
    getStepResult: (query, options) => source.getStepResult(query, options),
    readLog: (query, options) => source.readLog(query, options),
    watch: (query, options) => source.watch(query, options),
    async *tailLog(query, options) {
      begun++;
      const { position } = query;
      if (begun === 1 && position.at === 'after') {
        const lines = new LineBatchBuilder().build();
        for (;;) {
          const { mark } = news;
          for (const state of said.splice(0)) yield { lines, newer: position.pointer, complete: false, state };
          if (why !== undefined) throw new LogError('unavailable', why);
          await news.since(mark, options?.signal);
        }
      }
      yield* source.tailLog(query, options);
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
  return {
    source: far,
    begun: () => begun,
    giveUp: (words: string) => {
      why = words;
      news.tell();
    },
    say: (state: TailState) => {
      said.push(state);
      news.tell();
    },
  };
}

/** The source with a tail that can be cut. */
function breakable(source: LogSource, reason = new LogError('unavailable', 'the cable is out')) {
  let isOut = false;
  const open = new Set<AbortController>();
  const cuttable: LogSource = {
    capabilities: source.capabilities,
    listExecutions: (query, options) => source.listExecutions(query, options),
    getExecution: (ref, options) => source.getExecution(ref, options),
    getStepResult: (query, options) => source.getStepResult(query, options),
    readLog: (query, options) => source.readLog(query, options),
    watch: (query, options) => source.watch(query, options),
    async *tailLog(query, options) {
      if (isOut) throw reason;
      const cutter = new AbortController();
      open.add(cutter);
      const signal = AbortSignal.any([cutter.signal, ...(options?.signal ? [options.signal] : [])]);
      yield* source.tailLog(query, { signal });
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
  return {
    source: cuttable,
    cut: () => {
      isOut = true;
      for (const cutter of open) cutter.abort(reason);
    },
    mend: () => {
      isOut = false;
    },
  };
}
