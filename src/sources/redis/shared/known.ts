import { LogError } from '../../../model/errors.ts';
import type { LogScope } from '../../../model/query.ts';
import type { Catalog } from './catalog.ts';
import type { Listed } from './lists.ts';
import { KnownExecution } from './records.ts';
import type { ExecutionReports, Reports } from './reports.ts';
import { scanRoom } from './scan.ts';
import type { StreamId } from './streamId.ts';
import { Tasks } from './tasks.ts';

/** How often a search for an execution nobody has heard of goes further back before it gives up for now. */
const mostSearches = 5;

const noTasks = new Tasks(undefined);

/** Puts together what reports and lines tell of executions. */
export class Knowledge {
  readonly #reports: Reports;
  readonly #catalog: Catalog;
  readonly #tasks = new WeakMap<ExecutionReports, { readonly upTo: StreamId; readonly tasks: Tasks }>();

  constructor(reports: Reports, catalog: Catalog) {
    this.#reports = reports;
    this.#catalog = catalog;
  }

  /** Resolves when everything is known that had been reported when this was called. */
  refresh(): Promise<void> {
    return this.#reports.refresh();
  }

  of(execution: string): KnownExecution {
    const reports = this.#reports.executions.get(execution);
    return new KnownExecution(execution, reports, this.#catalog.executions.get(execution), this.#tasksOf(reports));
  }

  all(): Listed[] {
    const ids = new Set([...this.#reports.executions.keys(), ...this.#catalog.executions.keys()]);
    return [...ids].map((id) => {
      const known = this.of(id);
      return { summary: known.summary, firstId: known.firstId };
    });
  }

  noStep({ execution, step }: { readonly execution: string; readonly step: string }): LogError {
    return notFound(`Execution "${execution}" has no step "${step}"`, this.missing('looked through for it'));
  }

  /** As `of`, after having looked a bounded stretch further into the log. Throws notFound. */
  async find(execution: string, signal?: AbortSignal): Promise<KnownExecution> {
    await this.refresh();
    for (let searches = 0; searches < mostSearches; searches++) {
      await this.#catalog.extend(scanRoom, signal);
      if (this.of(execution).isKnown || this.#catalog.isWhole) break;
    }
    const known = this.of(execution);
    if (known.isKnown) return known;
    throw notFound(`There is no execution "${execution}"`, this.missing('looked for'));
  }

  /** Throws notFound when there is certainly no such log; what lies further back than anybody has looked may be. */
  async check({ execution, step, host }: LogScope, signal?: AbortSignal): Promise<void> {
    const isThere = (): boolean => {
      const known = this.of(execution);
      if (step === undefined) return known.isKnown;
      return host === undefined ? known.hasStep(step) : known.hasHost(step, host);
    };
    if (isThere()) return;
    await this.#catalog.extend(scanRoom, signal);
    if (isThere() || !this.#catalog.isWhole) return;
    const what = [`execution "${execution}"`, step && `step "${step}"`, host && `host "${host}"`].filter(Boolean);
    throw notFound(`There is no log of ${what.join(', ')}`);
  }

  /** Words on how far the log has been looked through, when that is not all of it. */
  missing(verb: string): string | undefined {
    if (this.#catalog.isWhole) return undefined;
    const { looked } = this.#catalog;
    return `Only the newest ${looked} entries of the log were ${verb}; asking again looks further back.`;
  }

  /** Every tail of an execution asks for them whenever something is written. */
  #tasksOf(reports: ExecutionReports | undefined): Tasks {
    if (!reports) return noTasks;
    const known = this.#tasks.get(reports);
    if (known?.upTo === reports.lastId) return known.tasks;
    const tasks = new Tasks(reports);
    this.#tasks.set(reports, { upTo: reports.lastId, tasks });
    return tasks;
  }
}

function notFound(what: string, missing?: string): LogError {
  return new LogError('notFound', `${what}.${missing === undefined ? '' : ` ${missing}`}`);
}
