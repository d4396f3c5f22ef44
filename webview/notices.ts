import { html, type TemplateResult } from 'lit';
import type { LogError } from '../src/model/errors.ts';
import { icon } from './shell/icons.ts';
import { newsWords, type ShownLog } from './shownLog.ts';
import type { Translate } from './words.ts';

/** Why there is nothing to see, and the way to try again. */
export function failureNotice(error: LogError, t: Translate, retry: () => void): TemplateResult {
  const gone = t('This execution no longer exists, or this host has no log in it.');
  return html`<div class="notice" role="alert">
    ${icon('error')}
    <p>${error.code === 'notFound' ? gone : error.message}</p>
    <vscode-button @click=${retry}>${t('Try again')}</vscode-button>
  </div>`;
}

/** What to say where there are no rows. */
export function emptyNotice(shown: ShownLog | undefined, t: Translate): TemplateResult | '' {
  if (shown?.session.state.kind !== 'ready') return '';
  const { rows, session, find } = shown;
  if (rows.end > rows.first) return '';
  return html`<div class="notice over"><p>${emptyWords()}</p></div>`;

  function emptyWords(): string {
    if (rows !== session.rows) return find.isSearching ? t('Searching…') : t('No line matches');
    return session.live?.kind === 'ended' ? t('Nothing was written here.') : t('No output yet.');
  }
}

/** Tells those who read elsewhere what has come at the end, and leads there. */
export function newsPill(shown: ShownLog | undefined, t: Translate, language: string): TemplateResult | '' {
  if (!shown || !shown.isLive || shown.isFollowing || shown.session.unseen.lines === 0) return '';
  const { lines, errors } = shown.session.unseen;
  return html`<button class="pill" type="button" @click=${() => void shown.follow()}>
    ${icon('arrow-down')} ${newsWords(lines, errors, t, language)}
  </button>`;
}
