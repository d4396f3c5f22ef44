const plain = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'] as const;

/** The properties that hold the theme's sixteen terminal colours, in their order. */
export const ansiProperties: readonly string[] = [...plain, ...plain.map((name) => `Bright${name}` as const)].map(
  (name) => `--vscode-terminal-ansi${name}`,
);
