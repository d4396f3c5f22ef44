import type { Header } from './shell/header.ts';
import type { ShownLog } from './shownLog.ts';
import type { Translate } from './words.ts';

export interface ToolbarActions {
  readonly shown: ShownLog | undefined;
  readonly wrap: boolean;
  readonly goToFailed: (direction: 'next' | 'previous') => void;
  readonly find: () => void;
  readonly toggleFollow: () => void;
  readonly toggleWrap: () => void;
}

type Tools = Header['tools'];

/** The buttons of the header, in groups. */
export function toolbar(t: Translate, actions: ToolbarActions): Tools {
  return [hostTools(t, actions), errorTools(t, actions), viewTools(t, actions)];
}

function hostTools(t: Translate, { shown, goToFailed }: ToolbarActions): Tools[number] {
  if (shown?.session.address.scope.host === undefined) return [];
  const go = (direction: 'next' | 'previous') => () => {
    goToFailed(direction);
  };
  return [
    { icon: 'chevron-left', title: t('Previous Failed Host'), press: go('previous') },
    { icon: 'chevron-right', title: t('Next Failed Host'), press: go('next') },
  ];
}

function errorTools(t: Translate, { shown }: ToolbarActions): Tools[number] {
  const disabled = (shown?.errorCount ?? 0) === 0;
  const go = (direction: 'next' | 'previous') => () => {
    shown?.goToError(direction);
  };
  return [
    { icon: 'arrow-up', title: t('Previous Error (Shift+F8)'), disabled, press: go('previous') },
    { icon: 'arrow-down', title: t('Next Error (F8)'), disabled, press: go('next') },
  ];
}

function viewTools(t: Translate, { shown, wrap, find, toggleFollow, toggleWrap }: ToolbarActions): Tools[number] {
  const isFollowing = shown?.isFollowing ?? false;
  const none = (): void => undefined;
  return [
    { icon: 'search', title: t('Find (Ctrl+F)'), press: find },
    {
      icon: 'arrow-circle-down',
      title: t('Follow New Lines (End)'),
      pressed: isFollowing,
      disabled: !(shown?.isLive ?? false),
      press: toggleFollow,
    },
    { icon: 'word-wrap', title: t('Wrap Lines (Alt+Z)'), pressed: wrap, press: toggleWrap },
    { icon: 'clock', title: t('Timestamps'), menu: 'time', press: none },
    { icon: 'ellipsis', title: t('More Actions…'), menu: 'more', press: none },
  ];
}
