import type { Host, Step } from './model.ts';
import { sshOptionProblems } from './sshOptions.ts';
import type { Place, YamlReader } from './yamlReader.ts';

/** How a host is reached by ssh: `ssh: true` by its name, or by the destination that is said; undefined when it is not. */
export function readSsh(
  yaml: YamlReader,
  name: string,
  place: Place | undefined,
  options: Place | undefined,
): Host['ssh'] {
  const said = place && yaml.textOrFlag(place, '"ssh"', 'a destination such as deploy@web-1');
  const words = options ? readOptions(yaml, options) : [];
  if (said === undefined || said === false) {
    if (options && said === undefined && !place) yaml.problem(options, '"sshOptions" needs "ssh": where to');
    return undefined;
  }
  const destination = said === true ? name : said;
  // Such a word would be an option, or several words, for somebody on the way.
  if (destination.startsWith('-') || /[\s\p{Cc}]/u.test(destination))
    yaml.problem(
      place,
      `${JSON.stringify(destination)} is no destination of ssh: user@host, host, or a Host of its configuration`,
    );
  return { destination, options: words };
}

function readOptions(yaml: YamlReader, place: Place): string[] {
  const items = yaml.list(place, '"sshOptions"');
  const words = items.map((item) => yaml.word(item, 'each part of "sshOptions"') ?? '');
  for (const { index, words: wrong } of sshOptionProblems(words)) yaml.problem(items[index] ?? place, wrong);
  return words;
}

/** Whether and as whom sudo runs a step. */
export function readSudo(yaml: YamlReader, place: Place | undefined): Step['sudo'] {
  const said = place && yaml.textOrFlag(place, '"sudo"', 'the name of a user');
  if (said === undefined || said === false) return undefined;
  if (said === true) return {};
  if (said.startsWith('-') || /[\s\p{Cc}]/u.test(said))
    yaml.problem(place, `${JSON.stringify(said)} is no name of a user`);
  return { user: said };
}
