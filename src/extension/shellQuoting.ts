export type ShellKind = 'posix' | 'powershell' | 'cmd';

/** Which quoting a shell needs, by the name of its program. */
export function shellKind(path: string): ShellKind {
  const name = path.split(/[/\\]/).at(-1)?.toLowerCase() ?? '';
  if (/^(pwsh|powershell)/.test(name)) return 'powershell';
  return /^cmd(\.exe)?$/.test(name) ? 'cmd' : 'posix';
}

/** Writes a word so that the shell passes it on as it is. */
export function quoteFor(shell: ShellKind): (word: string) => string {
  const quotes: Record<ShellKind, (word: string) => string> = {
    posix: (word) => `'${word.replaceAll("'", `'\\''`)}'`,
    powershell: (word) => `'${word.replaceAll("'", "''")}'`,
    cmd: (word) => `"${word.replaceAll('"', '""').replaceAll('%', '"^%"')}"`,
  };
  return (word) => (/^[\w@+=:,./-]+$/.test(word) ? word : quotes[shell](word));
}
