import type { Answer } from './asking.ts';
import type { Stepped } from './steps.ts';

/** What a step makes of an answer. */
export function stepped<T, Draft>(answer: Answer<T>, then: (value: T) => Draft): Stepped<Draft> {
  return typeof answer === 'object' ? then(answer.answer) : answer;
}
