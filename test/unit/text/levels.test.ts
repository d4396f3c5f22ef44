import { describe, expect, it } from 'vitest';
import { levels } from '../../../src/model/line.ts';
import { detectLevel } from '../../../src/text/levels.ts';
import { levelLines } from './levelLines.ts';

describe('detectLevel', () => {
  for (const level of levels) {
    it.each(levelLines[level])(`reads ${level} in %j`, (line) => {
      expect(detectLevel(line)).toBe(level);
    });
  }
});
