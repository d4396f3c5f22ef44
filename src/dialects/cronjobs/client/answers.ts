import { LogError } from '../../../model/errors.ts';
import type { Api, ApiCall } from '../../api.ts';
import { fieldsOf, listOf, textOf, type Fields } from '../../values.ts';

/** An object that a path answers with. Throws `LogError`s, also for an error that comes as a success. */
export async function askObject(api: Api, path: string, call: ApiCall): Promise<Fields> {
  return withoutError(api, fieldsOf(await api.json(path, call)));
}

/** A list that a path answers with, bare or under one of these names; undefined when it is none. */
export async function askList(
  api: Api,
  path: string,
  names: readonly string[],
  call: ApiCall,
): Promise<readonly unknown[]> {
  const answer = await api.json(path, call);
  if (Array.isArray(answer)) return listOf(answer);
  const told = withoutError(api, fieldsOf(answer));
  const list = names.map((name) => told[name]).find(Array.isArray);
  if (list) return listOf(list);
  throw new LogError('unavailable', `${api.base.origin}${path} answers, but not with a list. Is the address right?`);
}

function withoutError(api: Api, told: Fields): Fields {
  const error = textOf(told['error']);
  if (error === undefined || 'id' in told || 'logs' in told) return told;
  throw new LogError('unavailable', `${api.base.origin} answers with an error: ${error.slice(0, 500)}`);
}
