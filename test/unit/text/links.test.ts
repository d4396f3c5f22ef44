import { describe, expect, it } from 'vitest';
import { findLinks, linkTo } from '../../../src/text/links.ts';
import { processorTime } from './processorTime.ts';

/** What is found, as `path|line|column` or the address, with the text it covers. */
function found(text: string): [covers: string, target: string][] {
  return findLinks(text).map(({ from, to, link }) => [
    text.slice(from, to),
    link.kind === 'url' ? link.url : [link.path, link.line, link.column].filter((part) => part !== undefined).join('|'),
  ]);
}

describe('findLinks', () => {
  const files: [text: string, covers: string, target: string][] = [
    ['src/a.ts:12:5 - error TS2322', 'src/a.ts:12:5', 'src/a.ts|12|5'],
    ['src/a.ts(12,5): error TS2322', 'src/a.ts(12,5)', 'src/a.ts|12|5'],
    ['Program.cs(3,9): error CS0103', 'Program.cs(3,9)', 'Program.cs|3|9'],
    ['x.c(3): error C2065', 'x.c(3)', 'x.c|3'],
    ['main.c:3:5: error: x', 'main.c:3:5', 'main.c|3|5'],
    ['./run.sh: line 4: x: command not found', './run.sh: line 4', './run.sh|4'],
    ['../lib/a.rb:9:in `call`', '../lib/a.rb:9', '../lib/a.rb|9'],
    ['/srv/app/a.py:9: Warning', '/srv/app/a.py:9', '/srv/app/a.py|9'],
    ['C:\\src\\a.ts:1:2', 'C:\\src\\a.ts:1:2', 'C:\\src\\a.ts|1|2'],
    ['c:/src/a.ts:1:2', 'c:/src/a.ts:1:2', 'c:/src/a.ts|1|2'],
    ['   in C:\\src\\a.cs:line 12', 'C:\\src\\a.cs:line 12', 'C:\\src\\a.cs|12'],
    ['  File "/srv/a b/x.py", line 3, in <module>', '/srv/a b/x.py", line 3', '/srv/a b/x.py|3'],
    ['    at load (file:///srv/a%20b.mjs:10:5)', 'file:///srv/a%20b.mjs:10:5', '/srv/a b.mjs|10|5'],
    ['    at file:///C:/x/a.mjs:10:5', 'file:///C:/x/a.mjs:10:5', 'C:/x/a.mjs|10|5'],
    ['    at Object.<anonymous> (/srv/a.js:1:7)', '/srv/a.js:1:7', '/srv/a.js|1|7'],
    ['    at /srv/a.js:1:7', '/srv/a.js:1:7', '/srv/a.js|1|7'],
    ['see (src/a.ts:1:2).', 'src/a.ts:1:2', 'src/a.ts|1|2'],
    ['\tat com.acme.shop.Cart.pay(Cart.java:12)', 'Cart.java:12', 'com/acme/shop/Cart.java|12'],
    ['\tat java.base/java.lang.Thread.run(Thread.java:829)', 'Thread.java:829', 'java/lang/Thread.java|829'],
    ['\tat Cart.pay(Cart.java:12)', 'Cart.java:12', 'Cart.java|12'],
    ['\t/go/src/app/main.go:12 +0x1d', '/go/src/app/main.go:12', '/go/src/app/main.go|12'],
    ['  --> src/main.rs:3:5', 'src/main.rs:3:5', 'src/main.rs|3|5'],
    ["thread 'main' panicked at src/main.rs:4:9:", 'src/main.rs:4:9', 'src/main.rs|4|9'],
    [' ❯ test/a.test.ts:9:3', 'test/a.test.ts:9:3', 'test/a.test.ts|9|3'],
    ['PHP Fatal error: x in /srv/x.php on line 7', '/srv/x.php on line 7', '/srv/x.php|7'],
    ['died at bin/x.pl line 7.', 'bin/x.pl line 7', 'bin/x.pl|7'],
    ['Makefile:3: *** missing separator.  Stop.', 'Makefile:3', 'Makefile|3'],
    ['packages/@scope/a/src/b.tsx:1', 'packages/@scope/a/src/b.tsx:1', 'packages/@scope/a/src/b.tsx|1'],
    ['"src/a.ts:1:2"', 'src/a.ts:1:2', 'src/a.ts|1|2'],
    ['path=src/a.ts:1', 'src/a.ts:1', 'src/a.ts|1'],
    ['/srv/目录/文件.ts:3', '/srv/目录/文件.ts:3', '/srv/目录/文件.ts|3'],
  ];
  it.each(files)('finds the file in %j', (text, covers, target) => {
    expect(found(text)).toEqual([[covers, target]]);
  });

  const urls: [text: string, address: string][] = [
    ['see https://x.y/z.', 'https://x.y/z'],
    ['(https://x.y/z)', 'https://x.y/z'],
    ['https://en.wikipedia.org/wiki/A_(b)', 'https://en.wikipedia.org/wiki/A_(b)'],
    ['(see https://x.y/a_(b)), then', 'https://x.y/a_(b)'],
    ['<https://x.y/z?a=1&b=2#c>', 'https://x.y/z?a=1&b=2#c'],
    ['"http://localhost:8080/a:1:2"', 'http://localhost:8080/a:1:2'],
    ['GET https://[::1]:3000/x', 'https://[::1]:3000/x'],
    ['https://x.y/src/a.ts:12:5', 'https://x.y/src/a.ts:12:5'],
    ['https://x.y/?file=src/a.ts:12', 'https://x.y/?file=src/a.ts:12'],
    ['HTTPS://X.Y/Z!', 'HTTPS://X.Y/Z'],
    ['wait: https://x.y...', 'https://x.y'],
    ['[docs](https://x.y/z)', 'https://x.y/z'],
    ['https://x.y/\u202egpj.exe', 'https://x.y/'],
  ];
  it.each(urls)('finds the address in %j', (text, address) => {
    expect(found(text)).toEqual([[address, address]]);
  });

  it.each([
    '',
    'nothing here',
    '12:30:45 started',
    '2024-03-01T10:00:00.000Z',
    'listening on localhost:8080',
    'example.com:443',
    '10.0.0.1:8080',
    '[::1]:3000',
    'redis.default.svc:6379',
    'docker.io/library/nginx:1',
    'registry.acme.com/shop/api.web:12',
    'command:workbench.action.quit',
    'javascript:alert(1)',
    'vscode://x/y',
    'https://',
    'a:1:2',
    'f(1)',
    'foo(1,2)',
    ':1:2:3',
    '//host/share:12',
    'node:internal/modules/cjs/loader:1105:15',
    '"", line 3',
    '5 files (2)',
  ])('finds nothing in %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('finds several, in order', () => {
    expect(found('src/a.ts:1 https://x.y/b src/c.ts:2:3').map(([covers]) => covers)).toEqual([
      'src/a.ts:1',
      'https://x.y/b',
      'src/c.ts:2:3',
    ]);
  });

  it('counts in visible text and sees through colours', () => {
    const esc = '\u001b';
    expect(findLinks(`${esc}[96msrc/a.ts${esc}[0m:${esc}[93m12${esc}[0m:${esc}[93m5${esc}[0m - error`)).toEqual([
      { from: 0, to: 13, link: { kind: 'file', path: 'src/a.ts', line: 12, column: 5 } },
    ]);
  });

  it.each([
    'a:1',
    '(1',
    'a.ts(1)',
    'https://',
    'https://a(',
    '"a',
    '", line 1',
    'x:/',
    ' line 1',
    '.a/',
    ')',
    ':1:1',
    '://',
    'https://a src/a.ts:1 ',
  ])('takes time in proportion to a long line of %j', (piece) => {
    const time = (size: number) => {
      const text = piece.repeat(size / piece.length);
      return processorTime(() => findLinks(text));
    };
    time(1 << 12);
    const eighth = time(1 << 15);
    expect(eighth).toBeLessThan(1_000);
    expect(time(1 << 18)).toBeLessThan(Math.max(1_500, 30 * eighth));
  });
});

describe('linkTo', () => {
  it('opens the web and files', () => {
    expect(linkTo('https://x.y')).toEqual({ kind: 'url', url: 'https://x.y' });
    expect(linkTo('file:///srv/a%20b.ts')).toEqual({ kind: 'file', path: '/srv/a b.ts' });
    expect(linkTo('file://localhost/srv/a.ts:3:4')).toEqual({ kind: 'file', path: '/srv/a.ts', line: 3, column: 4 });
  });

  it.each(['command:x', 'javascript:x', 'vscode://x', 'file://other/share', 'file:///%zz', ''])(
    'does not open %j',
    (target) => {
      expect(linkTo(target)).toBeUndefined();
    },
  );
});
