import { html, type TemplateResult } from 'lit';
import { durationOf } from '../../src/model/execution.ts';
import type { LogActions } from '../logActions.ts';
import { kindLook } from '../shell/kindLook.ts';
import { statedLook } from '../shell/statusLook.ts';
import type { ShownLog } from '../shownLog.ts';
import { subjectOf } from '../statusContent.ts';
import type { Translate } from '../words.ts';
import './logSummary.ts';
import { factsOf, type SummaryActions, type SummaryContent } from './logSummary.ts';

/** The view around the summary. */
export interface SummaryGround {
  readonly t: Translate;
  readonly language: string;
  readonly actions: LogActions;
}

export function summaryView(shown: ShownLog | undefined, { t, language, actions }: SummaryGround): TemplateResult | '' {
  if (!shown?.collapsing.isCollapsed) return '';
  const { scope } = shown.session.address;
  const acts: SummaryActions = {
    show: () => {
      shown.expand();
    },
    copy: (style) => void actions.copyLog(scope, style),
    exportLog: () => {
      void actions.attempt(async (host, options) => {
        await host.exportLog({ scope }, options);
      });
    },
  };
  const content = summaryContent(shown, t);
  return html`<log-summary .t=${t} .language=${language} .content=${content} .actions=${acts}></log-summary>`;
}

/** What is said once when a log gives way to its summary. */
export function summaryWords(shown: ShownLog, t: Translate, language: string): string {
  const content = summaryContent(shown, t);
  const { status, name } = content;
  return [status?.words, name, factsOf(content, t, language)].filter((part) => part !== undefined).join(', ');
}

function summaryContent(shown: ShownLog, t: Translate): SummaryContent {
  const { execution, step, host, error } = shown.details.known;
  const subject = subjectOf(shown);
  const names = [execution?.name, host?.name ?? step?.name].filter((name) => name !== undefined && name !== '');
  const kind = kindLook(execution?.kind, t);
  const { counted, problem } = shown.collapsing;
  return {
    status: subject && statedLook(subject, t),
    kind,
    name: (kind ? names.slice(0, 1) : names).join(' › '),
    duration: subject?.endedAt === undefined ? undefined : durationOf(subject, subject.endedAt),
    counted: counted ?? (problem && { lines: undefined, errors: undefined, isPartial: true, lastError: undefined }),
    message: problem?.message ?? error?.message ?? subject?.message ?? execution?.message,
  };
}
