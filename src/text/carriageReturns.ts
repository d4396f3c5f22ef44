/** What a terminal shows of a line in the end, after carriage returns and backspaces have overwritten parts of it. */
export function lastState(text: string): string {
  if (!text.includes('\r') && !text.includes('\b')) return text;
  const line = text.endsWith('\r') ? text.slice(0, -1) : text;
  return line.slice(line.lastIndexOf('\r') + 1);
}
