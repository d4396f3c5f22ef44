import { expect, test } from 'vitest';
import { SteeredOutput } from '../../../../src/record/steered/steeredOutput.ts';
import { markOf } from '../../../../src/record/steered/steeredScript.ts';

const secret = 'abc';
const mark = markOf(secret);

/** What passes on when a text comes in pieces of so many bytes. */
function passed(text: string, size: number): { text: string; output: SteeredOutput } {
  let seen = '';
  const output = new SteeredOutput(
    {
      write(_, chunk) {
        seen += Buffer.from(chunk).toString('latin1');
        return undefined;
      },
    },
    secret,
  );
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) void output.write('stderr', bytes.subarray(at, at + size));
  output.end();
  return { text: seen, output };
}

test('what a shell says of its work is taken out, however it arrives', () => {
  const text = `banner\n${mark}begins\nerr\u001Eor${mark.slice(0, -1)}!\nopen${mark}ends 7\nlater`;
  for (let size = 1; size <= text.length; size++) {
    const { text: rest, output } = passed(text, size);
    expect(rest).toBe(`banner\nerr\u001Eor${mark.slice(0, -1)}!\nopenlater`);
    expect(output).toMatchObject({ begun: true, nowhere: false, exitCode: 7 });
  }
});

test('what only looks like it passes at the latest at the end', () => {
  for (const text of [mark, mark.slice(0, 4), `${mark}ends 0`, '\u001E', markOf('abd') + 'begins\n']) {
    const { text: rest, output } = passed(text, 3);
    expect(rest).toBe(text);
    expect(output.begun).toBe(false);
  }
});

test('nothing that can be shown waits', () => {
  const seen: string[] = [];
  const output = new SteeredOutput(
    {
      write(_, chunk) {
        seen.push(Buffer.from(chunk).toString());
        return undefined;
      },
    },
    secret,
  );
  void output.write('stderr', Buffer.from('password: '));
  void output.write('stdout', Buffer.from('a'));
  expect(seen).toEqual(['password: ', 'a']);
});
