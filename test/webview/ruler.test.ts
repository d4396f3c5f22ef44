import { expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { mount, painted, recorded, type Mounted } from './mount.ts';

/** The stretch of the overview that has marks, as shares of its height. */
function marked(view: Mounted): { from: number; to: number } | undefined {
  const canvas = view.rows.renderRoot.querySelector('canvas');
  const pen = canvas?.getContext('2d');
  if (!canvas || !pen) throw new Error('there is no overview');
  const { width, height } = canvas;
  const { data } = pen.getImageData(0, 0, width, height);
  const rows = Array.from({ length: height }, (_, y) => y).filter((y) =>
    data.subarray(y * width * 4, (y + 1) * width * 4).some((byte) => byte > 0),
  );
  const [first] = rows;
  return first === undefined ? undefined : { from: first / height, to: (rows.at(-1) ?? first) / height };
}

test('the overview marks an error where its line is, also in a short log', async () => {
  const { store, address, append } = await recorded();
  await append([{ text: 'ERROR first', level: 'error' }, 'second']);
  const view = await mount(store, { address });
  await eventually(() => {
    expect(marked(view)?.from).toBe(0);
  });
});

test('the marks of one log are gone from the next', async () => {
  const { store, address, append, finish } = await recorded([], ['web-1', 'web-2']);
  await append([{ text: 'ERROR first', level: 'error' }, 'second']);
  await finish('failed');
  const view = await mount(store, { address });
  await eventually(() => {
    expect(marked(view)).toBeDefined();
  });
  view.find('[data-menu="host"]')?.click();
  await eventually(() => {
    const choices = [...(view.find('log-picker')?.shadowRoot?.querySelectorAll<HTMLElement>('.choice') ?? [])];
    const other = choices.find((choice) => choice.textContent.includes('web-2'));
    if (!other) throw new Error('nothing to choose');
    other.click();
  });
  await eventually(() => {
    expect(view.lines()).toEqual([]);
  });
  await painted();
  expect(marked(view)).toBeUndefined();
});
