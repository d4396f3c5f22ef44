import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from '../../../src/text/visible.ts';

describe('visible', () => {
  it.each([
    ['plain text\twith a tab', 'plain text\twith a tab'],
    ['a\u0000b\u0007c\u001bd', 'a\u2400b\u2407c\u241bd'],
    ['a\u007fb', 'a\u2421b'],
    ['a\u0085b', 'a\ufffdb'],
    ['user\u202enimda', 'user\u21c4nimda'],
    ['\u2066x\u2069', '\u21c4x\u21c4'],
    ['a\u200bb\u2060c\ufeffd\u00ade', 'a\u2422b\u2422c\u2422d\u2422e'],
    ['pay\u200dpal', 'pay\u2422pal'],
    ['a\u2028b', 'a\u2424b'],
    ['a\u{e0041}b', 'a\u2422\u2422b'],
    ['a\ud800b', 'a\ufffdb'],
    ['a\u3164b', 'a\u2422b'],
  ])('shows what hides in %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it.each(['漢字 and 日本語', 'naïve café', '👩‍🚀 👍🏽 ❤️', 'می‌خواهم', 'क्‍ष', '✓ ✖ ❯ ─│┌', 'אבג', 'مرحبا'])(
    'leaves %j as it is',
    (text) => {
      expect(visible(text)).toBe(text);
    },
  );

  it('keeps positions', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).toHaveLength(text.length);
      }),
    );
  });
});
