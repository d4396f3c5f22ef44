import type { LogAddress } from '../src/bridge/logHost.ts';
import { pointer, type Pointer } from '../src/model/pointer.ts';
import type { TextPattern } from '../src/model/query.ts';

/** What survives hiding the view or reloading the window: where one was, never what was shown. */
export interface KeptState {
  readonly address: LogAddress;
  /** The line at the top: by number where lines are found by number, else by pointer. */
  readonly line?: number;
  readonly pointer?: Pointer;
  /** Pixels of that line above the edge. */
  readonly offset: number;
  readonly isFollowing: boolean;
  /** Only the summary was shown; absent when nobody has decided. */
  readonly isCollapsed?: boolean;
  /** Number of the line the caret is on. */
  readonly caret?: number;
  readonly find?: { readonly query: TextPattern; readonly isOpen: boolean; readonly onlyMatching: boolean };
}

/** Reads what another version, or anybody, may have left; undefined when it is not for this address. */
export function keptFor(address: LogAddress, kept: unknown): KeptState | undefined {
  if (!isRecord(kept) || !isRecord(kept['address']) || !isRecord(kept['address']['scope'])) return undefined;
  const { connection, scope } = kept['address'];
  const same = (['execution', 'step', 'host'] as const).every((part) => scope[part] === address.scope[part]);
  if (connection !== address.connection || !same) return undefined;
  const { line, pointer: place, offset, isFollowing, isCollapsed, caret, find } = kept;
  return {
    address,
    offset: typeof offset === 'number' ? offset : 0,
    isFollowing: isFollowing === true,
    ...(typeof isCollapsed === 'boolean' && { isCollapsed }),
    ...(typeof line === 'number' && { line }),
    ...(typeof place === 'string' && { pointer: pointer(place) }),
    ...(typeof caret === 'number' && { caret }),
    ...findOf(find),
  };
}

function findOf(find: unknown): Pick<KeptState, 'find'> {
  if (!isRecord(find) || !isRecord(find['query']) || typeof find['query']['pattern'] !== 'string') return {};
  const { pattern, matchCase, wholeWord, regex } = find['query'];
  const query = {
    pattern,
    matchCase: matchCase === true,
    wholeWord: wholeWord === true,
    regex: regex === true,
  };
  return { find: { query, isOpen: find['isOpen'] === true, onlyMatching: find['onlyMatching'] === true } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
