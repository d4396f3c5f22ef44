/** Keeps Node's warning that its SQLite is young from people who cannot do anything about it. */
export function quietWarnings(): void {
  const emit = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...rest: never[]) => {
    if (String(warning).includes('SQLite is an experimental feature')) return;
    emit(warning, ...rest);
  };
}
