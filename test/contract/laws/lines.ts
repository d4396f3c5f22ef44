import { expect } from 'vitest';
import { lineFlag } from '../../../src/model/line.ts';
import { day, linesIn, oneHost, pagesBack, readOnward, textsIn } from '../recording.ts';
import type { Law, Subject } from '../subject.ts';

/** Other systems keep less of a line. */
const own: Law['binds'] = ({ foreign }) => !foreign;

async function arrives(subject: Subject, texts: readonly string[]): Promise<void> {
  const { recording, scope } = await oneHost(subject);
  await recording.write('build', 'alpha', texts);
  expect((await readOnward(subject.source, scope)).map((line) => line.text)).toEqual(texts);
}

export const lineLaws: readonly Law[] = [
  { law: 'empty lines arrive', binds: own, holds: (subject) => arrives(subject, ['', '', 'x', '']) },
  { law: 'carriage returns and tabs arrive as they are', holds: (subject) => arrives(subject, ['1 %\r2 %\r\t3 %\r']) },
  {
    law: 'NUL and other control characters arrive',
    holds: (subject) => arrives(subject, ['a\0b', '\u0001\u0008\u007f']),
  },
  { law: 'escape sequences are kept', holds: (subject) => arrives(subject, ['\u001b[31mred\u001b[0m', '\u001b[']) },
  {
    law: 'text of every script arrives',
    holds: (subject) => arrives(subject, ['größe 日本語 🎉 e\u0301', '\u202eabc', '\u2028', '🏳️‍🌈'.repeat(50)]),
  },
  { law: 'a byte order mark is text', holds: (subject) => arrives(subject, ['\uFEFFfirst', '\uFEFF']) },
  {
    law: 'a line of 5 MB arrives, and those around it',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const long = 'é'.repeat(2_500_000);
      await recording.write('build', 'alpha', ['before', long, 'after']);
      const pages = await pagesBack(subject.source, scope, { at: 'end' });
      expect(pages.flatMap(textsIn).map((text) => text.length)).toEqual([6, 2_500_000, 5]);
      expect(pages.flatMap(textsIn)[1] === long).toBe(true);
    },
  },
  {
    law: 'a hundred thousand empty lines arrive',
    binds: own,
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', new Array<string>(100_000).fill(''));
      const end = await subject.source.readLog({ ...scope, position: { at: 'end' }, limit: { lines: 1 } });
      expect(linesIn(end)[0]).toMatchObject({ number: 100_000, text: '' });
    },
  },
  {
    law: 'bytes that are no UTF-8 become U+FFFD and are flagged',
    binds: own,
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const cut = new TextEncoder().encode('ü');
      await recording.write('build', 'alpha', [
        'good',
        { text: Uint8Array.of(0x61, 0xff, 0x62) },
        { text: cut.slice(0, 1) },
        { text: cut.slice(1) },
        { text: cut, flags: lineFlag.cut },
      ]);
      const lines = await readOnward(subject.source, scope);
      expect(lines.map(({ text }) => text)).toEqual(['good', 'a\ufffdb', '\ufffd', '\ufffd', 'ü']);
      const bad = lineFlag.invalidUtf8;
      expect(lines.map(({ flags }) => flags)).toEqual([0, bad, bad, bad, lineFlag.cut]);
    },
  },
  {
    law: 'time, stream, level, flags and fields of a line arrive',
    binds: own,
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const fields = { request: '17', __proto__x: 'y' };
      await recording.write('build', 'alpha', [
        { text: 'a', time: day + 0.5, stream: 'stderr', level: 'notice', flags: lineFlag.unfinished },
        { text: 'b', stream: 'system', level: 'fatal', flags: lineFlag.continued, fields },
        { text: 'c', time: day - 86_400_000 },
      ]);
      await recording.write('build', 'alpha', [{ text: 'd', time: day, level: 'info' }]);
      expect(await readOnward(subject.source, scope)).toMatchObject([
        {
          time: day + 0.5,
          stream: 'stderr',
          level: 'notice',
          flags: lineFlag.unfinished,
          step: 'build',
          host: 'alpha',
        },
        { time: undefined, stream: 'system', level: 'fatal', flags: lineFlag.continued, fields },
        { time: day - 86_400_000, stream: 'stdout', level: 'none' },
        { time: day, level: 'info', number: 4 },
      ]);
    },
  },
];
