import type { Command } from './command.ts';

export const showOutput: Command = {
  name: 'showOutput',
  run: ({ output }) => output.show(true),
};
