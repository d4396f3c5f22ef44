import { env, l10n } from 'vscode';
import type { LogAddress, LogHost, Reveal, ViewCommand } from '../../bridge/logHost.ts';
import { LogError } from '../../model/errors.ts';
import type { Execution, ExecutionRef } from '../../model/execution.ts';
import type { StepResult } from '../../model/page.ts';
import type { LogSource } from '../../model/source.ts';
import type { Words } from '../words.ts';
import { openAsDocument } from '../documents/logDocuments.ts';
import { copyRange, copyWhole } from './copyRange.ts';
import { exportLog } from './exportLog.ts';
import { openLink } from './openLink.ts';
import * as requests from './requests.ts';
import { readViewSettings, writeViewSettings } from './viewSettings.ts';

/** The log a panel shows, as far as the one who answers its view needs to know. */
export interface ShownLog {
  readonly address: LogAddress;
  source(): Promise<LogSource>;
  /** Where the view is to open; asked once per load of the view. */
  takeReveal(): Reveal;
  commands(signal: AbortSignal | undefined): AsyncIterable<ViewCommand>;
  /** The view has gone to another log of the same execution. */
  showing(address: LogAddress): void;
  /** What the view was told: names and states for title and icon come from it. */
  noticed(news: { readonly execution?: Execution; readonly result?: StepResult }): void;
}

/**
 * Answers what a log view asks. The view is not trusted: every request is read field by field, and reaches
 * nothing but the execution the panel was opened for.
 */
export function logHost(log: ShownLog, words: Words): LogHost {
  function own<Request extends ExecutionRef>(request: Request): Request {
    if (request.execution === log.address.scope.execution) return request;
    throw new LogError('forbidden', words.t('This tab shows another execution.'));
  }
  return { ...viewing(log, own), ...reading(log, own), ...acting(log, own, words) };
}

/** Refuses a request about another execution. */
type Own = <Request extends ExecutionRef>(request: Request) => Request;

type Viewing = Pick<LogHost, 'start' | 'commands' | 'showing' | 'changeSettings'>;
type Reading = Pick<LogHost, 'getExecution' | 'getStepResult' | 'readLog' | 'tailLog' | 'watch'>;

function viewing(log: ShownLog, own: Own): Viewing {
  return {
    async start() {
      const { capabilities } = await log.source();
      const translations = l10n.bundle;
      return {
        address: log.address,
        reveal: log.takeReveal(),
        capabilities,
        settings: readViewSettings(),
        language: env.language,
        ...(translations && { translations }),
      };
    },
    commands: (_, options) => log.commands(options?.signal),
    async showing(request) {
      const { address } = requests.showingRequest(request, 'request');
      log.showing({ connection: log.address.connection, scope: own(address.scope) });
    },
    changeSettings: async (request) => writeViewSettings(requests.viewSettings(request, 'request')),
  };
}

function reading(log: ShownLog, own: Own): Reading {
  return {
    async getExecution(request, options) {
      const ref = own(requests.executionRef(request, 'request'));
      const execution = await (await log.source()).getExecution(ref, options);
      log.noticed({ execution });
      return execution;
    },
    async getStepResult(request, options) {
      const query = own(requests.stepQuery(request, 'request'));
      const result = await (await log.source()).getStepResult(query, options);
      log.noticed({ result });
      return result;
    },
    async readLog(request, options) {
      const query = own(requests.logQuery(request, 'request'));
      return (await log.source()).readLog(query, options);
    },
    async *tailLog(request, options) {
      const query = own(requests.logQuery(request, 'request'));
      yield* (await log.source()).tailLog(query, options);
    },
    async *watch(request, options) {
      const { execution, ...rest } = requests.watchQuery(request, 'request');
      const query = { ...rest, ...own({ execution: execution ?? '' }) };
      yield* (await log.source()).watch(query, options);
    },
  };
}

function acting(log: ShownLog, own: Own, words: Words): Omit<LogHost, keyof Viewing | keyof Reading> {
  return {
    async openLink(request) {
      const link = requests.link(request, 'request');
      const { execution } = log.address.scope;
      const directory = link.kind === 'file' ? await directoryOf(await log.source(), { execution }) : undefined;
      await openLink(link, directory, words);
    },
    copy: async (request) => env.clipboard.writeText(requests.copyRequest(request, 'request').text),
    async copyLines(request, options) {
      const range = requests.copyLinesRequest(request, 'request');
      own(range.scope);
      return copyRange(await log.source(), range, words, options?.signal);
    },
    async copyLog(request, options) {
      const copied = requests.copyLogRequest(request, 'request');
      own(copied.scope);
      return copyWhole(await log.source(), copied, words, options?.signal);
    },
    async exportLog(request, options) {
      const wanted = requests.exportRequest(request, 'request');
      own(wanted.scope);
      return exportLog(await log.source(), wanted, words, options?.signal);
    },
    async openInEditor(request) {
      const { scope } = requests.scopeRequest(request, 'request');
      await openAsDocument({ connection: log.address.connection, scope: own(scope) });
    },
  };
}

/** Where the execution's command ran; paths in its log may be relative to it. */
async function directoryOf(source: LogSource, ref: ExecutionRef): Promise<string | undefined> {
  return (await source.getExecution(ref)).invocation?.directory;
}
