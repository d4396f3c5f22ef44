import type { Bench } from './bench.ts';
import { openBenchEditor } from './editor/benchEditor.ts';

/** Until the extension is there in a window that has not shown anything of it, loading its code included. */
export const bench: Bench = {
  id: 'activation',
  open() {
    return Promise.resolve({
      ratios: [
        {
          id: 'activation',
          unit: 'ms',
          target: 50,
          direction: 'atMost',
          async ours() {
            await using editor = await openBenchEditor();
            return { value: (await editor.ask('activate')) ?? Number.NaN };
          },
        },
      ],
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  },
};
