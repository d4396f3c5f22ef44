import { css, html, LitElement, type CSSResult, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { controlStyles } from './controls.ts';
import { icon, type IconName } from './icons.ts';

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly icon?: IconName;
  readonly tone?: string;
  /** The one that holds now. */
  readonly isCurrent?: boolean;
  /** A line above it. */
  readonly isApart?: boolean;
}

export interface PickerContent {
  readonly label: string;
  /** Where the choices are many: words of the box that narrows them. */
  readonly placeholder?: string;
  readonly choices: readonly Choice[];
  /** Said instead of choices: loading, an error, none. */
  readonly message?: string;
  filter?(text: string): void;
  pick(id: string): void;
  close(): void;
}

/** A list to choose from, by pointer or keys, as the editor's own. */
@customElement('log-picker')
export class Picker extends LitElement {
  static override styles: CSSResult[] = [
    ...controlStyles,
    css`
      :host {
        position: absolute;
        z-index: 20;
        top: 100%;
        min-width: 200px;
        max-width: min(420px, calc(100vw - 16px));
        border-radius: 6px;
        border: 1px solid
          var(--vscode-menu-border, var(--vscode-widget-border, var(--vscode-contrastBorder, transparent)));
        background: var(--vscode-menu-background, var(--vscode-editorWidget-background));
        color: var(--vscode-menu-foreground, var(--vscode-foreground));
        box-shadow: 0 2px 8px var(--vscode-widget-shadow);
        overflow: hidden;
      }
      input {
        display: block;
        width: calc(100% - 12px);
        height: 26px;
        margin: 6px 6px 2px;
        padding: 0 6px;
        border-radius: 4px;
        border: 1px solid var(--vscode-input-border, transparent);
        outline: none;
        font: inherit;
        color: var(--vscode-input-foreground);
        background: var(--vscode-input-background);
      }
      input:focus {
        border-color: var(--vscode-focusBorder);
      }
      .list {
        max-height: min(420px, 70vh);
        padding: 4px;
        overflow-y: auto;
        outline: none;
      }
      .choice {
        display: flex;
        align-items: center;
        gap: 8px;
        height: 26px;
        padding: 0 10px 0 6px;
        border-radius: 4px;
        white-space: nowrap;
        cursor: pointer;
      }
      .choice.active {
        color: var(--vscode-menu-selectionForeground, inherit);
        background: var(--vscode-menu-selectionBackground, var(--vscode-list-hoverBackground));
        outline: 1px solid var(--vscode-menu-selectionBorder, transparent);
        outline-offset: -1px;
      }
      .choice.apart {
        margin-top: 9px;
        position: relative;
      }
      .choice.apart::before {
        content: '';
        position: absolute;
        inset: -5px -4px auto;
        border-top: 1px solid var(--vscode-menu-separatorBackground, var(--vscode-widget-border));
      }
      .choice .icon,
      .choice .room {
        flex: none;
        width: 16px;
      }
      .choice.active .icon {
        color: inherit;
      }
      .label {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .description {
        margin-left: auto;
        padding-left: 24px;
        font-size: 0.9em;
        color: var(--vscode-descriptionForeground);
      }
      .choice.active .description {
        color: inherit;
      }
      .message {
        padding: 6px 10px;
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) accessor content: PickerContent | undefined;
  @state() accessor active = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.#key);
    this.addEventListener('focusout', this.#left);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.#key);
    this.removeEventListener('focusout', this.#left);
  }

  protected override willUpdate(): void {
    if (this.hasUpdated) return;
    const current = this.content?.choices.findIndex(({ isCurrent }) => isCurrent) ?? -1;
    this.active = Math.max(0, current);
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('input, .list')?.focus();
  }

  protected override updated(): void {
    this.renderRoot.querySelector('.choice.active')?.scrollIntoView({ block: 'nearest' });
  }

  protected override render(): TemplateResult | '' {
    const { content } = this;
    if (!content) return '';
    const { choices, message, placeholder, label } = content;
    const active = Math.min(this.active, choices.length - 1);
    const activeId = active >= 0 ? `choice-${active}` : '';
    return html`
      ${
        placeholder === undefined
          ? ''
          : html`<input
              type="text"
              role="combobox"
              aria-expanded="true"
              aria-controls="list"
              aria-activedescendant=${activeId}
              aria-label=${placeholder}
              placeholder=${placeholder}
              spellcheck="false"
              @input=${this.#typed}
            />`
      }
      <div
        id="list"
        class="list"
        role="listbox"
        tabindex=${placeholder === undefined ? 0 : -1}
        aria-label=${label}
        aria-activedescendant=${placeholder === undefined ? activeId : ''}
      >
        ${choices.map((choice, index) => this.#choice(choice, index, index === active))}
      </div>
      ${message ? html`<div class="message" role="status">${message}</div>` : ''}
    `;
  }

  #choice(choice: Choice, index: number, isActive: boolean): TemplateResult {
    const name = choice.icon ?? (choice.isCurrent ? 'check' : undefined);
    return html`<div
      id="choice-${index}"
      class="choice ${isActive ? 'active' : ''} ${choice.isApart ? 'apart' : ''}"
      role="option"
      aria-selected=${choice.isCurrent ?? false}
      @pointermove=${() => {
        this.active = index;
      }}
      @click=${() => {
        this.content?.pick(choice.id);
      }}
    >
      ${name ? icon(name, choice.tone ?? '') : html`<span class="room"></span>`}
      <span class="label">${choice.label}</span>
      ${choice.description ? html`<span class="description">${choice.description}</span>` : ''}
    </div>`;
  }

  #typed(event: InputEvent): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.active = 0;
    this.content?.filter?.(event.target.value);
  }

  readonly #left = (event: FocusEvent): void => {
    if (!(event.relatedTarget instanceof Node) || !this.contains(event.relatedTarget)) this.content?.close();
  };

  readonly #key = (event: KeyboardEvent): void => {
    const last = (this.content?.choices.length ?? 0) - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: this.active >= last ? 0 : this.active + 1,
      ArrowUp: this.active <= 0 ? last : this.active - 1,
      PageDown: Math.min(last, this.active + 10),
      PageUp: Math.max(0, this.active - 10),
    };
    const to = moves[event.key];
    if (to !== undefined) this.active = to;
    else if (event.key === 'Enter') this.#pickActive();
    else if (event.key === 'Escape') this.content?.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #pickActive(): void {
    const choice = this.content?.choices[this.active];
    if (choice) this.content?.pick(choice.id);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'log-picker': Picker;
  }
}
