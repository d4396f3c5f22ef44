import { expect, test } from 'vitest';
import { askedToWait, errorOfAnswer } from '../../../src/dialects/httpErrors.ts';
import { send } from '../../../src/dialects/send.ts';
import { serveHttp } from './httpServer.ts';

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
}

test('a status is one of our codes', async () => {
  const codes = {
    400: 'invalidRequest',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'notFound',
    405: 'invalidRequest',
  };
  const more = { 413: 'invalidRequest', 423: 'forbidden', 429: 'throttled', 500: 'unavailable', 503: 'unavailable' };
  for (const [status, code] of Object.entries({ ...codes, ...more }))
    expect(await errorOfAnswer(answer(Number(status), ''))).toMatchObject({ code });
});

test('our own errors arrive as they were', async () => {
  const error = { code: 'invalidPointer', message: 'The pointer "x" is none of this log.' };
  expect(await errorOfAnswer(answer(400, { error }))).toMatchObject(error);
  const stopping = { code: 'closed', message: 'The service stops.' };
  expect(await errorOfAnswer(answer(503, { error: stopping }))).toMatchObject({ ...stopping, code: 'unavailable' });
});

test('words are found in envelopes, details and plain text', async () => {
  const envelope = { code: 400, message: '步骤不存在', success: false };
  expect((await errorOfAnswer(answer(400, envelope))).message).toContain('步骤不存在');
  const validation = { ...envelope, content: { errors: { name: ['too long'] } } };
  expect((await errorOfAnswer(answer(400, validation))).message).toContain('{"name":["too long"]}');
  const detail = { detail: 'Not found.' };
  expect((await errorOfAnswer(answer(404, detail))).message).toBe('The server answered 404: Not found.');
  const faults = { detail: [{ type: 'x', loc: ['query', 'limit'], msg: 'Too many', input: '5000' }, 7, { msg: 'No' }] };
  expect((await errorOfAnswer(answer(422, faults))).message).toBe(
    'The server answered 422: query.limit: Too many; No.',
  );
  expect((await errorOfAnswer(answer(422, { detail: [{}] }))).message).toBe('The server answered 422.');
  expect((await errorOfAnswer(answer(403, 'Forbidden'))).message).toContain('Forbidden');
  expect((await errorOfAnswer(answer(500, '<html>trace</html>'))).message).toBe('The server answered 500.');
});

test('words of strangers are cut and carry no control characters', async () => {
  const { message } = await errorOfAnswer(answer(500, { detail: `\u001b[31m\n\u202e${'x'.repeat(100_000)}` }));
  expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(message.length).toBeLessThan(600);
});

test('what has no shape is an error all the same', async () => {
  for (const body of ['null', '[]', '7', '{"error":null}', '{"error":{"code":"__proto__"}}', '{"message":7}'])
    expect(await errorOfAnswer(answer(400, body))).toMatchObject({ code: 'invalidRequest' });
});

test('a busy system says how long to wait', async () => {
  const wait = async (value: string) =>
    askedToWait(await errorOfAnswer(answer(429, '', { 'retry-after': value }), Date.UTC(2026, 0, 1)));
  expect(await wait('30')).toBe(30_000);
  expect(await wait('Thu, 01 Jan 2026 00:01:00 GMT')).toBe(60_000);
  expect(await wait('99999999')).toBe(3_600_000);
  expect(await wait('soon')).toBeUndefined();
  expect(askedToWait(new Error('x'))).toBeUndefined();
});

test('a body is not sent on by a redirect that would drop it', async () => {
  await using server = await serveHttp((request, response) => {
    const status = request.url === '/keeps' ? 307 : 302;
    if (request.url === '/there') request.pipe(response);
    else response.writeHead(status, { location: '/there' }).end();
  });
  const kept = await send(`${server.url}/keeps`, { method: 'POST', body: 'lines' });
  expect(await kept.text()).toBe('lines');
  const dropped = send(`${server.url}/drops`, { method: 'POST', body: 'lines' });
  await expect(dropped).rejects.toMatchObject({ code: 'invalidRequest' });
});

test('redirects in a circle end', async () => {
  await using server = await serveHttp((_, response) => {
    response.writeHead(301, { location: '/' }).end();
  });
  await expect(send(server.url, {})).rejects.toMatchObject({ code: 'invalidRequest' });
});
