import { expect, test } from 'vitest';
import { logViewHtml } from '../../../../src/extension/panel/html.ts';

const files = { script: 'https://host/log.js', styles: ['https://host/codicon.css'], source: 'https://*.host' };

test('only the view’s own script runs and nothing else is loaded', () => {
  const html = logViewHtml(files, 'n0nce', 'en');
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  expect(policy.split('; ')[0]).toBe("default-src 'none'");
  expect(policy).toContain("script-src 'nonce-n0nce'");
  expect(policy).not.toMatch(/unsafe|connect-src|\*(?!\.host)/);
  expect([...html.matchAll(/<script[^>]*>([^<]*)</g)].map(([, inline]) => inline)).toEqual(['']);
  for (const [tag] of html.matchAll(/<(?:script|link)[^>]*>/g)) expect(tag).toContain('nonce="n0nce"');
});

test('addresses cannot break out of their attributes', () => {
  expect(logViewHtml({ ...files, script: '"><script>x' }, 'n', 'en')).not.toContain('"><script>x');
});
