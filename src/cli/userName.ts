import { userInfo } from 'node:os';

/** Whose run it is. A container may run as a user id that nobody has given a name. */
export function userName(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  known: () => { readonly username: string } = userInfo,
): string {
  try {
    return known().username;
  } catch {
    return environment['USER'] ?? environment['LOGNAME'] ?? String(process.getuid?.() ?? 'unknown');
  }
}
