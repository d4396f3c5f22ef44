import type { NewLine } from '../../base/lineBatch.ts';
import { isSameCommand } from './commands.ts';
import type { Command, DeploymentStep, Remark } from './deployment.ts';
import { commandLines, remarkLines } from './lines.ts';

/** Something new of a step. */
export interface News {
  readonly step: string;
  readonly host: string;
  readonly time: number | undefined;
  readonly lines: readonly NewLine[];
}

const againWords = 'The step begins again: what follows takes the place of what stands above.';

/** Remembers what has been read of a step, and tells what is new: a file is written as a whole again and again. */
export class StepReading {
  #commands: readonly Command[] = [];
  /** How often a remark in these words has been told. */
  readonly #remarks = new Map<string, number>();

  /** Lines that have not been told yet, in their order. */
  next(step: DeploymentStep): News[] {
    const host = step.hosts[0]?.name ?? 'local';
    const commands = this.#newCommands(step, host);
    const remarks = this.#newRemarks(step, host);
    return merged(commands, remarks);
  }

  #newCommands({ id: step, commands, status }: DeploymentStep, host: string): News[] {
    const before = this.#commands;
    this.#commands = commands;
    let known = sameFrom(before, 0, commands);
    let again = false;
    if (known < before.length) {
      const kept = keptTail(before, commands);
      again = kept === 0 && status !== 'skipped';
      known = Math.max(known, kept);
    }
    const told = commands.slice(known).map((command): News => {
      return { step, host: command.host ?? host, time: command.time, lines: commandLines(command) };
    });
    const mark: News = {
      step,
      host,
      time: undefined,
      lines: [{ text: againWords, stream: 'system', level: 'notice' }],
    };
    return again ? [mark, ...told] : told;
  }

  #newRemarks({ id: step, remarks, hosts }: DeploymentStep, otherwise: string): News[] {
    const seen = new Map<string, number>();
    return remarks.flatMap((remark) => {
      const count = (seen.get(remark.words) ?? 0) + 1;
      seen.set(remark.words, count);
      if (count <= (this.#remarks.get(remark.words) ?? 0)) return [];
      this.#remarks.set(remark.words, count);
      const host = hosts.find(({ name }) => isAbout(remark, name))?.name ?? otherwise;
      return { step, host, time: remark.time, lines: remarkLines(remark) };
    });
  }
}

/** Where a step has several hosts, what it says of one begins with the host's name. */
function isAbout({ words }: Remark, host: string): boolean {
  return words.startsWith(`${host}: `, words.indexOf(': ') + 2);
}

/** How many commands from `at` on are those that `now` begins with. */
function sameFrom(before: readonly Command[], at: number, now: readonly Command[]): number {
  let count = 0;
  for (; at + count < before.length; count++) {
    const [one, other] = [before[at + count], now[count]];
    if (!one || !other || !isSameCommand(one, other)) break;
  }
  return count;
}

/** A history that was compressed keeps its last commands: how many `now` begins with; 0 when it goes on from none. */
function keptTail(before: readonly Command[], now: readonly Command[]): number {
  const [first] = now;
  if (!first) return 0;
  const at = before.findIndex((command) => isSameCommand(command, first));
  if (at <= 0) return 0;
  return sameFrom(before, at, now) === before.length - at ? before.length - at : 0;
}

/** Commands keep their order; a remark stands before the first command that is later than it. */
function merged(commands: readonly News[], remarks: readonly News[]): News[] {
  const all: News[] = [];
  let next = 0;
  for (const command of commands) {
    const { time } = command;
    for (let remark = remarks[next]; remark && isEarlier(remark, time); remark = remarks[++next]) all.push(remark);
    all.push(command);
  }
  return [...all, ...remarks.slice(next)];
}

function isEarlier({ time }: News, than: number | undefined): boolean {
  return time !== undefined && than !== undefined && time < than;
}
