import type { ExportRequest, ViewSettings } from '../src/bridge/logHost.ts';
import type { LogScope } from '../src/model/query.ts';
import type { LogActions } from './logActions.ts';
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
  switchTo(scope: LogScope): void;
  readAgain(): void;
}

/** Opens the lists of the header, one at a time. */
export class AppMenus {
  readonly #owner: AppMenusOwner;
  readonly #actions: LogActions;

  constructor(owner: AppMenusOwner, actions: LogActions) {
    this.#owner = owner;
    this.#actions = actions;
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
    const actions = this.#actions;
    const exportAs = (format: NonNullable<ExportRequest['format']>): void => {
      void actions.attempt(async (host, options) => {
        await host.exportLog({ scope, format }, options);
      });
    };
    return {
      copyAll: (style) => void actions.copy(style),
      exportAs,
      openInEditor: () => void actions.attempt((host, options) => host.openInEditor({ scope }, options)),
      goToLine: () => {
        this.toggle('line');
      },
      retry: () => {
        this.#owner.readAgain();
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
        this.#actions.changeSettings(settings);
      },
      switchTo: (scope) => {
        owner.switchTo(scope);
      },
    };
  }
}
