import { css, html, type CSSResult, type TemplateResult } from 'lit';

/** The codicons used, by their place in the font: a style sheet of 500 classes would have to be in every component. */
const glyphs = {
  'arrow-down': '\uea9a',
  'arrow-up': '\ueaa1',
  calendar: '\ueab0',
  'case-sensitive': '\ueab1',
  clock: '\uea82',
  check: '\ueab2',
  'chevron-down': '\ueab4',
  'chevron-left': '\ueab5',
  'chevron-right': '\ueab6',
  'chevron-up': '\ueab7',
  'circle-outline': '\ueabc',
  'circle-slash': '\ueabd',
  close: '\uea76',
  copy: '\uebcc',
  'debug-disconnect': '\uead0',
  'debug-pause': '\uead1',
  'debug-step-over': '\uead6',
  ellipsis: '\uea7c',
  error: '\uea87',
  export: '\uebac',
  filter: '\ueaf1',
  fold: '\ueaf5',
  layers: '\uebd2',
  loading: '\ueb19',
  'arrow-circle-down': '\uebfc',
  pass: '\ueba4',
  play: '\ueb2c',
  question: '\ueb32',
  regex: '\ueb38',
  rocket: '\ueb44',
  search: '\uea6d',
  server: '\ueb50',
  'stop-circle': '\ueba5',
  sync: '\uea77',
  tools: '\ueb6d',
  'type-hierarchy-sub': '\uebba',
  unfold: '\ueb73',
  warning: '\uea6c',
  watch: '\ueb7c',
  'whole-word': '\ueb7e',
  'word-wrap': '\ueb80',
} as const;

export type IconName = keyof typeof glyphs;

/** An icon that says nothing by itself; what it stands for is said by the element around it. */
export function icon(name: IconName, classes = ''): TemplateResult {
  return html`<span class="icon ${classes}" aria-hidden="true">${glyphs[name]}</span>`;
}

export const iconStyles: CSSResult = css`
  .icon {
    display: inline-block;
    font: normal normal normal 16px / 1 codicon;
    text-rendering: auto;
    -webkit-font-smoothing: antialiased;
    user-select: none;
  }
  .icon.spin {
    animation: icon-spin 1.5s steps(30) infinite;
  }
  @keyframes icon-spin {
    100% {
      transform: rotate(360deg);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .icon.spin {
      animation-duration: 6s;
    }
  }
`;
