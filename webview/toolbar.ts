import type { FindBox } from './findBox.ts';
import type { LogActions } from './logActions.ts';
import type { Header } from './shell/header.ts';
import type { ShownLog } from './shownLog.ts';
import { isWholeRun } from './wholeRun.ts';
import type { Translate } from './words.ts';

/** What the buttons act upon. */
export interface ToolbarGround {
  readonly shown: ShownLog | undefined;
  readonly wrap: boolean;
  readonly actions: LogActions;
  readonly findBox: FindBox;
}

type Tools = Header['tools'];

/** The buttons of the header, in groups. */
export function toolbar(t: Translate, ground: ToolbarGround): Tools {
  return [hostTools(t, ground), errorTools(t, ground), viewTools(t, ground)];
}

function hostTools(t: Translate, { shown, actions }: ToolbarGround): Tools[number] {
  const { scope } = shown?.session.address ?? {};
  if (scope?.host === undefined || isWholeRun(scope, shown?.details.known.execution)) return [];
  const go = (direction: 'next' | 'previous') => () => void actions.goToFailed(direction);
  return [
    { icon: 'chevron-left', title: t('Previous Failed Host'), press: go('previous') },
    { icon: 'chevron-right', title: t('Next Failed Host'), press: go('next') },
  ];
}

function errorTools(t: Translate, { shown, actions }: ToolbarGround): Tools[number] {
  const disabled = !shown?.mayHaveErrors;
  const go = (direction: 'next' | 'previous') => () => void actions.goToError(direction);
  return [
    { icon: 'arrow-up', title: t('Previous Error (Shift+F8)'), disabled, isSpare: true, press: go('previous') },
    { icon: 'arrow-down', title: t('Next Error (F8)'), disabled, isSpare: true, press: go('next') },
  ];
}

function viewTools(t: Translate, { shown, wrap, actions, findBox }: ToolbarGround): Tools[number] {
  const isFollowing = shown?.isFollowing ?? false;
  const none = (): void => undefined;
  const find = (): void => {
    findBox.open();
  };
  const follow = (): void => {
    actions.toggleFollow();
  };
  const wrapLines = (): void => {
    actions.toggleWrap();
  };
  const isCollapsed = shown?.collapsing.isCollapsed ?? false;
  const collapse = (): void => {
    shown?.collapsing.set(!isCollapsed);
  };
  return [
    ...(shown?.session.live?.kind === 'ended'
      ? [
          {
            icon: isCollapsed ? ('unfold' as const) : ('fold' as const),
            title: isCollapsed ? t('Show Log') : t('Collapse to Summary'),
            press: collapse,
          },
        ]
      : []),
    { icon: 'search', title: t('Find (Ctrl+F)'), press: find },
    {
      icon: 'arrow-circle-down',
      title: t('Follow New Lines (End)'),
      pressed: isFollowing,
      disabled: !(shown?.isLive ?? false),
      press: follow,
    },
    { icon: 'word-wrap', title: t('Wrap Lines (Alt+Z)'), pressed: wrap, isSpare: true, press: wrapLines },
    { icon: 'clock', title: t('Timestamps'), menu: 'time', press: none },
    { icon: 'ellipsis', title: t('More Actions…'), menu: 'more', press: none },
  ];
}
