import { css, unsafeCSS, type CSSResult } from 'lit';
import { ansiProperties } from './ansiNames.ts';

/** The theme's sixteen terminal colours, as text and as background. */
const ansi = ansiProperties
  .map((name, index) => `.fg-${index} { color: var(${name}); } .bg-${index} { background-color: var(${name}); }`)
  .join('\n');

export const rowsStyles: CSSResult[] = [
  css`
    :host {
      position: relative;
      display: block;
      overflow: hidden;
      font-family: var(--vscode-editor-font-family, monospace);
      font-size: var(--vscode-editor-font-size, 13px);
      font-weight: var(--vscode-editor-font-weight, normal);
      font-variant-ligatures: none;
      color: var(--vscode-editor-foreground);
      background: var(--vscode-editor-background);
      contain: strict;
      --row-height: 18px;
      --number-width: 3ch;
      --time-width: 0ch;
      --mark-width: 3px;
      --gutter-width: calc(var(--mark-width) + var(--number-width) + var(--time-width) + 32px);
      --ruler-error: var(--vscode-editorOverviewRuler-errorForeground);
      --ruler-match: var(--vscode-editorOverviewRuler-findMatchForeground);
      --ruler-current: var(--vscode-editorOverviewRuler-bracketMatchForeground, #a0a0a0);
    }
    .scroller {
      position: absolute;
      inset: 0 14px 0 0;
      overflow: auto hidden;
      outline: none;
      cursor: text;
      touch-action: none;
      user-select: none;
      -webkit-user-select: none;
    }
    .canvas {
      position: relative;
      height: 100%;
      overflow: clip;
    }
    .rows {
      position: absolute;
      inset: 0;
      will-change: transform;
    }
    :host([wrap]) .canvas {
      min-width: 0 !important;
    }

    .row {
      position: absolute;
      top: 0;
      left: 0;
      display: flex;
      min-width: 100%;
      height: var(--row-height);
      line-height: var(--row-height);
      white-space: pre;
      contain: layout style;
      --tint: transparent;
      --mark: transparent;
    }
    .row[hidden] {
      display: none;
    }
    :host([wrap]) .row {
      width: 100%;
      height: auto;
      min-height: var(--row-height);
      white-space: pre-wrap;
      overflow-wrap: anywhere;
    }
    .row.active::before {
      content: '';
      position: absolute;
      inset: 0;
      background: var(--vscode-editor-lineHighlightBackground, transparent);
      border-block: 1px solid var(--vscode-editor-lineHighlightBorder, transparent);
      pointer-events: none;
      box-sizing: border-box;
    }
    .row.line {
      background: linear-gradient(var(--tint), var(--tint));
    }

    .gutter {
      position: sticky;
      left: 0;
      z-index: 1;
      display: flex;
      flex: none;
      gap: 12px;
      padding-left: 10px;
      padding-right: 14px;
      border-left: var(--mark-width) solid var(--mark);
      background: linear-gradient(var(--tint), var(--tint)), var(--vscode-editor-background);
      color: var(--vscode-editorLineNumber-foreground);
      cursor: default;
      white-space: pre;
    }
    .number {
      width: var(--number-width);
      text-align: right;
      font-variant-numeric: tabular-nums;
    }
    .row.active .number {
      color: var(--vscode-editorLineNumber-activeForeground);
    }
    .time {
      display: none;
      width: var(--time-width);
    }
    :host([times]) .time {
      display: inline-block;
    }
    :host([times]) {
      --gutter-width: calc(var(--mark-width) + var(--number-width) + var(--time-width) + 40px);
    }
    .host {
      max-width: 16ch;
      overflow: hidden;
      text-overflow: ellipsis;
      color: var(--vscode-descriptionForeground);
    }
    .text {
      position: relative;
      flex: 1 1 auto;
      padding-right: 4ch;
      tab-size: 8;
    }
    :host([wrap]) .text {
      min-width: 0;
      padding-right: 1ch;
    }
    .row.line-end .text::after {
      content: '\\00a0';
      background: var(--vscode-editor-selectionBackground);
    }

    .level-error,
    .level-fatal {
      --tint: color-mix(in srgb, var(--vscode-editorError-foreground, #f14c4c) 9%, transparent);
      --mark: var(--vscode-editorError-foreground, #f14c4c);
    }
    .level-warn {
      --mark: var(--vscode-editorWarning-foreground, #cca700);
    }
    .level-trace .text,
    .level-debug .text {
      color: var(--vscode-descriptionForeground);
    }
    .stream-system .text {
      color: var(--vscode-descriptionForeground);
      font-style: italic;
    }
    .stream-stderr:not(.level-error, .level-fatal, .level-warn) {
      --mark: color-mix(in srgb, var(--vscode-editorWarning-foreground, #cca700) 35%, transparent);
    }

    .skeleton::before {
      content: '';
      display: inline-block;
      width: 34ch;
      height: 0.55em;
      border-radius: 3px;
      background: var(--vscode-editor-foreground);
      opacity: 0.08;
    }
    .row.loading:nth-child(3n) .skeleton::before {
      width: 52ch;
    }
    .row.loading:nth-child(4n + 1) .skeleton::before {
      width: 21ch;
    }
    .row.gap .text,
    .row.failed .text {
      color: var(--vscode-descriptionForeground);
      font-style: italic;
    }
    .row.gap {
      background: repeating-linear-gradient(
        -45deg,
        transparent 0 6px,
        color-mix(in srgb, var(--vscode-editor-foreground) 5%, transparent) 6px 12px
      );
    }
    .retry,
    .link {
      color: var(--vscode-textLink-foreground);
      cursor: pointer;
    }
    .link {
      color: inherit;
      text-decoration: underline;
      text-decoration-color: color-mix(in srgb, currentColor 45%, transparent);
      text-underline-offset: 2px;
    }
    .link:hover,
    .retry:hover {
      color: var(--vscode-textLink-activeForeground);
      text-decoration: underline;
    }
    .chip {
      margin-left: 1ch;
    }
    .chip::after {
      content: attr(data-words);
      padding: 0 6px;
      border-radius: 3px;
      font-family: var(--vscode-font-family);
      font-size: 0.85em;
      color: var(--vscode-badge-foreground);
      background: var(--vscode-badge-background);
      cursor: help;
    }

    .bold {
      font-weight: bold;
    }
    .dim {
      opacity: 0.6;
    }
    .italic {
      font-style: italic;
    }
    .underline {
      text-decoration: underline;
    }
    .strike {
      text-decoration: line-through;
    }
    .underline.strike {
      text-decoration: underline line-through;
    }
    .hidden {
      visibility: hidden;
    }
    .fg-foreground {
      color: var(--vscode-editor-foreground);
    }
    .fg-background {
      color: var(--vscode-editor-background);
    }
    .bg-foreground {
      background-color: var(--vscode-editor-foreground);
    }

    ::highlight(log-match) {
      background-color: var(--vscode-editor-findMatchHighlightBackground);
    }
    ::highlight(log-current-match) {
      background-color: var(--vscode-editor-findMatchBackground);
    }
    ::highlight(log-selection) {
      background-color: var(--vscode-editor-selectionBackground);
      color: var(--vscode-editor-selectionForeground);
    }

    .scrollbar {
      position: absolute;
      inset: 0 0 0 auto;
      width: 14px;
      border-left: 1px solid var(--vscode-editorOverviewRuler-border, transparent);
      box-sizing: border-box;
      touch-action: none;
    }
    .ruler {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
    }
    .slider {
      position: absolute;
      inset: 0 0 auto 0;
      background: var(--vscode-scrollbarSlider-background);
      opacity: 0;
      transition: opacity 0.4s;
    }
    :host(:hover) .slider,
    .scrollbar.dragged .slider,
    .scroller:focus-visible ~ .scrollbar .slider {
      opacity: 1;
      transition: opacity 0.1s;
    }
    .scrollbar:hover .slider {
      background: var(--vscode-scrollbarSlider-hoverBackground);
    }
    .scrollbar.dragged .slider {
      background: var(--vscode-scrollbarSlider-activeBackground);
    }
    .bubble {
      position: absolute;
      top: 0;
      right: 18px;
      height: 24px;
      padding: 0 8px;
      line-height: 24px;
      border-radius: 3px;
      border: 1px solid var(--vscode-editorHoverWidget-border, transparent);
      box-shadow: 0 2px 8px var(--vscode-widget-shadow);
      font-family: var(--vscode-font-family);
      font-size: var(--vscode-font-size);
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
      color: var(--vscode-editorHoverWidget-foreground);
      background: var(--vscode-editorHoverWidget-background);
      box-sizing: border-box;
    }
    .bubble[hidden] {
      display: none;
    }

    @media (prefers-reduced-motion: reduce) {
      .slider {
        transition: none !important;
      }
    }
    @media (forced-colors: active) {
      .slider {
        opacity: 1;
        background: ButtonText;
      }
      .level-error,
      .level-fatal {
        --mark: Highlight;
      }
      ::highlight(log-match),
      ::highlight(log-current-match),
      ::highlight(log-selection) {
        background-color: Highlight;
        color: HighlightText;
      }
    }
  `,
  unsafeCSS(ansi),
];
