import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProcessFigures } from './metrics.ts';

/** Watches the process it runs in, until disposed. */
export class ProcessWatch implements Disposable {
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });

  constructor() {
    this.#delay.enable();
  }

  figures(): ProcessFigures {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const lag = this.#delay.count > 0 ? this.#delay.max / 1e9 : 0;
    this.#delay.reset();
    return {
      startedAt: performance.timeOrigin / 1_000,
      residentBytes: rss,
      heapBytes: heapUsed,
      cpuSeconds: (user + system) / 1e6,
      eventLoopLag: lag,
    };
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}
