import { parseArgs } from 'node:util';
import { LogError } from '../model/errors.ts';

/** An option of a verb. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly help: string;
}

/** One of the words after `execlogs`. */
export interface Verb {
  readonly name: string;
  /** What follows the verb, without options. */
  readonly operands: string;
  readonly summary: string;
  /** More about it, for its help. */
  readonly about?: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Resolves with the exit code. */
  run(words: Words): Promise<number>;
}

const help: Option = { type: 'boolean', short: 'h', help: 'Show this help' };

/** Somebody typed what cannot be understood. */
export function usageError(words: string): LogError {
  return new LogError('invalidRequest', words);
}

/** What was typed after a verb. Reading a value that does not fit throws a usage error. */
export class Words {
  readonly operands: readonly string[];
  /** What stands after `--`; undefined when there is no `--`. */
  readonly rest: readonly string[] | undefined;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(verb: Verb, typed: readonly string[]) {
    const end = typed.indexOf('--');
    this.rest = end < 0 ? undefined : typed.slice(end + 1);
    const { values, positionals } = parse(verb, end < 0 ? typed : typed.slice(0, end));
    this.#values = values;
    this.operands = positionals;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String).flatMap((item) => item.split(',')) : [];
  }

  /** A whole number from 1. */
  count(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^[1-9]\d{0,8}$/.test(value)) throw usageError(`--${name} takes a whole number from 1, not "${value}".`);
    return Number(value);
  }

  /** Words of a closed set. */
  choices<T extends string>(name: string, known: readonly T[]): readonly T[] {
    return this.texts(name).map((value) => {
      const choice = known.find((word) => word.toLowerCase() === value.trim().toLowerCase());
      if (choice === undefined) throw usageError(`--${name} takes ${known.join(', ')}, not "${value}".`);
      return choice;
    });
  }

  /** The only operand. */
  operand(what: string): string {
    const [operand, ...more] = this.operands;
    if (operand === undefined) throw usageError(`Which ${what}? Name it.`);
    if (more.length > 0) throw usageError(`One ${what} at a time: "${more.join(' ')}" is too much.`);
    return operand;
  }
}

function parse(verb: Verb, typed: readonly string[]): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({ args: [...typed], options: { ...verb.options, help }, allowPositionals: true });
  } catch (error) {
    const [words] = LogError.from(error).message.split(/\. (?=To specify|Did you)/);
    throw new LogError('invalidRequest', `${words?.replace(/\.$/, '') ?? ''}.`, { cause: error });
  }
}

export function helpOf(verb: Verb): string {
  const rows = Object.entries({ ...verb.options, help }).map(([name, option]): [string, string] => {
    const short = option.short === undefined ? '    ' : `-${option.short}, `;
    const value = option.type === 'string' ? ` <${option.value ?? 'text'}>` : '';
    return [`  ${short}--${name}${value}`, option.help];
  });
  const about = verb.about === undefined ? '' : `${verb.about}\n\n`;
  return `Usage: execlogs ${verb.name} [options] ${verb.operands}\n\n${verb.summary}\n\n${about}Options:\n${columns(rows)}\n`;
}

export function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => left.padEnd(width) + right).join('\n');
}
