import { expect, it } from 'vitest';
import { openSink, openSource } from '../../../src/sources/open.ts';

it('an unknown connection is refused with the schemes there are', async () => {
  for (const url of ['ftp://host/x', 'no connection', '', 'constructor:x', '__proto__:x'])
    for (const open of [openSource, openSink])
      await expect(open(url)).rejects.toMatchObject({
        code: 'invalidRequest',
        message: expect.stringMatching(/one of: sqlite, /),
      });
});

it('a store without a path is refused', async () => {
  await expect(openSource('sqlite:')).rejects.toMatchObject({ code: 'invalidRequest' });
});

it('nothing is recorded where nothing can be', async () => {
  await expect(openSink('memory:')).rejects.toMatchObject({ code: 'invalidRequest' });
});

it('a connection is opened with what it can do, and closed by who opened it', async () => {
  const opened = await openSource('memory:');
  expect(opened.admin).toBeDefined();
  await opened[Symbol.asyncDispose]();
  await expect(opened.source.listExecutions({})).rejects.toMatchObject({ code: 'closed' });
});
