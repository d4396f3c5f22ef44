import type { ExportRequest, LogHost, ViewSettings } from '../src/bridge/logHost.ts';
import type { LogScope } from '../src/model/query.ts';
import type { CopyStyle } from './copy.ts';
import { hostMenu, lineMenu, moreMenu, stepMenu, timeMenu, type MenuOwner, type MoreActions } from './menus.ts';
import type { MenuName } from './shell/header.ts';
import type { PickerContent } from './shell/picker.ts';
import type { ShownLog } from './shownLog.ts';
import type { Translate } from './words.ts';

export interface OpenMenu {
  readonly name: MenuName;
  readonly content: PickerContent;
}

/** What the menus act upon. */
export interface AppMenusOwner {
  words(): Translate;
  language(): string;
  shown(): ShownLog | undefined;
  settings(): ViewSettings;
  menu(): OpenMenu | undefined;
  setMenu(menu: OpenMenu | undefined): void;
  /** A menu was left: keys are for the log again. */
  left(): void;
  change(settings: ViewSettings): void;
  switchTo(scope: LogScope): void;
  copy(style: CopyStyle): void;
  readAgain(): void;
  /** Does what may fail. */
  act(act: (host: LogHost, options: { readonly signal: AbortSignal }) => Promise<void>): void;
}

/** Opens the lists of the header, one at a time. */
export class AppMenus {
  readonly #owner: AppMenusOwner;

  constructor(owner: AppMenusOwner) {
    this.#owner = owner;
  }

  /** Opens a menu, or closes it when it is the one that is open. */
  toggle(name: MenuName): void {
    const shown = this.#owner.shown();
    const isOpen = this.#owner.menu()?.name === name;
    if (!shown || isOpen) {
      this.#owner.setMenu(undefined);
      return;
    }
    const owner = this.#menuOwner(name, shown);
    owner.show(this.#content(name, owner));
  }

  #content(name: MenuName, owner: MenuOwner): PickerContent {
    switch (name) {
      case 'step':
        return stepMenu(owner);
      case 'host':
        return hostMenu(owner);
      case 'time':
        return timeMenu(owner);
      case 'line':
        return lineMenu(owner);
      case 'more':
        return moreMenu(owner, this.#more(owner.shown.session.address.scope));
    }
  }

  #more(scope: LogScope): MoreActions {
    const owner = this.#owner;
    const exportAs = (format: ExportRequest['format']): void => {
      owner.act(async (host, options) => {
        await host.exportLog({ scope, format }, options);
      });
    };
    return {
      copyAll: (style) => {
        owner.copy(style);
      },
      exportAs,
      openInEditor: () => {
        owner.act((host, options) => host.openInEditor({ scope }, options));
      },
      goToLine: () => {
        this.toggle('line');
      },
      retry: () => {
        owner.readAgain();
      },
    };
  }

  #menuOwner(name: MenuName, shown: ShownLog): MenuOwner {
    const owner = this.#owner;
    return {
      t: owner.words(),
      language: owner.language(),
      shown,
      settings: owner.settings(),
      show: (content) => {
        owner.setMenu({ name, content });
      },
      close: () => {
        owner.setMenu(undefined);
        owner.left();
      },
      change: (settings) => {
        owner.change(settings);
      },
      switchTo: (scope) => {
        owner.switchTo(scope);
      },
    };
  }
}
